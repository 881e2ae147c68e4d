"""Tells languages apart by runs of letters, learnt from the training sentences: romanised and mixed ones too."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, List, Sequence, Tuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier

# Runs of one to four letters, hashed into this many columns: 30 languages take 4 MB.
_COLUMNS = 2**16
# Passes over the sentences; more changed nothing.
_PASSES = 5
# What people write first is often two or three words: each sentence also teaches a part of it that short.
_PART = (2, 3)


@dataclass(frozen=True)
class LanguageModel:
    """One-against-all logistic regressions.

    Attributes:
        codes: the languages, in the order of the columns of `probabilities`.
        weights: shape (columns, languages), float16.
        bias: shape (languages,).
    """

    codes: List[str]
    weights: np.ndarray
    bias: np.ndarray

    @classmethod
    def fit(cls, sentences: Iterable[Tuple[str, str]]) -> LanguageModel:
        """Learn from pairs of cleaned text and language code; at least three languages."""
        texts, codes = [], []
        for text, code in sentences:
            for said in (text, _part(text)):
                texts.append(said)
                codes.append(code)
        fitted = SGDClassifier(
            loss="log_loss", alpha=1e-6, max_iter=_PASSES, tol=None, class_weight="balanced", random_state=0, n_jobs=-1
        ).fit(_runs(texts), codes)
        weights = fitted.coef_.T.astype(np.float16)
        return cls([str(code) for code in fitted.classes_], weights, fitted.intercept_.astype(np.float32))

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Shape (texts, languages), rows sum to one."""
        found = _runs(texts)
        # Only the rows of letters that occur are turned to full precision: the text is short, the table is not.
        columns, where = np.unique(found.indices, return_inverse=True)
        narrow = csr_matrix((found.data, where, found.indptr), shape=(found.shape[0], len(columns)))
        logits = narrow @ self.weights[columns].astype(np.float32) + self.bias
        alone = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        return np.asarray(alone / np.maximum(alone.sum(axis=1, keepdims=True), 1e-9))

    def save(self, path: Path) -> None:
        """Write plain arrays (no pickle)."""
        np.savez_compressed(path, codes=np.array(self.codes), weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, path: Path) -> LanguageModel:
        """Read what `save` wrote. Raises OSError or ValueError when it is not there or not that."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(stored["codes"].tolist(), stored["weights"], stored["bias"])


def _runs(texts: Sequence[str]) -> csr_matrix:
    hashing = HashingVectorizer(
        analyzer="char_wb", ngram_range=(1, 4), n_features=_COLUMNS, alternate_sign=False, norm="l2"
    )
    return hashing.transform(texts)


def _part(text: str) -> str:
    words = text.split()
    chance = random.Random(text)
    length = chance.choice(_PART)
    start = chance.randrange(max(1, len(words) - length + 1))
    return " ".join(words[start : start + length])
