"""Recognises the name of a language in a text ("can we speak Arabic", "français svp", "العربية")."""

from __future__ import annotations

from functools import lru_cache
from typing import Dict, Optional

from babel import Locale

from bot.languages import CODES
from bot.nlu.expressions import by_language
from bot.nlu.phrases import normalise

_SHORTEST = 4


def find_language(text: str) -> Optional[str]:
    """The supported language that a cleaned text names, or None. Longer names go first."""
    words = normalise(text).split()
    names = _names()
    for length in (3, 2, 1):
        for start in range(len(words) - length + 1):
            code = names.get(" ".join(words[start : start + length]))
            if code:
                return code
    return None


def is_only_a_language(text: str) -> bool:
    """Whether a text is nothing but the name of a language, perhaps with "please" or the like."""
    polite = {
        "please",
        "svp",
        "pls",
        "aub",
        "stp",
        "in",
        "en",
        "speak",
        "spreek",
        "parle",
        "language",
        "taal",
        "langue",
    }
    words = [w for w in normalise(text).split() if w not in polite]
    return bool(words) and " ".join(words) in _names()


@lru_cache(maxsize=1)
def _names() -> Dict[str, str]:
    found: Dict[str, str] = {}
    for teller in CODES:
        locale = Locale.parse(teller)
        for code in CODES:
            name = normalise(locale.languages.get("fil" if code == "tl" else code) or "")
            if len(name) >= _SHORTEST or not name.isascii():
                found.setdefault(name, code)
    # People ask by other names than CLDR's, inflect them and misspell them.
    for language in by_language().values():
        for code, names in language.languages.items():
            for said in map(normalise, names):
                if len(said) >= _SHORTEST or not said.isascii():
                    found.setdefault(said, code)
    found.pop("", None)
    return found
