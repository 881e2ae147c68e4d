"""Checks the training and test sentences: known intents, no doubles, nothing on both sides."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.intents import MACHINERY
from bot.knowledge.document import read
from bot.knowledge.fault import Fault

# Too few sentences teach nothing; intents of the machinery are tapped more than typed.
FEWEST = 30
FEWEST_OF_MACHINERY = 5


@dataclass(frozen=True, slots=True)
class Sentence:
    """One labelled sentence and where it stands."""

    text: str
    intent: str
    path: Path
    line: int


def read_sentences(path: Path) -> tuple[list[Sentence], list[Fault]]:
    """The sentences of a file in Rasa's NLU format."""
    document = read(path)
    faults = list(document.faults)
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get("nlu"), list):
        return [], [*faults, Fault(path, 1, "the file must hold Rasa training data under `nlu`")]
    found: list[Sentence] = []
    for position, entry in enumerate(data["nlu"]):
        # The block of examples begins on the line after its key.
        first = document.line_of(("nlu", position, "examples")) + 1
        for offset, line in enumerate(str(entry.get("examples", "")).splitlines()):
            if line.startswith("- "):
                found.append(Sentence(line[2:].strip(), str(entry.get("intent")), path, first + offset))
    return found, faults


def check_sentences(root: Path, intents: Collection[str]) -> Iterator[Fault]:
    """Everything wrong with `data/nlu` and `tests/nlu`."""
    seen: dict[str, Sentence] = {}
    for path in sorted((root / "data" / "nlu").glob("*.yml")):
        sentences, faults = read_sentences(path)
        yield from faults
        counts: dict[str, int] = {}
        for sentence in sentences:
            counts[sentence.intent] = counts.get(sentence.intent, 0) + 1
            if sentence.intent not in intents:
                yield Fault(path, sentence.line, f"{sentence.intent} is no intent of domain.yml")
            if re.search(r"[\[\]{}]", sentence.text):
                yield Fault(path, sentence.line, "brackets and braces mean entities to Rasa; leave them out")
            if not normal(sentence.text):
                continue  # Emoji only: there are no words to compare.
            known = seen.setdefault(normal(sentence.text), sentence)
            if known is not sentence and known.intent != sentence.intent:
                where = f"{known.path.name}:{known.line}"
                yield Fault(path, sentence.line, f"also stands in {where}, as {known.intent}", "warning")
        for intent in sorted(intents):
            fewest = FEWEST_OF_MACHINERY if intent in MACHINERY else FEWEST
            if counts.get(intent, 0) < fewest:
                yield Fault(path, 1, f"{intent} has {counts.get(intent, 0)} sentences, {fewest} are needed")
    for path in sorted((root / "tests" / "nlu").glob("??.yml")):
        sentences, faults = read_sentences(path)
        yield from faults
        for sentence in sentences:
            double = seen.get(normal(sentence.text))
            # One or two words ("hello", "ok merci") cannot be said in many ways.
            if double and len(sentence.text.split()) > 2:
                where = f"{double.path.name}:{double.line}"
                yield Fault(path, sentence.line, f"also stands in {where}: test and training meet")


def normal(text: str) -> str:
    """Without case, accents, punctuation and repeated blanks: what makes two sentences the same."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if unicodedata.category(c) != "Mn")
    return re.sub(r"\W+", " ", plain).strip()
