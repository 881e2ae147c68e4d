"""What each part of the pipeline is worth, on training sentences that it did not learn from.

    rasa-env/.venv/bin/python -m bench.ablation [--taught 20000]

The tenth of the sentences that bench/adapt/ holds back is asked; of the others some are learnt. The held-out sentences
of tests/nlu are not touched: choices are made here. Those who wrote the sentences meant them to be hard and different
from one another, so the figures are lower than for people's messages.
"""

from __future__ import annotations

import argparse
import hashlib
import random

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier

from bench.drawing import bars, table, write
from bench.vectors import MAX_ITERATIONS, ROOT, C, encode, fit, labelled
from bot.intents import URGENT
from bot.languages import CODES
from bot.nlu.danger import find_danger
from bot.nlu.reading import encoder_text
from bot.nlu.writing import LANGUAGES, Writing
from bot.text import clean

HELD_BACK = 0.1
# False alarms allowed when urgent recall is compared, in percent.
ALARMS = 3.0


def held_back(text: str) -> bool:
    """The same choice as in bench/adapt/adapt.py."""
    return int(hashlib.sha256(encoder_text(text).encode()).hexdigest()[:8], 16) / 2**32 < HELD_BACK


def centred(vectors: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Around a mean, of length one."""
    moved = vectors - mean
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True))


def main() -> None:
    """Measure, print, write table and plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--taught", type=int, default=20_000, help="sentences that are learnt")
    given = parser.parse_args()
    rows = [
        (t, i, code) for code in CODES for t, i in labelled(ROOT / "data" / "nlu" / f"{code}.yml") if encoder_text(t)
    ]
    asked = [row for row in rows if held_back(row[0])]
    others = [row for row in rows if not held_back(row[0])]
    taught = random.Random(0).sample(others, min(given.taught, len(others)))
    intents, wanted = np.array([i for _, i, _ in taught]), np.array([i for _, i, _ in asked])
    of_taught, of_asked = np.array([c for _, _, c in taught]), np.array([c for _, _, c in asked])
    is_urgent = np.isin(wanted, URGENT)
    writings = {code: Writing(code, [encoder_text(t) for t, _, c in others if c == code]) for code in LANGUAGES}
    # What is in its own writing already is read twice the same, which changes nothing.
    restored = [(writings[c].restored(encoder_text(t)) if c in writings else None) or t for t, _, c in asked]
    found: list[list[object]] = []

    def add(name: str, names: np.ndarray, scores: np.ndarray, sure: np.ndarray | None = None) -> None:
        """One row: understood, and urgent ones found when `ALARMS` percent of the others are false alarms."""
        urgent = scores[:, np.isin(names, URGENT)].sum(axis=1) + (0 if sure is None else sure)
        limit = np.quantile(urgent[~is_urgent], 1 - ALARMS / 100)
        right = 100 * float((names[scores.argmax(axis=1)] == wanted).mean())
        found.append([name, right, 100 * float((urgent[is_urgent] > limit).mean())])
        print(found[-1], flush=True)

    def regression(vectors: np.ndarray, **settings: object) -> LogisticRegression:
        usual: dict[str, object] = {"C": C, "class_weight": "balanced", "max_iter": MAX_ITERATIONS, "tol": 1e-3}
        return LogisticRegression(**{**usual, **settings}).fit(vectors, intents)

    hashing = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), n_features=2**18, alternate_sign=False)
    runs, asked_runs = (hashing.transform([encoder_text(t) for t, _, _ in part]) for part in (taught, asked))
    letters = SGDClassifier(loss="log_loss", alpha=2e-6, max_iter=10, tol=None, class_weight="balanced", random_state=0)
    letters.fit(runs, intents)
    by_letters = letters.predict_proba(asked_runs)
    add("runs of letters alone, no encoder", letters.classes_, by_letters)

    for encoder, adapted in (("plain encoder", False), ("adapted encoder", True)):
        vectors = encode([t for t, _, _ in taught], adapted=adapted)
        questions = encode([t for t, _, _ in asked], adapted=adapted)
        mean = vectors.mean(axis=0)
        near, far = centred(vectors, mean), centred(questions, mean)
        if not adapted:
            raw = regression(vectors)
            add(f"{encoder}: regression, vectors as they come", raw.classes_, raw.predict_proba(questions))
        for strength in (1.0, C, 10.0):
            model = regression(near, C=strength)
            add(f"{encoder}: regression, centred, C {strength:g}", model.classes_, model.predict_proba(far))
        model = regression(near, class_weight=None)
        add(f"{encoder}: the same, without class weights", model.classes_, model.predict_proba(far))
        means = {code: vectors[of_taught == code].mean(axis=0) for code in CODES}
        own = regression(centred(vectors, np.stack([means[c] for c in of_taught])))
        shares = own.predict_proba(centred(questions, np.stack([means[c] for c in of_asked])))
        add(f"{encoder}: the same, centred per language", own.classes_, shares)
        spread = np.linalg.svd(near, full_matrices=False)[1:]
        white = (spread[1].T / spread[0]) * np.sqrt(len(near))
        model = regression(near @ white, C=0.003)
        add(f"{encoder}: the same, whitened", model.classes_, model.predict_proba(far @ white))
        both = fit(vectors, intents.tolist())
        names = np.array(both.names)
        for say, name in ((50.0, "neighbours nearly alone"), (0.5, "regression and half the say of neighbours")):
            add(f"{encoder}: {name}", names, both.probabilities(questions, say_of_neighbours=say))
        shares = both.probabilities(questions)
        add(f"{encoder}: regression and neighbours", names, shares)
        both_ways = np.sqrt(shares * both.probabilities(encode(restored, adapted=adapted)))
        add(f"{encoder}: the same, and own writing restored", names, both_ways)
        mixed = shares * np.maximum(by_letters, 1e-4) ** 0.3
        mixed /= mixed.sum(axis=1, keepdims=True)
        add(f"{encoder}: the same, and runs of letters", names, mixed)
        said = np.array([bool(find_danger(clean(t))) for t, _, _ in asked])
        add(f"{encoder}: regression, neighbours, expressions of danger", names, shares, 0.2 * said)
    head = ["", "understood", f"urgent found at {ALARMS:g} % false alarms"]
    text = (
        f"# What each part is worth\n\n{len(taught)} sentences learnt, {len(asked)} others asked; percent.\n\n"
        + table(head, found)
    )
    labels = [str(number + 1) for number in range(len(found))]
    series = {"understood": [row[1] for row in found], "urgent found": [row[2] for row in found]}
    command = f"rasa-env/.venv/bin/python -m bench.ablation --taught {given.taught}"
    write("ablation", text, command, bars("Rows of the table, percent", labels, series))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
