"""Training twice costs the encoding once, and a broken cache costs nothing but time."""

from __future__ import annotations

from pathlib import Path
from typing import Any, List

import numpy as np
import pytest
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder import SentenceEncoder

SENTENCES = ["where can i sleep", "waar kan ik slapen", "où dormir"]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BAKEN_CACHE", str(tmp_path))
    return tmp_path


def vectors(encoder: Any, sentences: List[str] = SENTENCES) -> np.ndarray:
    data = TrainingData([Message({TEXT: s, INTENT: "ask_shelter"}) for s in sentences])
    encoder.process_training_data(data)
    return np.stack([m.get_dense_features(TEXT, [])[1].features[0] for m in data.training_examples])


def stored_in(cache: Path) -> Path:
    (file,) = cache.iterdir()
    return file


def test_the_cache_is_used(encoder: Any, cache: Path) -> None:
    vectors(encoder)
    file = stored_in(cache)
    with np.load(file, allow_pickle=False) as stored:
        keys = stored["keys"]
    np.savez(file, keys=keys, vectors=np.full((len(keys), 384), 0.5, np.float32))

    assert (vectors(encoder) == 0.5).all()


def test_new_sentences_are_added_to_it(encoder: Any, cache: Path) -> None:
    before = vectors(encoder)
    after = vectors(encoder, [*SENTENCES, "a bed for tonight"])

    assert (after[:3] == before).all()
    with np.load(stored_in(cache), allow_pickle=False) as stored:
        assert len(stored["keys"]) == 4


@pytest.mark.parametrize("left", [0, 3, 0.5, 0.99], ids=["empty", "three bytes", "half", "nearly all"])
def test_a_cache_that_was_cut_short_is_made_again(encoder: Any, cache: Path, left: float) -> None:
    before = vectors(encoder)
    file = stored_in(cache)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(left if left >= 1 else len(whole) * left)])

    assert (vectors(encoder) == before).all()
    with np.load(stored_in(cache), allow_pickle=False) as stored:
        assert len(stored["keys"]) == 3


def test_no_sentence_stands_in_the_cache(encoder: Any, cache: Path) -> None:
    vectors(encoder)

    assert b"slapen" not in stored_in(cache).read_bytes()


def test_an_unknown_prefix_is_refused() -> None:
    with pytest.raises(ValueError, match="query or passage"):
        SentenceEncoder.validate_config({"prefix": "queri"})
