"""Checks the training and test sentences: known intents, enough of them, nothing on both sides."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from bot.intents import MACHINERY, URGENT
from bot.knowledge.document import read
from bot.knowledge.fault import Fault
from bot.languages import CODES

# Sentences an intent needs in a language: the encoder carries a wording from one language to the others, so those that
# most people here write get most. Urgent intents need half as many again.
FEWEST = 15
FEWEST_OF_LANGUAGE = {"en": 34, "fr": 34, "nl": 34, "ar": 40, "ro": 40, "es": 40, "pt": 40, "ru": 40, "tr": 40}
# Intents of the machinery are tapped more than typed.
FEWEST_OF_MACHINERY = 5
# Held-out sentences of each intent and language.
FEWEST_HELD_OUT = 3
# How alike two sentences of some length may be, in percent of their letters, when one is held out.
TOO_ALIKE = 92
_SHORT = 20


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
    """Everything wrong with `data/nlu`, `data/encoder/sentences` and `tests/nlu`."""
    seen: dict[str, Sentence] = {}
    taught: dict[str, list[Sentence]] = {}
    for code in CODES:
        path = root / "data" / "nlu" / f"{code}.yml"
        if not path.is_file():
            yield Fault(path, 1, "the language has no training sentences")
            continue
        taught[code], faults = read_sentences(path)
        yield from faults
        yield from _check_counts(path, taught[code], intents, fewest_for(code))
        further = root / "data" / "encoder" / "sentences" / path.name
        if further.is_file():
            learnt, faults = read_sentences(further)
            yield from faults
            taught[code] += learnt
        yield from _check_training(taught[code], seen, intents)
    for code in CODES:
        path = root / "tests" / "nlu" / f"{code}.yml"
        if not path.is_file():
            yield Fault(path, 1, "the language has no held-out sentences")
            continue
        held_out, faults = read_sentences(path)
        yield from faults
        yield from _check_held_out(held_out, seen, taught.get(code, []))
        wanted = [intent for intent in intents if intent not in MACHINERY]
        yield from _check_counts(path, held_out, wanted, lambda intent: FEWEST_HELD_OUT)


def fewest_for(code: str) -> Callable[[str], int]:
    """How many sentences an intent needs in a language, by intent."""
    usual = FEWEST_OF_LANGUAGE.get(code, FEWEST)

    def fewest(intent: str) -> int:
        if intent in MACHINERY:
            return FEWEST_OF_MACHINERY
        return usual * 3 // 2 if intent in URGENT else usual

    return fewest


def _check_training(sentences: list[Sentence], seen: dict[str, Sentence], intents: Collection[str]) -> Iterator[Fault]:
    for sentence in sentences:
        path = sentence.path
        if sentence.intent not in intents:
            yield Fault(path, sentence.line, f"{sentence.intent} is no intent of domain.yml")
        if re.search(r"[\[\]{}]", sentence.text):
            yield Fault(path, sentence.line, "brackets and braces mean entities to Rasa; leave them out")
        if not normal(sentence.text):
            continue  # Emoji only: there are no words to compare.
        known = seen.setdefault(normal(sentence.text), sentence)
        # The same short word may mean different things in two languages.
        if known is not sentence and known.intent != sentence.intent and known.path == path:
            yield Fault(path, sentence.line, f"also stands in line {known.line}, as {known.intent}", "warning")


def _check_counts(
    path: Path, sentences: list[Sentence], intents: Collection[str], fewest: Callable[[str], int]
) -> Iterator[Fault]:
    counts = Counter(sentence.intent for sentence in sentences)
    for intent in sorted(intents):
        if counts[intent] < fewest(intent):
            yield Fault(path, 1, f"{intent} has {counts[intent]} sentences, {fewest(intent)} are needed")


def _check_held_out(held_out: list[Sentence], seen: dict[str, Sentence], taught: list[Sentence]) -> Iterator[Fault]:
    for sentence in held_out:
        double = seen.get(normal(sentence.text))
        # One or two words ("hello", "ok merci") cannot be said in many ways; scripts without blanks count as one word.
        if double and (len(sentence.text.split()) > 2 or len(sentence.text) >= _SHORT):
            where = f"{double.path.name}:{double.line}"
            yield Fault(sentence.path, sentence.line, f"also stands in {where}: test and training meet")
    long_taught = [(normal(s.text), s) for s in taught if len(normal(s.text)) >= _SHORT]
    for sentence in held_out:
        if len(normal(sentence.text)) < _SHORT:
            continue
        nearest = process.extractOne(
            normal(sentence.text), [text for text, _ in long_taught], scorer=fuzz.ratio, score_cutoff=TOO_ALIKE
        )
        if nearest and nearest[0] != normal(sentence.text):
            original = long_taught[nearest[2]][1]
            where = f"{original.path.name}:{original.line}"
            yield Fault(sentence.path, sentence.line, f"is a near copy of {where}: test and training meet")


def normal(text: str) -> str:
    """Without case, accents, punctuation and repeated blanks: what makes two sentences the same."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if unicodedata.category(c) != "Mn")
    return re.sub(r"\W+", " ", plain).strip()
