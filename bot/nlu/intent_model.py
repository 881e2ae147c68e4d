"""Decides an intent from a sentence vector: logistic regression, and the nearest training sentences. Without Rasa.

The regression draws one border between two intents; the neighbours know the many ways to say the same. Their mistakes
differ: together they are right about three points more often than either (bench/ablation.py measures it).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import List, Sequence

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

# Neighbours are looked for where the vectors differ most, in this many directions: half the time, the same answers.
_DIRECTIONS = 192
_SENTENCES_FOR_DIRECTIONS = 8_000
# Sentences asked for their intent, how fast their say falls with distance, and what an intent that none of them
# has is left with.
_NEIGHBOURS = 10
_NEARNESS = 20.0
_FLOOR = 0.02


@dataclass(frozen=True)
class IntentModel:
    """Regression and neighbours over centred, normalised vectors.

    Attributes:
        names: the intents, in the order of the columns of `probabilities`.
        mean: of the training vectors, shape (width,).
        weights, bias: of the regression, shapes (intents, width) and (intents,).
        directions: shape (width, directions).
        known: the training vectors in those directions, normalised, shape (sentences, directions).
        known_intents: their intents, as positions in `names`.
    """

    names: List[str]
    mean: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    directions: np.ndarray
    known: np.ndarray
    known_intents: np.ndarray

    @classmethod
    def fit(cls, vectors: np.ndarray, labels: Sequence[str], *, C: float, max_iterations: int) -> IntentModel:
        """Learn from vectors of shape (sentences, width). Raises ValueError when there are fewer than two intents.

        In the regression intents weigh the same however many sentences they have.
        """
        if len(set(labels)) < 2:
            raise ValueError("training data with at least two intents is needed")
        mean = vectors.mean(axis=0)
        centred = _centred(vectors, mean)
        fitted = LogisticRegression(C=C, class_weight="balanced", max_iter=max_iterations, tol=1e-3)
        with warnings.catch_warnings():
            # Stopping early is meant: after 60 steps nothing gets better but the fit to the training sentences.
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted.fit(centred, np.asarray(labels))
        weights, bias = fitted.coef_.astype(np.float32), fitted.intercept_.astype(np.float32)
        if len(fitted.classes_) == 2:  # scikit-learn keeps one row for two classes.
            weights, bias = np.concatenate([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
        names = [str(name) for name in fitted.classes_]
        some = centred[:: max(1, len(centred) // _SENTENCES_FOR_DIRECTIONS)]
        directions = np.linalg.svd(some, full_matrices=False)[2][:_DIRECTIONS].T.astype(np.float32)
        position = {name: number for number, name in enumerate(names)}
        return cls(
            names=names,
            mean=mean.astype(np.float32),
            weights=weights,
            bias=bias,
            directions=directions,
            # Rounded as it will be stored, so that a loaded model says the same.
            known=_normalised(centred @ directions).astype(np.float16).astype(np.float32),
            known_intents=np.array([position[str(label)] for label in labels], np.int16),
        )

    def probabilities(
        self, vectors: np.ndarray, *, say_of_neighbours: float = 1.0, sharpness: float = 1.0
    ) -> np.ndarray:
        """Shape (sentences, intents), rows sum to one.

        `say_of_neighbours` is their weight beside the regression's one; `sharpness` is a factor on the logarithms.
        """
        centred = _centred(vectors, self.mean)
        logs = _log_shares(centred @ self.weights.T + self.bias)
        if say_of_neighbours:
            logs = logs + say_of_neighbours * np.log(self._shares_of_neighbours(centred) + _FLOOR)
        return np.asarray(np.exp(_log_shares(logs * sharpness)))

    def _shares_of_neighbours(self, centred: np.ndarray) -> np.ndarray:
        nearness = _normalised(centred @ self.directions) @ self.known.T
        count = min(_NEIGHBOURS, nearness.shape[1])
        nearest = np.argpartition(-nearness, count - 1, axis=1)[:, :count]
        say = np.exp(_NEARNESS * (np.take_along_axis(nearness, nearest, axis=1) - 1))
        shares = np.zeros((len(centred), len(self.names)))
        np.add.at(shares, (np.arange(len(centred))[:, None], self.known_intents[nearest]), say)
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def save(self, path: Path) -> None:
        """Write plain arrays (no pickle); the known vectors with half precision."""
        np.savez(
            path,
            names=np.array(self.names),
            mean=self.mean,
            weights=self.weights,
            bias=self.bias,
            directions=self.directions,
            known=self.known.astype(np.float16),
            known_intents=self.known_intents,
        )

    @classmethod
    def load(cls, path: Path) -> IntentModel:
        """Read what `save` wrote. Raises OSError or ValueError when it is not there or not that."""
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files if name != "names"}
            names = stored["names"].tolist()
        return cls(names=names, **{**arrays, "known": arrays["known"].astype(np.float32)})


def _centred(vectors: np.ndarray, mean: np.ndarray) -> np.ndarray:
    return _normalised(vectors - mean)


def _normalised(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6))


def _log_shares(logits: np.ndarray) -> np.ndarray:
    below = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(below - np.log(np.exp(below).sum(axis=1, keepdims=True)))
