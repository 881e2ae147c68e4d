"""Which of the supported languages a text is in: two independent detectors and the script of its letters."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Optional

import eldc
import pycld2

from bot.languages import CODES

# Under this many letters the detectors are right in about 79 % of cases, above it in 95 % and more (measured).
ENOUGH_LETTERS = 8

# Scripts that only one (or two) of the supported languages use. Keys are the first words of Unicode's letter names.
_SCRIPTS = {
    "GURMUKHI": "pa",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "CJK": "zh",
    "THAI": "th",
}
_ETHIOPIC = "ETHIOPIC"
# Scripts that several of the supported languages use; all others belong to languages that are not supported.
_SHARED_SCRIPTS = frozenset({"LATIN", "CYRILLIC", "ARABIC"})
_PASHTO_LETTERS = frozenset("ټډړږښڼېۍ")


@dataclass(frozen=True)
class Identified:
    """A guess at the language of a text.

    Attributes:
        code: a supported code, or None when the text says nothing (digits, emoji) or is in another language.
        is_sure: two detectors agree on a text of some length, or the script leaves no choice. Only then may a
            conversation change its language without being asked.
    """

    code: Optional[str]
    is_sure: bool


def identify(text: str) -> Identified:
    """Identify the language of a cleaned text (see `bot.text.clean`; detectors raise on raw control characters)."""
    letters = [c for c in text if c.isalpha()]
    if not letters:
        return Identified(None, False)
    if is_of_another_script(text):
        return Identified(None, True)
    by_script = _by_script(letters)
    if by_script is not None and by_script != _ETHIOPIC:
        return Identified(by_script, True)
    second = _cld2(text)
    if by_script == _ETHIOPIC:
        return Identified(second if second in ("am", "ti") else "am", second in ("am", "ti"))
    if _PASHTO_LETTERS.intersection(letters) or second == "ps":
        return Identified("ps", len(letters) >= ENOUGH_LETTERS)
    if second == "so":
        return Identified("so", len(letters) >= ENOUGH_LETTERS)
    first = _eldc(text)
    return Identified(first or second, first is not None and first == second and len(letters) >= ENOUGH_LETTERS)


def is_of_another_script(text: str) -> bool:
    """Whether most letters are of a script in which no supported language is written: Greek, Georgian, Hebrew …"""
    letters = [c for c in text[:400] if c.isalpha()]
    known = sum(_script(c) in _SHARED_SCRIPTS or _script(c) in _SCRIPTS or _script(c) == _ETHIOPIC for c in letters)
    return known * 2 < len(letters)


def _script(letter: str) -> str:
    """The first word of Unicode's name for a letter. Full-width and other styled Latin letters are gone after NFKC."""
    return unicodedata.name(letter, "").split(" ")[0]


def _by_script(letters: list[str]) -> Optional[str]:
    """The language that the script of most letters decides, "ETHIOPIC" for Amharic or Tigrinya, None if undecided."""
    counts: dict[str, int] = {}
    for letter in letters[:200]:
        script = _script(letter)
        counts[script] = counts.get(script, 0) + 1
    most = max(counts, key=lambda script: counts[script])
    if counts[most] * 2 <= len(letters[:200]):
        return None
    return _ETHIOPIC if most == _ETHIOPIC else _SCRIPTS.get(most)


@lru_cache(maxsize=1)
def _ready_eldc() -> None:
    eldc.init()
    eldc.set_languages([code for code in CODES if code in eldc.LANGUAGES])


def _eldc(text: str) -> Optional[str]:
    _ready_eldc()
    return eldc.detect(text[:1000]) or None


def _cld2(text: str) -> Optional[str]:
    try:
        _, _, details = pycld2.detect(text[:1000], bestEffort=True)
    except pycld2.error:
        return None
    code = details[0][1].split("-")[0]
    return code if code in CODES else None
