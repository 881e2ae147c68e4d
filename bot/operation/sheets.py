"""`baken qr`: printable sheets with a code that opens a conversation in a language and on a topic.

A sheet is one HTML page in A6 that asks for nothing outside itself; browsers shape and break the lines of every script
and print it, which no small library for PDF does.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from bot.channels.links import telegram_address, web_address
from bot.knowledge.sheets import Sheets, load_sheets
from bot.languages import language as language_of
from bot.languages import offered
from bot.operation.environments import OperationError
from bot.settings import ROOT

FOLDER = ROOT / ".baken" / "sheets"

# https://core.telegram.org/method/account.checkUsername
_BOT = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,31}")
# More would make the squares of the code smaller than a cheap phone reads from half a metre.
_PAGE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Doors:
    """Where a sheet can lead: the address of a page with the widget, the name of a bot on Telegram, or both."""

    page: str | None
    bot: str | None

    @classmethod
    def of(cls, *, page: str | None, bot: str | None) -> Self:
        """Check what an operator typed. Raises OperationError."""
        name = bot.removeprefix("@") if bot else None
        if name and not _BOT.fullmatch(name):
            raise OperationError(f"--bot {bot}: a name on Telegram has 5 to 32 letters, digits and _")
        if not page and not name:
            raise OperationError("Where should the code lead? Give --url https://… or --bot NAME, or both.")
        return cls(_page(page) if page else None, name)

    def link(self, language: str, topic: str | None) -> str:
        """The address inside the code: the page, since it needs no app; Telegram where there is no page."""
        if self.page:
            return web_address(self.page, language, topic)
        assert self.bot is not None
        return telegram_address(self.bot, language, topic)

    @property
    def letters(self) -> str:
        """The address for people who type it: without what a browser adds itself."""
        return self.page.removeprefix("https://").rstrip("/") if self.page else f"t.me/{self.bot}"


def make(
    doors: Doors, *, language: str | None, place: str | None, every: bool, out: Path | None
) -> tuple[list[Path], list[str]]:
    """Write the sheets; nothing is written when one of them cannot be made.

    Args:
        every: make all languages and places, or all of those that are not named; `out` is then a folder.

    Returns:
        The files, and remarks for whoever will print them.

    Raises:
        OperationError: for a language or place that does not exist, or a file that cannot be written.
        KnowledgeError: for faults in knowledge/sheets.yml.
    """
    sheets = load_sheets()
    languages, places = _chosen(sheets, language, place, every)
    folder = out if every and out else FOLDER
    pages: dict[Path, str] = {}
    for code in languages:
        for name in places:
            path = out if out and not every else folder / f"{code}-{name}.html"
            pages[path] = render(sheets, doors, code, name)
    for path, page in pages.items():
        _write(path, page)
    return list(pages), _remarks(sheets, doors, languages)


def render(sheets: Sheets, doors: Doors, language: str, place: str) -> str:
    """One sheet as HTML."""
    texts = sheets.languages[language]
    # With a quarter of the code unreadable (level Q) it still works: paper gets wet and creased.
    code = segno.make(doors.link(language, sheets.places[place].topic), error="q", micro=False)
    return _template().render(
        language=language_of(language),
        texts=texts,
        question=texts.places[place],
        code=Markup(code.svg_inline(border=4, omitsize=True, svgclass="code")),
        letters=doors.letters,
        telegram=doors.bot if doors.page else None,
        needs_app=doors.page is None,
    )


def _chosen(sheets: Sheets, language: str | None, place: str | None, every: bool) -> tuple[list[str], list[str]]:
    if language is not None and language not in sheets.languages:
        raise OperationError(f"--lang {language}: there are {', '.join(sheets.languages)}")
    if place is not None and place not in sheets.places:
        raise OperationError(f"--place {place}: there are {', '.join(sheets.places)}")
    if not every and (language is None or place is None):
        raise OperationError("Which sheet? Give --lang and --place, or --all.")
    return ([language] if language else list(sheets.languages)), ([place] if place else list(sheets.places))


def _remarks(sheets: Sheets, doors: Doors, languages: Sequence[str]) -> list[str]:
    remarks = []
    drafts = [code for code in languages if not sheets.languages[code].reviewed]
    if drafts:
        remarks.append(f"No native speaker has read these languages yet; ask one before printing: {', '.join(drafts)}")
    without = [code for code in languages if code not in offered()]
    if without:
        remarks.append(
            f"Baken does not answer in these languages yet, which their sheets promise: {', '.join(without)}"
        )
    for shown in filter(None, (doors.letters, doors.bot if doors.page else None)):
        found = next((start for start in sheets.telltale if start.casefold() in shown.casefold()), None)
        if found:
            remarks.append(f"{shown} stands on the sheet and says {found}: others can read it, too")
    return remarks


def _page(given: str) -> str:
    try:
        parts = urlsplit(given)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise OperationError(f"--url {given}: this is no address") from None
    if parts.scheme != "https" or not host or re.search(r"[\s\"<>\\]", given):
        raise OperationError(f"--url {given}: an address begins with https:// and names a host")
    if parts.query or parts.fragment or parts.username is not None:
        raise OperationError(f"--url {given}: give the plain address, without ?, # and @")
    page = f"https://{host}{f':{port}' if port else ''}{parts.path or '/'}"
    if len(page) > _PAGE_LENGTH:
        raise OperationError(f"--url {given}: at most {_PAGE_LENGTH} characters, so that people can type it")
    return page


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(temporary, 0o644)  # mkstemp gives it to nobody else, and a sheet is public
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise OperationError(f"{path} cannot be written: {error.strerror}") from error


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "web" / "sheet"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("sheet.html")
