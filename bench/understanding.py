"""Ours against Rasa's default pipeline (DIET) on the same sentences, per language.

    rasa-env/.venv/bin/python -m bench.understanding [--each 2] [--asked 60]

Both learn from the same few sentences of every language (all of them would keep DIET busy for days) and are asked the
held-out sentences of tests/nlu through Rasa's own loading and parsing. Ours runs with config.yml as it is; its second
row is the same without what the encoder and the reader learnt from all training sentences.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.update(
    RASA_TELEMETRY_ENABLED="false", TF_CPP_MIN_LOG_LEVEL="3", SQLALCHEMY_SILENCE_UBER_WARNING="1", OMP_NUM_THREADS="1"
)

import yaml
from rasa.core.agent import Agent
from rasa.model_training import train_nlu

from bench.drawing import bars, table, write
from bench.vectors import ROOT, labelled
from bot.intents import URGENT
from bot.languages import CODES


def sample(each: int) -> dict[str, list[str]]:
    """Some sentences of each intent and language, the same ones every time, by intent."""
    found: dict[str, list[str]] = {}
    for code in CODES:
        here: dict[str, list[str]] = {}
        for text, intent in labelled(ROOT / "data" / "nlu" / f"{code}.yml"):
            here.setdefault(intent, []).append(text)
        chance = random.Random(code)
        for intent, texts in here.items():
            found.setdefault(intent, []).extend(chance.sample(texts, min(each, len(texts))))
    return found


def trained(pipeline: list[dict[str, Any]], sentences: dict[str, list[str]], folder: Path) -> tuple[Path, float]:
    """A model, and how long it took to train, in seconds."""
    folder.mkdir()
    config = {"recipe": "default.v1", "assistant_id": "bench", "language": "mul", "pipeline": pipeline}
    (folder / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    blocks = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)} for intent, texts in sentences.items()
    ]
    data = folder / "nlu.yml"
    data.write_text(
        yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True, width=10000), encoding="utf-8"
    )
    started = time.monotonic()
    path = train_nlu(str(folder / "config.yml"), str(data), str(folder))
    assert path is not None, "training failed"
    return Path(path), time.monotonic() - started


async def asked(model: Path, questions: list[tuple[str, str, str]]) -> list[str]:
    """The intent that a model sees in each question."""
    agent = Agent.load(str(model))
    return [str((await agent.parse_message(text))["intent"]["name"]) for text, _, _ in questions]


def main() -> None:
    """Measure, print, write table and plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=2, help="training sentences of an intent in each language")
    parser.add_argument("--asked", type=int, default=60, help="held-out sentences of each language")
    given = parser.parse_args()
    import structlog

    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    sentences = sample(given.each)
    questions = []
    for code in CODES:
        all_of_it = [(t, i, code) for t, i in labelled(ROOT / "tests" / "nlu" / f"{code}.yml")]
        questions += random.Random(code).sample(all_of_it, min(given.asked, len(all_of_it)))
    ours = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    without = {
        "bot.nlu.encoder.SentenceEncoder": {"adapted": False},
        "bot.nlu.reader.MessageReader": {"restores": False},
    }
    plain = [{**step, **without.get(step["name"], {})} for step in ours]
    default = yaml.safe_load((ROOT / "bench" / "diet.yml").read_text(encoding="utf-8"))["pipeline"]

    found: dict[str, list[str]] = {}
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BAKEN_CACHE"] = folder
        for number, (name, pipeline) in enumerate(
            (("Baken", ours), ("Baken, plain encoder, nothing restored", plain), ("Rasa's default (DIET)", default))
        ):
            model, seconds[name] = trained(pipeline, sentences, Path(folder) / str(number))
            found[name] = asyncio.run(asked(model, questions))

    def right(name: str, code: str | None, urgent: bool = False) -> float:
        pairs = [
            (got, wanted)
            for got, (_, wanted, of) in zip(found[name], questions)
            if code in (None, of) and (not urgent or wanted in URGENT)
        ]
        good = sum(got in URGENT if urgent else got == wanted for got, wanted in pairs)
        return 100 * good / max(1, len(pairs))

    names = list(found)
    body: list[list[object]] = [[code, *(right(name, code) for name in names)] for code in CODES]
    body.append(["mean", *(sum(right(name, code) for code in CODES) / len(CODES) for name in names)])
    body.append(["urgent found", *(right(name, None, urgent=True) for name in names)])
    body.append(["training, seconds", *(f"{seconds[name]:.0f}" for name in names)])
    count = sum(map(len, sentences.values()))
    text = (
        f"# The same data for ours and for Rasa's default pipeline\n\n{count} training sentences ({given.each} of an "
        f"intent in each language), {len(questions)} held-out ones; percent of them understood.\n\n"
        + table(["language", *names], body)
    )
    series = {name: [right(name, code) for code in CODES] for name in names}
    command = f"rasa-env/.venv/bin/python -m bench.understanding --each {given.each} --asked {given.asked}"
    write("understanding", text, command, bars("Held-out sentences understood, percent", CODES, series))


if __name__ == "__main__":
    main()
