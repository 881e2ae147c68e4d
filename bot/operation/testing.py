"""`baken test`: the code's form, its types, and all tests in both environments."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence

from bot.operation.environments import RASA_PYTHON, OperationError, child_environment, sync_rasa_environment
from bot.operation.training import ensure_model
from bot.settings import ROOT, Settings


def run_all(settings: Settings, arguments: Sequence[str]) -> int:
    """Run everything, or only pytest with `arguments`. 0 when all is well; every part runs even if one fails."""
    if shutil.which("chromium") is None:
        raise OperationError("The browser tests need Chromium: on Debian, apt install chromium.")
    sync_rasa_environment(with_tests=True)
    model = ensure_model(settings)
    environment = {**child_environment(settings), "BAKEN_TEST_MODEL": str(model)}
    # Tests make their own settings; the operator's must not leak into them.
    for name in ("BAKEN_DATA", "BAKEN_DATABASE_URL", "BAKEN_RASA_URL", "BAKEN_ACTIONS_URL", "TELEGRAM_TOKEN"):
        environment.pop(name, None)
    environment.pop("PYTHONWARNINGS")
    modern = (sys.executable, "-m")
    if arguments:
        return _run("pytest", [*modern, "pytest", *arguments], environment)
    parts = {
        "ruff check": [*modern, "ruff", "check", "."],
        "ruff format": [*modern, "ruff", "format", "--check", "."],
        "mypy": [*modern, "mypy"],
        "baken check": [*modern, "bot.cli", "check"],
        "rasa data validate": [str(RASA_PYTHON), "-W", "ignore", "-m", "rasa", "data", "validate"],
        "rasa test": [
            *(str(RASA_PYTHON), "-W", "ignore", "-m", "rasa", "test", "core", "--model", str(model)),
            *("--stories", "tests/test_stories.yml", "--fail-on-prediction-errors", "--out", ".baken/rasa-test"),
        ],
        "pytest, Rasa's environment": [str(RASA_PYTHON), "-m", "pytest", "-c", "rasa-env/pytest.ini"],
        "pytest": [*modern, "pytest", "-q"],
    }
    failed = [name for name, command in parts.items() if _run(name, command, environment) != 0]
    print(f"failed: {', '.join(failed)}" if failed else "all well", flush=True)
    return 1 if failed else 0


def _run(name: str, command: Sequence[str], environment: dict[str, str]) -> int:
    print(f"--- {name}", flush=True)
    started = time.monotonic()
    quiet = name.startswith("rasa ")
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        errors="replace",
        check=False,
    )
    if quiet and done.returncode != 0:
        # Rasa draws progress bars by carriage returns; only whole lines are worth reading.
        lines = [line.rsplit("\r", 1)[-1] for line in (done.stdout or "").split("\n")]
        print(os.linesep.join(lines[-60:]), flush=True)
    print(f"--- {name}: {'well' if done.returncode == 0 else 'failed'}, {time.monotonic() - started:.0f} s", flush=True)
    return done.returncode
