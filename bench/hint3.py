"""HINT3: real questions to three live bots, against the published results of four products.

    rasa-env/.venv/bin/python -m bench.hint3

Finds the data in $BAKEN_BENCH_DATA/hint3, or ../shared/bench/hint3. Our classifier learns from each bot's own training
sentences alone; nothing is chosen by the test questions. Out of scope is what stays under a threshold on the best
probability, for all products, as in the paper (Arora et al. 2020, https://aclanthology.org/2020.insights-1.16).
"""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import numpy as np

from bench.drawing import lines, table, write
from bench.vectors import encode, fit

OUTSIDE = "NO_NODES_DETECTED"
BOTS = ("sofmattress", "curekart", "powerplay11")
PEERS = ("rasa", "dialogflow", "luis", "bert", "haptik")
THRESHOLDS = [n / 10 for n in range(1, 10)]


def folder() -> Path:
    """Where the data is; ends the program when it is not there."""
    found = Path(os.environ.get("BAKEN_BENCH_DATA", "../shared/bench")) / "hint3"
    if not found.is_dir():
        sys.exit(f"HINT3 is not in {found}; set BAKEN_BENCH_DATA to the folder that holds hint3/")
    return found


def rows(path: Path) -> list[tuple[str, str]]:
    """Sentence and label of each line."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["sentence"], row["label"]) for row in csv.DictReader(file)]


def ours(data: Path, bot: str, train: str, *, adapted: bool) -> list[tuple[float, float]]:
    """In-scope accuracy and out-of-scope recall at each threshold, in percent."""
    taught, asked = rows(data / "train" / f"{train}.csv"), rows(data / "test" / f"{bot}.csv")
    model = fit(encode([s for s, _ in taught], adapted=adapted), [label for _, label in taught])
    shares = model.probabilities(encode([s for s, _ in asked], adapted=adapted))
    best, sure = np.array(model.names)[shares.argmax(axis=1)], shares.max(axis=1)
    labels = np.array([label for _, label in asked])
    outside = labels == OUTSIDE
    return [
        (
            100 * float(((best == labels) & (sure >= limit))[~outside].mean()),
            100 * float((sure < limit)[outside].mean()),
        )
        for limit in THRESHOLDS
    ]


def published(data: Path, peer: str, train: str) -> list[tuple[float, float]]:
    """The same, as the authors of HINT3 published it."""
    with (data / "published" / f"{peer}_{train}.csv").open(encoding="utf-8", newline="") as file:
        return [(100 * float(r["Inscope Accuracy"]), 100 * float(r["OOS Recall"])) for r in csv.DictReader(file)]


def balanced(points: list[tuple[float, float]]) -> tuple[float, float]:
    """The point whose two figures have the highest mean: every product at its own best threshold."""
    return max(points, key=sum)


def main() -> None:
    """Measure, print, write table and plot."""
    data = folder()
    found: list[list[object]] = []
    curves: dict[str, list[tuple[float, float]]] = {}
    for bot in BOTS:
        for train in (bot, f"{bot}_subset"):
            series = {
                "Baken": ours(data, bot, train, adapted=True),
                "Baken, plain encoder": ours(data, bot, train, adapted=False),
            }
            series |= {peer: published(data, peer, train) for peer in PEERS}
            for name, points in series.items():
                inside, outside = balanced(points)
                found.append([train, name, points[0][0], inside, outside, (inside + outside) / 2])
            if train == "curekart":
                curves = {name: [(o, i) for i, o in points] for name, points in series.items()}
    head = [
        "bot",
        "product",
        "in scope right, threshold 0.1",
        "in scope right, best",
        "out of scope found, best",
        "mean",
    ]
    text = "# HINT3\n\nPercent of real questions; best is each product's own best threshold.\n\n" + table(head, found)
    plot = lines("HINT3, Curekart: every threshold", "out of scope found", "in scope right", curves)
    write("hint3", text, "rasa-env/.venv/bin/python -m bench.hint3", plot)


if __name__ == "__main__":
    main()
