"""The supported languages: code, own name, direction of writing, and whether a native speaker reviewed the answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Optional

from babel import Locale

LOCALE_FOLDER = Path(__file__).resolve().parent.parent / "locale"
DOMAIN = "baken"

# The language of the source texts, and what is shown when nothing is known about the person.
SOURCE = "en"

# The order is that of the language chooser: the languages of Brussels first.
CODES = tuple(
    [
        "nl",
        "fr",
        "en",
        "de",
        "es",
        "pt",
        "it",
        "ro",
        "bg",
        "pl",
        "hu",
        "sq",
        "sr",
        "ru",
        "uk",
        "tr",
        "ar",
        "fa",
        "ps",
        "ur",
        "pa",
        "hi",
        "bn",
        "vi",
        "zh",
        "th",
        "tl",
        "ti",
        "am",
        "so",
    ]
)

# Codes whose answers a native speaker has read and approved. Everything else is marked as not yet reviewed.
REVIEWED: frozenset[str] = frozenset()

# A message in a language without answers gets the offered language its speakers most often also read.
# Source: our own judgement of second languages in the countries of origin; to be reviewed with the centres.
CLOSEST = {
    "de": "nl", "es": "fr", "pt": "fr", "it": "fr", "ro": "fr", "ar": "fr",
}  # fmt: skip


@dataclass(frozen=True)
class Language:
    """One language as people see it in a list.

    Attributes:
        code: BCP 47 tag, as everywhere in the system.
        own_name: the name its speakers give it, from CLDR.
        direction: "ltr" or "rtl".
        reviewed: whether a native speaker has approved the answers.
    """

    code: str
    own_name: str
    direction: str
    reviewed: bool


@cache
def language(code: str) -> Language:
    """Look up one of `CODES`; raises KeyError for anything else."""
    if code not in CODES:
        raise KeyError(code)
    locale = Locale.parse(code)
    # CLDR writes some names in lower case (français); at the start of a button they take a capital.
    own_name = locale.get_language_name(code) or code
    return Language(code, own_name[:1].upper() + own_name[1:], locale.text_direction, code in REVIEWED)


@cache
def offered() -> tuple[str, ...]:
    """Codes that answers exist in: the source language and every catalogue on disk, in chooser order."""
    return tuple(
        code for code in CODES if code == SOURCE or (LOCALE_FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.po").is_file()
    )


def closest_offered(code: Optional[str]) -> str:
    """The offered language for a person who writes `code`, which may be unknown or unsupported."""
    if code in offered():
        return str(code)
    return CLOSEST.get(code or "", SOURCE) if CLOSEST.get(code or "", SOURCE) in offered() else SOURCE


def parse(tag: Optional[str]) -> Optional[str]:
    """The supported code that a browser's or an app's tag means ("fr-BE" → "fr", "fil" → "tl"), or None."""
    primary = (tag or "").replace("_", "-").split("-")[0].lower()
    primary = {"fil": "tl", "prs": "fa", "hr": "sr", "bs": "sr", "mo": "ro"}.get(primary, primary)
    return primary if primary in CODES else None
