"""Multinomial logistic regression on sentence vectors: the arithmetic of the classifier, without Rasa."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import List, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression


@dataclass(frozen=True)
class IntentModel:
    """Weights over centred, normalised vectors.

    Attributes:
        names: the intents, in the order of the columns of `probabilities`.
        mean: of the training vectors, shape (width,).
        weights: shape (intents, width).
        bias: shape (intents,).
    """

    names: List[str]
    mean: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    @classmethod
    def fit(cls, vectors: np.ndarray, labels: Sequence[str], *, C: float, max_iterations: int) -> IntentModel:
        """Learn from vectors of shape (sentences, width). Raises ValueError when there are fewer than two intents.

        Intents weigh the same however many sentences they have.
        """
        if len(set(labels)) < 2:
            raise ValueError("training data with at least two intents is needed")
        mean = vectors.mean(axis=0)
        fitted = LogisticRegression(C=C, class_weight="balanced", max_iter=max_iterations, tol=1e-3).fit(
            _centred(vectors, mean), np.asarray(labels)
        )
        weights, bias = fitted.coef_.astype(np.float32), fitted.intercept_.astype(np.float32)
        if len(fitted.classes_) == 2:  # scikit-learn keeps one row for two classes.
            weights, bias = np.concatenate([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
        return cls([str(name) for name in fitted.classes_], mean.astype(np.float32), weights, bias)

    def probabilities(self, vectors: np.ndarray, sharpness: float = 1.0) -> np.ndarray:
        """Shape (sentences, intents), rows sum to one; `sharpness` is a factor on the logits."""
        logits = (_centred(vectors, self.mean) @ self.weights.T + self.bias) * sharpness
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))

    def save(self, path: Path) -> None:
        """Write plain arrays (no pickle)."""
        np.savez(path, names=np.array(self.names), mean=self.mean, weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, path: Path) -> IntentModel:
        """Read what `save` wrote. Raises OSError or ValueError when it is not there or not that."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(stored["names"].tolist(), stored["mean"], stored["weights"], stored["bias"])


def _centred(vectors: np.ndarray, mean: np.ndarray) -> np.ndarray:
    centred = vectors - mean
    return np.asarray(centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6))
