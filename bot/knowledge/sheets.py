"""The words on the printed sheets that carry a code: knowledge/sheets.yml."""

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from bot.knowledge.document import Document, Pointer, read
from bot.knowledge.fault import Fault
from bot.knowledge.load import KnowledgeError
from bot.knowledge.models import Frozen
from bot.languages import CODES

SHEETS_FILE = Path(__file__).resolve().parent.parent.parent / "knowledge" / "sheets.yml"

type _Name = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
type _Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# What fits an A6 sheet in letters that can be read from a step away.
type _Question = Annotated[_Word, Field(max_length=64)]
type _Line = Annotated[_Word, Field(max_length=48)]
type _ShortLine = Annotated[_Word, Field(max_length=32)]


class SheetPlace(Frozen):
    """Where a sheet hangs or lies; `topic` is a name of links.yml."""

    topic: str | None = None


class SheetTexts(Frozen):
    """The words in one language; `places` holds the line on top by place."""

    reviewed: bool
    free: _Line
    scan: _Line
    no_app: _ShortLine
    places: Mapping[_Name, _Question]


class Sheets(Frozen):
    """All sheets. `telltale` are beginnings of words that would give away to others what a sheet is about."""

    places: Annotated[Mapping[_Name, SheetPlace], Field(min_length=1)]
    telltale: tuple[_Word, ...]
    languages: Mapping[str, SheetTexts]


def load_sheets(path: Path = SHEETS_FILE) -> Sheets:
    """Read the sheets. Raises KnowledgeError with every fault in them that `check_sheets` finds without topics."""
    sheets, faults, _ = _read(path)
    if faults or sheets is None:
        raise KnowledgeError(faults)
    return sheets


def check_sheets(path: Path, topics: Collection[str]) -> list[Fault]:
    """Everything wrong with the sheets: a text that is missing, too long or telltale, a topic that is no link's."""
    sheets, faults, document = _read(path)
    if sheets is None:
        return faults
    for name, place in sheets.places.items():
        if place.topic is not None and place.topic not in topics:
            line = document.line_of(("places", name, "topic"))
            faults.append(Fault(path, line, f"{name}: {place.topic} is no name of links.yml"))
    return faults


def telltale_in(text: str, telltale: Collection[str]) -> str | None:
    """The first of `telltale` that a word of the text begins with; in scripts without spaces, that it holds."""
    words = _folded(text)
    for start in telltale:
        at = words.find(_folded(start))
        while at >= 0:
            if at == 0 or not words[at - 1].isalnum() or not start.isascii():
                return start
            at = words.find(_folded(start), at + 1)
    return None


def _read(path: Path) -> tuple[Sheets | None, list[Fault], Document]:
    document = read(path)
    faults = list(document.faults)
    if document.data is None and faults:
        return None, faults, document
    try:
        sheets = Sheets.model_validate(document.data)
    except ValidationError as error:
        for detail in error.errors():
            pointer = tuple(part for part in detail["loc"] if part != "[key]")
            where = ".".join(map(str, pointer)) or "the file"
            faults.append(Fault(path, document.line_of(pointer), f"{where}: {detail['msg']}"))
        return None, faults, document
    faults += _gaps(sheets, document)
    faults += _telltale(sheets, document)
    return sheets, faults, document


def _gaps(sheets: Sheets, document: Document) -> Iterator[Fault]:
    def fault(pointer: Pointer, message: str) -> Fault:
        return Fault(document.path, document.line_of(pointer), message)

    for code in CODES:
        if code not in sheets.languages:
            yield fault(("languages",), f"{code} has no texts")
    for code, texts in sheets.languages.items():
        if code not in CODES:
            yield fault(("languages", code), f"{code} is no supported language")
        for place in sheets.places:
            if place not in texts.places:
                yield fault(("languages", code, "places"), f"{code}: {place} has no text")
        for place in texts.places:
            if place not in sheets.places:
                yield fault(("languages", code, "places", place), f"{code}: {place} is no place of this file")


def _telltale(sheets: Sheets, document: Document) -> Iterator[Fault]:
    for code, texts in sheets.languages.items():
        shown = {(name,): getattr(texts, name) for name in ("free", "scan", "no_app")}
        for pointer, text in [*shown.items(), *((("places", place), text) for place, text in texts.places.items())]:
            found = telltale_in(text, sheets.telltale)
            if found:
                line = document.line_of(("languages", code, *pointer))
                yield Fault(document.path, line, f"{code}: {found} would tell others what the sheet is about")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
