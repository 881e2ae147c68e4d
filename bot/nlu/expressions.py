"""The expressions of each language that rules look for, from data/expressions/."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Tuple

import yaml

FOLDER = Path(__file__).resolve().parent.parent.parent / "data" / "expressions"


@dataclass(frozen=True)
class Expressions:
    """What rules need to know of one language; docs/editing.md says how to write them.

    Attributes:
        danger: by urgent intent, phrases that by themselves mean it.
        harmless: figures of speech that sound like danger, each with what it plainly means.
        links: words between two things told in one breath.
        numbers: how ages are written in words.
        own: how one's own age is told, with N for the number.
        others: how somebody else's age is told, with N for the number.
        minor: how somebody says to be under age without a number.
        not_after: words after a number that make it something else than an age.
        languages: by language code, the names by which people ask for it.
    """

    danger: Dict[str, List[str]]
    harmless: List[Tuple[str, str]]
    links: List[str]
    numbers: Dict[int, List[str]]
    own: List[str]
    others: List[str]
    minor: List[str]
    not_after: List[str]
    languages: Dict[str, List[str]]


def read(path: Path) -> Expressions:
    """The expressions in a file. `./baken check` says what is wrong with one; here a fault raises KeyError."""
    data: Dict[str, Any] = _as_cleaned(yaml.safe_load(path.read_text(encoding="utf-8")))
    age = data["age"]
    return Expressions(
        danger={intent: list(phrases) for intent, phrases in data["danger"].items()},
        harmless=[(figure["says"], figure["means"]) for figure in data["harmless"]],
        links=list(data["links"]),
        numbers={int(number): list(said) for number, said in age["numbers"].items()},
        own=list(age["own"]),
        others=list(age["others"]),
        minor=list(age["minor"]),
        not_after=list(age["not_after"]),
        languages={code: list(names) for code, names in data["languages"].items()},
    )


def _as_cleaned(value: Any) -> Any:
    """All strings in the form that `bot.text.clean` gives to what people write."""
    if isinstance(value, str):
        return unicodedata.normalize("NFKC", value)
    if isinstance(value, list):
        return [_as_cleaned(item) for item in value]
    return {key: _as_cleaned(item) for key, item in value.items()} if isinstance(value, dict) else value


@lru_cache(maxsize=1)
def by_language() -> Dict[str, Expressions]:
    """The expressions of every language that has a file, by code."""
    return {path.stem: read(path) for path in sorted(FOLDER.glob("*.yml"))}


def fingerprint() -> str:
    """A hash of all files: Rasa does not see them in the config."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(FOLDER.glob("*.yml")))).hexdigest()
