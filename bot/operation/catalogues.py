"""Keeps the gettext catalogues in step with the texts in code, knowledge and domain, and checks them."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from bot.knowledge.answers import BUBBLE_LENGTH, TITLE_LENGTH, placeholders
from bot.knowledge.fault import Fault
from bot.languages import DOMAIN, LOCALE_FOLDER, SOURCE, offered
from bot.operation.environments import OperationError
from bot.settings import ROOT

TEMPLATE = LOCALE_FOLDER / f"{DOMAIN}.pot"

_EXTRACT = (
    *("extract", "-F", "babel.cfg", "-k", "N_", "-c", "Translators:", "--sort-by-file", "--add-location=file"),
    *("--no-wrap", "--project", "Baken", "--copyright-holder", "the Baken contributors"),
)
_UPDATE = ("update", "--no-wrap", "--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date")


def update() -> None:
    """Write the template anew and merge it into every catalogue. Raises OperationError."""
    _pybabel(*_EXTRACT, "-o", str(TEMPLATE), ".")
    for language in offered():
        if language != SOURCE:
            _pybabel(*_UPDATE, "-i", str(TEMPLATE), "-o", str(catalogue_path(language)), "-l", language)


def catalogue_path(language: str) -> Path:
    """The PO file of a language."""
    return LOCALE_FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def check_catalogues() -> list[Fault]:
    """Texts that are not in the template, not translated, lose a placeholder, or are too long to be shown."""
    with tempfile.TemporaryDirectory() as folder:
        fresh_path = Path(folder) / "fresh.pot"
        _pybabel(*_EXTRACT, "-o", str(fresh_path), ".")
        wanted = {str(message.id): message for message in _read(fresh_path) if message.id}
    known = {str(message.id) for message in _read(TEMPLATE) if message.id} if TEMPLATE.is_file() else set()
    faults = [Fault(TEMPLATE, 1, f"{_short(text)}: run ./baken translations") for text in sorted(set(wanted) ^ known)]
    for language in offered():
        if language != SOURCE:
            faults += _check(language, wanted)
    return faults


def _check(language: str, wanted: dict[str, Message]) -> Iterator[Fault]:
    path = catalogue_path(language)
    found = {str(message.id): message for message in _read(path, language) if message.id}
    lines = {text: message.lineno or 1 for text, message in found.items()}
    for text, source in wanted.items():
        translated = str(found[text].string) if text in found else ""
        line = lines.get(text, 1)
        if not translated:
            yield Fault(path, line, f"{_short(text)}: is not translated")
        elif found[text].fuzzy:
            yield Fault(path, line, f"{_short(text)}: is marked fuzzy")
        elif _safe_placeholders(text) != _safe_placeholders(translated):
            yield Fault(path, line, f"{_short(text)}: the placeholders differ")
        elif any("At most 30" in note for note in source.auto_comments) and len(translated) > TITLE_LENGTH:
            yield Fault(path, line, f"{_short(text)}: {len(translated)} characters on a button, at most {TITLE_LENGTH}")
        elif len(translated) > BUBBLE_LENGTH + 10 * translated.count("{"):
            yield Fault(path, line, f"{_short(text)}: {len(translated)} characters, too long for a bubble")


def _safe_placeholders(text: str) -> set[str]:
    try:
        return placeholders(text)
    except ValueError:
        return {"a stray brace"}


def _read(path: Path, language: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _short(text: object) -> str:
    one_line = " ".join(str(text).split())
    return f'"{one_line[:50]}…"' if len(one_line) > 50 else f'"{one_line}"'


def _pybabel(*arguments: str) -> None:
    command = [sys.executable, "-c", "from babel.messages.frontend import main; main()", "--quiet", *arguments]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = [line.strip() for line in done.stderr.splitlines() if any(c.isalpha() for c in line)]
        raise OperationError(f"Collecting texts failed: {said[-1] if said else done.returncode}")
