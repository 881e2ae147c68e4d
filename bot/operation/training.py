"""Trains the model when there is none for the present inputs."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bot.operation.environments import RASA_PYTHON, STATE, OperationError, child_environment
from bot.settings import ROOT, Settings

MODELS = STATE / "models"
_LOG = STATE / "train.log"
_INPUTS = (
    *(
        "config.yml",
        "domain.yml",
        "data/**/*.yml",
        "data/encoder/*.npz",
        "bot/nlu/*.py",
        "bot/text.py",
        "bot/identification.py",
    ),
    *("bot/intents.py", "bot/languages.py", "knowledge/places.yml", "rasa-env/uv.lock"),
)
_ENCODED = re.compile(r"Encoding sentences: (\d+) of (\d+)")
_COMPONENT = re.compile(r"Starting to train component '([^']+)'")
_BAR_WIDTH = 30
_TIME_LIMIT_S = 1800
_MODELS_KEPT = 3


def inputs() -> Iterator[Path]:
    """Every file that the model depends on, in a fixed order."""
    for pattern in _INPUTS:
        yield from sorted(ROOT.glob(pattern))


def fingerprint() -> str:
    """Changes exactly when an input of the model changes."""
    digest = hashlib.sha256()
    for path in inputs():
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def model_path() -> Path:
    """Where the model of the present inputs is, or will be."""
    return MODELS / f"{fingerprint()}.tar.gz"


def ensure_model(settings: Settings, *, force: bool = False) -> Path:
    """The model of the present inputs, trained now if there is none. Raises OperationError."""
    path = model_path()
    if path.exists() and not force:
        path.touch()
        return path
    MODELS.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    print("Training the model (the first time some minutes, later less) …", flush=True)
    _run_training(path, settings)
    print(f"Trained in {time.monotonic() - started:.0f} s: {path.relative_to(ROOT)}", flush=True)
    for old in sorted(MODELS.glob("*.tar.gz"), key=lambda p: p.stat().st_mtime)[:-_MODELS_KEPT]:
        old.unlink()
    return path


def _run_training(path: Path, settings: Settings) -> None:
    half_trained = f"training-{path.stem.removesuffix('.tar')}"
    command = [
        # Our own checks (`baken check`) say more, and Rasa's validation takes as long as all the learning.
        *(str(RASA_PYTHON), "-m", "rasa", "train", "--skip-validation", "--out", str(MODELS)),
        *("--fixed-model-name", half_trained),
    ]
    with _LOG.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=child_environment(settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                log.write(line)
                _show_progress(line)
            code = process.wait(_TIME_LIMIT_S)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    produced = MODELS / f"{half_trained}.tar.gz"
    if code != 0 or not produced.exists():
        raise OperationError(f"Training failed; the reason stands at the end of {_LOG.relative_to(ROOT)}.")
    produced.replace(path)


def _show_progress(line: str) -> None:
    encoded, component = _ENCODED.search(line), _COMPONENT.search(line)
    if encoded:
        shown = bar(int(encoded[1]), int(encoded[2])) + " sentences read"
    elif component:
        shown = f"learning: {component[1].rpartition('.')[2]}"
    else:
        return
    print(f"  {shown:<75}", end="\r" if sys.stdout.isatty() else "\n", flush=True)


def bar(done: int, total: int) -> str:
    """How far a piece of work is, as a bar and in numbers."""
    filled = _BAR_WIDTH * done // max(1, total)
    return f"[{'#' * filled}{'.' * (_BAR_WIDTH - filled)}] {done:,} of {total:,}"
