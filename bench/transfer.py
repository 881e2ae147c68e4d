"""Leave one language out: what a language without training sentences gets.

    rasa-env/.venv/bin/python -m bench.transfer

For each language the classifier learns from all others and is asked the held-out sentences of this one; beside it the
same amount of data with this language in it. With the plain encoder, because the adapted one has seen all languages.
"""

from __future__ import annotations

import random

import numpy as np

from bench.drawing import bars, table, write
from bench.vectors import ROOT, encode, fit, labelled
from bot.languages import CODES

# Sentences of an intent in each language; all of them would take an hour and change little.
EACH = 8


def sample(code: str) -> list[tuple[str, str]]:
    """Some training sentences of a language, the same ones every time."""
    by_intent: dict[str, list[str]] = {}
    for text, intent in labelled(ROOT / "data" / "nlu" / f"{code}.yml"):
        by_intent.setdefault(intent, []).append(text)
    chance = random.Random(code)
    return [
        (text, intent) for intent, texts in by_intent.items() for text in chance.sample(texts, min(EACH, len(texts)))
    ]


def main() -> None:
    """Measure, print, write table and plot."""
    taught = [(text, intent, code) for code in CODES for text, intent in sample(code)]
    asked = [(t, i, code) for code in CODES for t, i in labelled(ROOT / "tests" / "nlu" / f"{code}.yml")]
    vectors = encode([t for t, _, _ in taught], adapted=False)
    questions = encode([t for t, _, _ in asked], adapted=False)
    of_taught, of_asked = np.array([c for _, _, c in taught]), np.array([c for _, _, c in asked])
    intents, wanted = np.array([i for _, i, _ in taught]), np.array([i for _, i, _ in asked])

    whole = fit(vectors, intents.tolist())
    known = np.array(whole.names)[whole.probabilities(questions).argmax(axis=1)] == wanted
    found = []
    for code in CODES:
        others = of_taught != code
        model = fit(vectors[others], intents[others].tolist())
        these = of_asked == code
        right = np.array(model.names)[model.probabilities(questions[these]).argmax(axis=1)] == wanted[these]
        found.append([code, 100 * float(known[these].mean()), 100 * float(right.mean())])
    mean = ["mean", *(float(np.mean([row[n] for row in found])) for n in (1, 2))]
    text = (
        f"# Leave one language out\n\nPercent of held-out sentences understood; {EACH} training sentences of an "
        "intent in each language, plain encoder.\n\n"
        + table(["language", "with its own sentences", "without any"], [*found, mean])
    )
    series = {"with its own sentences": [r[1] for r in found], "without any": [r[2] for r in found]}
    write(
        "transfer", text, "rasa-env/.venv/bin/python -m bench.transfer", bars("Leave one language out", CODES, series)
    )


if __name__ == "__main__":
    main()
