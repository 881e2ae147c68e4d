"""The two Python environments, and what the processes in them need to know."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from bot.settings import ROOT, Settings

RASA_ENV = ROOT / "rasa-env"
RASA_PYTHON = RASA_ENV / ".venv" / "bin" / "python"
STATE = ROOT / ".baken"

# The Rasa environment with TensorFlow takes 2.6 GB; the rest is for the model and the caches.
_RASA_ENV_BYTES = 4_000_000_000
_RUNNING_BYTES = 200_000_000


class OperationError(Exception):
    """Something that the operator has to change; the message is one clear sentence."""


def require_disk(folder: Path) -> None:
    """Raises OperationError when the disk is too full to install or to run."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = _RUNNING_BYTES if RASA_PYTHON.exists() else _RASA_ENV_BYTES
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise OperationError(f"The disk of {folder} has {free / 1e9:.1f} GB free; {wanted / 1e9:.1f} GB are needed.")


def sync_rasa_environment(*, with_tests: bool = False) -> None:
    """Build or update `rasa-env/` from its lock file. Raises OperationError."""
    uv = os.environ.get("BAKEN_UV") or shutil.which("uv") or shutil.which("uv", path=str(STATE / "bootstrap" / "bin"))
    if uv is None:
        raise OperationError("uv was not found; start Baken with ./baken, which installs it.")
    if not RASA_PYTHON.exists():
        print("Installing Rasa into rasa-env/.venv (once, 2.6 GB, some minutes) …", flush=True)
    command = [uv, "sync", "--quiet", "--frozen", *([] if with_tests else ["--no-dev", "--inexact"])]
    env = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")}
    done = subprocess.run(command, cwd=RASA_ENV, env=env, check=False)
    if done.returncode != 0:
        raise OperationError(
            "The Rasa environment could not be built: see the line above "
            "(no network, no Python 3.10 to be found or downloaded, or a full disk)."
        )


def child_environment(settings: Settings) -> dict[str, str]:
    """Environment variables of all processes: the settings, and what keeps Rasa quiet, local and fast."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "BAKEN_DATA": str(settings.data),
        "BAKEN_HOST": settings.host,
        "BAKEN_PORT": str(settings.port),
        "BAKEN_DATABASE_URL": settings.database_url,
        "BAKEN_RASA_URL": settings.rasa_url,
        "BAKEN_ACTIONS_URL": settings.actions_url,
        "BAKEN_CACHE": str(STATE / "cache"),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        # The encoder's OpenMP threads spin: on a busy machine two of them are slower than one.
        "OMP_NUM_THREADS": "1",
        # TensorFlow and old libraries inside Rasa warn about themselves at every start.
        "PYTHONWARNINGS": "ignore",
        "MPLCONFIGDIR": str(STATE / "cache"),
        "SANIC_HOST": "127.0.0.1",
    }
