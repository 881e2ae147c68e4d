"""Adapts the sentence encoder to this subject: a small file of learnt differences, applied to a copy of its weights.

The encoder's matrices stay 4-bit whole numbers. What changes is stored beside them unrounded: the scale of each block
of 32 weights (half precision in the engine's file too), the biases, the layer norms and the first position embeddings;
and the embeddings of the pieces of words that people use here are replaced.
bench/adapt/ makes the file and measures what it is worth.
"""

from __future__ import annotations

import hashlib
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Mapping

import numpy as np

FILE = Path(__file__).resolve().parent.parent.parent / "data" / "encoder" / "adaptation.npz"

# The key in the file that holds the SHA-256 of the weights which it was made for.
_BASE = "base_sha256"
# The keys of the tokens whose embeddings are replaced, and of these embeddings as the engine's file holds them.
ROWS, ROW_BLOCKS = "emb.word rows", "emb.word blocks"
# A block of 32 weights in the engine's file: its scale as float16, then 16 bytes of 4-bit numbers.
_BLOCK = 18


@dataclass(frozen=True)
class Tensor:
    """Where a tensor lies in the engine's file: the byte at which it begins, and how many bytes it takes."""

    offset: int
    size: int


def tensors(weights: bytes) -> Dict[str, Tensor]:
    """The directory of the engine's model file, by name. Raises ValueError when it is not one."""
    if weights[:4] != b"E5S1":
        raise ValueError("not a model file of the sentence encoder")
    # Magic, version, seven sizes, an epsilon, the block size; then vocabulary and normalisation, then the directory.
    position = 8 + 7 * 4 + 4 + 4
    pieces, *_ = struct.unpack_from("<5i", weights, position)
    position += 5 * 4
    (letters,) = struct.unpack_from("<Q", weights, position)
    position += 8 + (pieces + 1) * 4 + pieces * 4 + letters
    _, normalisation = struct.unpack_from("<iI", weights, position)
    position += 8 + normalisation
    (count,) = struct.unpack_from("<i", weights, position)
    position += 4
    found: Dict[str, Tensor] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", weights, position)
        name = weights[position + 2 : position + 2 + length].decode("ascii")
        position += 2 + length
        _, _, offset, size = struct.unpack_from("<BIQQ", weights, position)
        position += 1 + 4 + 8 + 8
        found[name] = Tensor(offset, size)
    return found


def apply(weights: bytes, differences: Mapping[str, np.ndarray]) -> bytes:
    """The weights with every difference applied. Raises ValueError for a tensor that is not there or does not fit.

    Differences of matrices (names ending in `.w` of 4-bit tensors) are factors minus one on the scales of their blocks;
    all others are added. A vector may be shorter than its tensor and then changes only the beginning. `ROW_BLOCKS`
    takes the place of the embeddings of the tokens in `ROWS`.
    """
    places = tensors(weights)
    changed = bytearray(weights)
    differences = dict(differences)
    if ROWS in differences:
        rows, blocks = differences.pop(ROWS), differences.pop(ROW_BLOCKS)
        place = places["emb.word"]
        # Each embedding is as long as the bias that follows it (as float32), in blocks of 32.
        width = places["emb.ln.b"].size // 4 // 32 * _BLOCK
        embeddings = np.frombuffer(changed, np.uint8, place.size, place.offset)
        if blocks.size != width * len(rows) or rows.max() * width >= place.size:
            raise ValueError("the embeddings do not fit the encoder")
        embeddings.reshape(-1, width)[rows] = blocks.reshape(len(rows), width)
    for name, difference in differences.items():
        place = places.get(name)
        if place is None:
            raise ValueError(f"the encoder has no tensor {name}")
        if place.size == difference.size * _BLOCK:
            blocks = np.frombuffer(changed, np.uint8, place.size, place.offset).reshape(-1, _BLOCK)
            scales = blocks[:, :2].copy().view(np.float16)[:, 0].astype(np.float32)
            scaled = (scales * (1 + difference.astype(np.float32).ravel())).astype(np.float16)
            blocks[:, :2] = scaled[:, None].view(np.uint8)
        elif difference.size * 4 <= place.size:
            vector = np.frombuffer(changed, np.float32, difference.size, place.offset)
            vector += difference.astype(np.float32).ravel()
        else:
            raise ValueError(f"{name} holds {place.size} bytes, the difference has {difference.size} numbers")
    return bytes(changed)


def adapted_weights(base: Path, folder: Path) -> Path:
    """A model file with the differences of `FILE` applied, made in `folder` if it is not there yet.

    Raises ValueError when the differences were made for other weights: after another version of the engine was locked,
    bench/adapt/ has to make them anew.
    """
    path = folder / f"encoder-{fingerprint()[:16]}.bin"
    if path.exists() and path.stat().st_size == base.stat().st_size:
        return path
    weights = base.read_bytes()
    with np.load(FILE, allow_pickle=False) as stored:
        made_for = str(stored[_BASE])
        differences = {name: stored[name] for name in stored.files if name != _BASE}
    if hashlib.sha256(weights).hexdigest() != made_for:
        raise ValueError(f"{FILE.name} was made for another version of the encoder; see bench/adapt/")
    half_written = path.with_suffix(f".{os.getpid()}")
    half_written.write_bytes(apply(weights, differences))
    half_written.replace(path)
    return path


def fingerprint() -> str:
    """A hash of the differences; vectors made with others are not comparable."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()
