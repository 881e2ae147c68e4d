"""Checks data/expressions/: the phrases that rules look for in what people write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.intents import URGENT
from bot.knowledge.document import read
from bot.knowledge.fault import Fault
from bot.languages import CODES

type Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


def _holds_a_number(way: str) -> str:
    if not re.search(r"(?<![A-Za-z])N(?![A-Za-z])", way):
        raise ValueError("N must stand where the number stands")
    return way


def _supported(code: str) -> str:
    if code not in CODES:
        raise ValueError(f"{code} is no supported language")
    return code


def _urgent(intent: str) -> str:
    if intent not in URGENT:
        raise ValueError(f"{intent} is no urgent intent")
    return intent


type AgeTold = Annotated[Phrase, AfterValidator(_holds_a_number)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Figure(_Model):
    says: Phrase
    means: Phrase


class _Age(_Model):
    numbers: dict[Annotated[int, Field(ge=8, le=30, strict=False)], list[Phrase]]
    own: list[AgeTold]
    others: list[AgeTold]
    minor: list[Phrase]
    not_after: list[Phrase]


class _Expressions(_Model):
    danger: dict[Annotated[str, AfterValidator(_urgent)], list[Phrase]]
    harmless: list[_Figure]
    links: list[Phrase]
    age: _Age
    languages: dict[Annotated[str, AfterValidator(_supported)], list[Phrase]]


def check_expressions(root: Path) -> Iterator[Fault]:
    """Everything wrong with the files; every supported language needs one."""
    folder = root / "data" / "expressions"
    for code in CODES:
        path = folder / f"{code}.yml"
        if not path.is_file():
            yield Fault(path, 1, "the language has no file of expressions")
            continue
        document = read(path)
        yield from document.faults
        try:
            parsed = _Expressions.model_validate(document.data)
        except ValidationError as error:
            for detail in error.errors():
                pointer = tuple(part for part in detail["loc"] if part != "[key]")
                where = " → ".join(map(str, pointer)) or "the file"
                yield Fault(path, document.line_of(pointer), f"{where}: {detail['msg']}")
            continue
        for intent in sorted(set(URGENT) - parsed.danger.keys()):
            yield Fault(path, document.line_of(("danger",)), f"danger: {intent} is missing")
    for path in sorted(folder.glob("*.yml")):
        if path.stem not in CODES:
            yield Fault(path, 1, f"{path.stem} is no supported language")
