"""Recognises that somebody says to be under 18, or not. The age itself is not kept."""

from __future__ import annotations

import re
from typing import Optional

_ADULT = 18

_WORDS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
    "dix-huit dix-neuf vingt",
    "nl": "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien "
    "zeventien achttien negentien twintig",
}
_NUMBERS = {word: number for words in _WORDS.values() for number, word in enumerate(words.split())}
# "a 6" and "one" are rarely ages of somebody who writes.
_YOUNGEST_IN_WORDS = 8

_NUMBER = (
    r"(\d{1,2}|" + "|".join(sorted((w for w, n in _NUMBERS.items() if n >= _YOUNGEST_IN_WORDS), key=len)[::-1]) + ")"
)
_AGES = [
    re.compile(pattern.replace("N", _NUMBER), re.IGNORECASE)
    for pattern in (
        r"\b(?:i\s*am|i'?m|im|we are|she is|he is|she's|he's)\s+(?:only |just |a )?N"
        r"(?!\s*(?:people|of|days|weeks|months|euro|hours|%))\b",
        r"\bN[\s-]*(?:years?[\s-]*old|y/?o\b|yrs?\s*old)",
        r"\bj[e']?\s*['’]?\s*ai\s+(?:que\s+|seulement\s+|juste\s+|à peine\s+)?N\s*ans\b",
        r"\b(?:elle|il)\s+(?:n')?a\s+(?:que\s+)?N\s*ans\b",
        r"\b(?:âgée?|age|agée?)\s+de\s+N\s*ans\b",
        r"\b(?:ik\s*ben|kben|ben)\s+(?:nog\s+|maar\s+|pas\s+|nog maar\s+)?N(?:\s*jaar)?"
        r"(?!\s*(?:dagen|weken|maanden|euro|uur|van|jaar\s+(?:hier|aan)))\b",
        r"\b(?:zij|ze|hij)\s+is\s+(?:nog\s+|maar\s+|pas\s+)?N(?:\s*jaar)?\b",
        r"\bN\s*jaar\s*oud\b",
    )
]
_MINOR = re.compile(
    r"\b(?:(?:i\s*am|i'?m)\s+(?:a\s+)?(?:minor|under\s*(?:18|age)|underage)"
    r"|under\s+18|je\s+suis\s+(?:encore\s+)?mineure?|mineure?\s+non\s+accompagnée?"
    r"|(?:ben|nog)\s+minderjarig|ben\s+nog\s+geen\s+(?:18|achttien)|pas\s+encore\s+18\s+ans)\b",
    re.IGNORECASE,
)


def says_under_18(text: str) -> Optional[bool]:
    """True or False when a text tells an age, None when it does not. Dutch, French and English."""
    if _MINOR.search(text):
        return True
    for pattern in _AGES:
        found = pattern.search(text)
        if found:
            told = found.group(1).lower()
            age = int(told) if told.isdigit() else _NUMBERS[told]
            if age > 0:
                return age < _ADULT
    return None
