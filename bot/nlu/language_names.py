"""Recognises the name of a language in a text ("can we speak Arabic", "français svp", "العربية")."""

from __future__ import annotations

from functools import lru_cache
from typing import Dict, Optional

from babel import Locale

from bot.languages import CODES
from bot.nlu.expressions import by_language
from bot.nlu.phrases import PhraseIndex, normalise

_SHORTEST = 4


def find_language(text: str, spoken: Optional[str] = None) -> Optional[str]:
    """The supported language that a cleaned text names, or None.

    Who says "my English is bad, do you have Romanian" does not want the language that is `spoken` in the text.
    """
    named = [found.value for found in _index().find(text)]
    return next((code for code in named if code != spoken), named[0] if named else None)


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
def _index() -> PhraseIndex[str]:
    return PhraseIndex(_names().items())


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
