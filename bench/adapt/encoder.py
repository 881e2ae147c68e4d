"""The sentence encoder once more, in PyTorch, so that it can learn: same weights, tokens and vectors.

Trained are the scale of each block of 32 four-bit weights (as a factor), the biases, the layer norms and the first
position embeddings, all of which the engine's file keeps unrounded, and the embeddings of chosen pieces of words, which
are rounded to four bits again while they learn. The other four-bit numbers stay.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from bot.nlu.adaptation import ROW_BLOCKS, ROWS, Tensor, tensors

# Longer sentences are cut; none of the training sentences is.
MOST_TOKENS = 128
_BEGIN, _END, _UNKNOWN = 0, 2, 3
_META = "\u2581"
_WORDS_LEARNT = "words_learnt"


class Tokenizer:
    """The engine's tokenizer: a normalisation table, then the likeliest pieces of a unigram vocabulary (Viterbi)."""

    def __init__(self, weights: bytes) -> None:
        position = 8 + 7 * 4 + 4 + 4
        pieces, *_ = struct.unpack_from("<5i", weights, position)
        position += 5 * 4
        (letters,) = struct.unpack_from("<Q", weights, position)
        position += 8
        offsets = np.frombuffer(weights, np.uint32, pieces + 1, position)
        position += (pieces + 1) * 4
        scores = np.frombuffer(weights, np.float32, pieces, position)
        position += pieces * 4
        blob = weights[position : position + letters]
        position += letters
        self._pieces: dict[str, tuple[int, float]] = {}
        for number in range(pieces):
            piece = blob[offsets[number] : offsets[number + 1]].decode("utf-8", "replace")
            if piece and number != _UNKNOWN:
                self._pieces.setdefault(piece, (number, float(scores[number])))
        self._longest = max(map(len, self._pieces))
        self._unknown = float(scores.min()) - 10
        count, _ = struct.unpack_from("<iI", weights, position)
        position += 8
        self._normal: dict[str, str] = {}
        for _ in range(count):
            letter, length = struct.unpack_from("<IB", weights, position)
            position += 5
            self._normal[chr(letter)] = "".join(map(chr, struct.unpack_from(f"<{length}I", weights, position)))
            position += 4 * length

    def __call__(self, text: str) -> list[int]:
        """The tokens of a cleaned text with the prefix for questions, begin and end included."""
        said = "".join(self._normal.get(letter, letter) for letter in f"query: {text}")
        said = _META + _META.join(part for part in said.split(" ") if part)
        best, via = [0.0] + [-1e30] * len(said), [(0, _UNKNOWN)] * (len(said) + 1)
        for start in range(len(said)):
            if best[start] + self._unknown > best[start + 1]:
                best[start + 1], via[start + 1] = best[start] + self._unknown, (start, _UNKNOWN)
            for end in range(start + 1, min(len(said), start + self._longest) + 1):
                known = self._pieces.get(said[start:end])
                if known and best[start] + known[1] > best[end]:
                    best[end], via[end] = best[start] + known[1], (start, known[0])
        tokens: list[int] = []
        at = len(said)
        while at > 0:
            at, token = via[at]
            tokens.append(token)
        return [_BEGIN, *tokens[::-1][:MOST_TOKENS], _END]


class Weights:
    """The tensors of the engine's model file."""

    def __init__(self, weights: bytes) -> None:
        self._weights = weights
        self._tensors: dict[str, Tensor] = tensors(weights)
        self.width, self.layers, self.heads, self.inner = struct.unpack_from("<4i", weights, 8)
        (self.epsilon,) = struct.unpack_from("<f", weights, 8 + 7 * 4)

    def numbers(self, name: str) -> torch.Tensor:
        """A float32 tensor, flat."""
        place = self._tensors[name]
        return torch.from_numpy(np.frombuffer(self._weights, np.float32, place.size // 4, place.offset).copy())

    def blocks(self, name: str, width: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The whole numbers of a 4-bit matrix, shape (rows, blocks, 32), and the scale of each block."""
        place = self._tensors[name]
        whole, scales = _unpacked(np.frombuffer(self._weights, np.uint8, place.size, place.offset))
        return torch.from_numpy(whole.reshape(-1, width // 32, 32)), torch.from_numpy(scales.reshape(-1, width // 32))


def _unpacked(raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers, shape (blocks, 32), and scales, shape (blocks,), of bytes in the engine's 4-bit format."""
    raw = raw.reshape(-1, 18)
    scales = raw[:, :2].copy().view(np.float16).astype(np.float32)[:, 0]
    packed = raw[:, 2:]
    return np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.int8) - 8, scales


def _packed(whole: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """The bytes, shape (blocks, 18), that `_unpacked` reads."""
    high = (whole + 8).astype(np.uint8)
    return np.concatenate([scales.astype(np.float16)[:, None].view(np.uint8), high[:, :16] | high[:, 16:] << 4], axis=1)


def rounded(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The 4-bit numbers and scales that come nearest to `x`, shape (…, 32): the largest number becomes -8."""
    largest = x.gather(-1, x.abs().argmax(-1, keepdim=True))
    scales = (largest / -8).half().float()
    whole = torch.where(scales == 0, torch.zeros_like(x), (x / scales).round().clamp(-8, 7))
    return whole, scales[..., 0]


class Linear(nn.Module):
    """A matrix of whole numbers with a learnt factor on the scale of each block."""

    def __init__(self, weights: Weights, name: str, width: int) -> None:
        super().__init__()
        whole, scales = weights.blocks(f"{name}.w", width)
        self.register_buffer("whole", whole.float())
        self.register_buffer("scales", scales)
        self.factor = nn.Parameter(torch.zeros_like(scales))
        self.bias = nn.Parameter(weights.numbers(f"{name}.b"))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Multiply."""
        matrix = (self.whole * (self.scales * (1 + self.factor))[:, :, None]).flatten(1)
        return F.linear(x, matrix, self.bias)


class Norm(nn.Module):
    """Layer norm."""

    def __init__(self, weights: Weights, name: str) -> None:
        super().__init__()
        self.weight = nn.Parameter(weights.numbers(f"{name}.w"))
        self.bias = nn.Parameter(weights.numbers(f"{name}.b"))
        self._epsilon = weights.epsilon

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalise the last axis."""
        return F.layer_norm(x, (x.shape[-1],), self.weight, self.bias, self._epsilon)


class Layer(nn.Module):
    """Self-attention and a feed-forward network, each with its norm after it."""

    def __init__(self, weights: Weights, number: int, dropout: float) -> None:
        super().__init__()
        prefix = f"l{number}."
        self.q, self.k, self.v, self.ao, self.fi = (
            Linear(weights, prefix + name, weights.width) for name in ("q", "k", "v", "ao", "fi")
        )
        self.fo = Linear(weights, prefix + "fo", weights.inner)
        self.aln, self.oln = Norm(weights, prefix + "aln"), Norm(weights, prefix + "oln")
        self._heads, self._dropout = weights.heads, dropout

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Shape (sentences, tokens, width) in and out."""
        sentences, tokens, width = x.shape
        q, k, v = (f(x).view(sentences, tokens, self._heads, -1).transpose(1, 2) for f in (self.q, self.k, self.v))
        dropout = self._dropout if self.training else 0.0
        heard = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=dropout)
        heard = self.ao(heard.transpose(1, 2).reshape(sentences, tokens, width))
        x = self.aln(x + F.dropout(heard, self._dropout, self.training))
        return self.oln(x + F.dropout(self.fo(F.gelu(self.fi(x))), self._dropout, self.training))


class Encoder(nn.Module):
    """Mean of the last layer over the tokens of each sentence.

    `learning` are the tokens whose embeddings learn too.
    """

    def __init__(self, weights: Weights, learning: Sequence[int] = (), dropout: float = 0.1) -> None:
        super().__init__()
        whole, scales = weights.blocks("emb.word", weights.width)
        self.register_buffer("words", whole)
        self.register_buffer("scales", scales)
        rows = torch.zeros(len(whole), dtype=torch.long)
        rows[list(learning)] = torch.arange(1, len(learning) + 1)
        self.register_buffer("rows", rows)
        self.learning = list(learning)
        # Row 0 is what all other tokens get: nothing.
        self.words_learnt = nn.Parameter(torch.zeros(len(learning) + 1, weights.width // 32, 32))
        self.positions = nn.Parameter(weights.numbers("emb.pos").view(-1, weights.width)[: MOST_TOKENS + 2].clone())
        self.kind = nn.Parameter(weights.numbers("emb.type")[: weights.width].clone())
        self.norm = Norm(weights, "emb.ln")
        self.layers = nn.ModuleList([Layer(weights, number, dropout) for number in range(weights.layers)])

    def forward(self, tokens: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Vectors of shape (sentences, width), not normalised; `tokens` are padded to the longest."""
        x = self.embedded(tokens).flatten(-2)
        x = self.norm(x + self.positions[: tokens.shape[1]] + self.kind)
        real = torch.arange(tokens.shape[1])[None] < lengths[:, None]
        mask = torch.zeros(len(tokens), 1, 1, tokens.shape[1]).masked_fill(~real[:, None, None], float("-inf"))
        for layer in self.layers:
            x = layer(x, mask.to(x.dtype))
        return (x * real[..., None]).sum(1) / lengths[:, None]

    def embedded(self, tokens: torch.Tensor) -> torch.Tensor:
        """Embeddings as the engine will read them, shape (…, blocks, 32); what was learnt is rounded to four bits."""
        known = self.words[tokens].float() * self.scales[tokens][..., None]
        rows = self.rows[tokens]
        wished = known + self.words_learnt[rows] * (rows > 0)[..., None, None]
        with torch.no_grad():
            whole, scales = rounded(wished)
            lost = torch.where((rows > 0)[..., None, None], whole * scales[..., None] - wished, torch.zeros(()))
        return wished + lost

    def start_from(self, differences: Mapping[str, np.ndarray]) -> None:
        """Take over what was learnt before (see `differences`)."""
        with torch.no_grad():
            if ROWS in differences:
                tokens = torch.from_numpy(differences[ROWS].astype(np.int64))
                whole, scales = _unpacked(differences[ROW_BLOCKS])
                new = torch.from_numpy(whole * scales[:, None]).view(len(tokens), -1, 32)
                old = self.words[tokens].float() * self.scales[tokens][..., None]
                here = self.rows[tokens] > 0
                self.words_learnt[self.rows[tokens[here]]] = (new - old)[here]
            for name, parameter in self.named_parameters():
                if name == _WORDS_LEARNT:
                    continue
                learnt = torch.from_numpy(differences[_engine_name(name)].astype(np.float32)).view_as(parameter)
                parameter.add_(learnt)

    def differences(self, weights: Weights) -> dict[str, np.ndarray]:
        """What was learnt, by the names of the engine's file, as `bot.nlu.adaptation.apply` takes it."""
        found: dict[str, np.ndarray] = {}
        if self.learning:
            with torch.no_grad():
                tokens = torch.tensor(self.learning)
                known = self.words[tokens].float() * self.scales[tokens][..., None]
                whole, scales = rounded(known + self.words_learnt[1:])
            found[ROWS] = np.array(self.learning, np.int32)
            found[ROW_BLOCKS] = _packed(whole.view(-1, 32).numpy().astype(np.int8), scales.flatten().numpy())
        for name, parameter in self.named_parameters():
            if name == _WORDS_LEARNT:
                continue
            learnt = parameter.detach().float().flatten()
            engine = _engine_name(name)
            if not name.endswith(".factor"):
                learnt = learnt - weights.numbers(engine)[: len(learnt)]
            found[engine] = learnt.numpy().astype(np.float16)
        return found


def _engine_name(name: str) -> str:
    """A parameter's name in the engine's file."""
    names = {"positions": "emb.pos", "kind": "emb.type", "norm.weight": "emb.ln.w", "norm.bias": "emb.ln.b"}
    plain = name.replace("layers.", "l").replace(".factor", ".w").replace(".weight", ".w").replace(".bias", ".b")
    return names.get(name) or plain


def padded(sentences: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens as one matrix, and the length of each sentence."""
    longest = max(map(len, sentences))
    tokens = torch.ones(len(sentences), longest, dtype=torch.long)
    for row, sentence in enumerate(sentences):
        tokens[row, : len(sentence)] = torch.tensor(sentence)
    return tokens, torch.tensor([len(sentence) for sentence in sentences])
