"""Recognises that somebody says to be under 18, or not. The age itself is not kept."""

from __future__ import annotations

import re
from typing import List, Optional, Pattern

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

# What makes a number something else than an age: "I am 15 years in Belgium", "j'ai 15 ans de métier".
_NOT_EN = (
    r"(?!\s*(?:people|persons?|men|women|girls|boys|of\b|kids|children|days|weeks|months|minutes|min\b|euro|hours|km\b|kg\b"
    r"|kilos?|meters?|metres?|%)|\s*years?\s+(?:in|here|with|at|of|ago|working|now|already)\b)"
)
_NOT_FR = r"(?!\s+(?:d['’]|de\b|ici\b|que\b|dans\b))"
_NOT_NL = (
    r"(?!\s*(?:dagen|weken|maanden|minuten|euro|uur|km\b|kg\b|van\b)"
    r"|\s*jaar\s+(?:hier|aan|in|bij|getrouwd|samen|geleden|werk|lang|weg|al)\b)"
)


def _patterns(language: str, *patterns: str) -> List[Pattern[str]]:
    words = [w for n, w in enumerate(_WORDS[language].split()) if n >= _YOUNGEST_IN_WORDS]
    number = r"(\d{1,2}|" + "|".join(sorted(words, key=len, reverse=True)) + r")\b"
    return [re.compile(pattern.replace("N", number), re.IGNORECASE) for pattern in patterns]


_OWN = [
    *_patterns(
        "en",
        rf"\b(?:i\s*am|i['’]?m)\s+(?:only |just |still |a )?N{_NOT_EN}",
        r"\bi\s+have\s+(?:only |just )?N\s*years?\b(?!\s+(?:in|here|with|at|of|ago|working|experience)\b)",
        r"\bmy\s+age\s+is\s+N",
        r"(?<!\bat )(?<!\bwas )\bN[\s-]*(?:years?[\s-]*old|y/?o\b|yrs?\s*old)",
    ),
    *_patterns(
        "fr",
        rf"\bj[e']?\s*['’]?\s*ai\s+(?:que\s+|seulement\s+|juste\s+|à peine\s+|encore\s+)?N\s*ans\b{_NOT_FR}",
        rf"\bj(?:e\s+)?n?\s*['’]?\s*ai\s+(?:encore\s+)?que\s+N\s*ans\b{_NOT_FR}",
        r"\b(?:âgée?|age|agée?)\s+de\s+N\s*ans\b",
    ),
    *_patterns(
        "nl",
        rf"\b(?:ik\s*ben|kben|ben)\s+(?:nog\s+maar\s+|nog\s+|maar\s+|pas\s+)?N{_NOT_NL}",
        r"\bN\s*jaar\s*oud\b",
    ),
]
_OF_OTHERS = [
    *_patterns("en", rf"\b(?:she is|he is|she['’]?s|he['’]?s)\s+(?:only |just )?N{_NOT_EN}"),
    *_patterns("fr", rf"\b(?:elle|il)\s+(?:n['’]\s*)?a\s+(?:que\s+|seulement\s+)?N\s*ans\b{_NOT_FR}"),
    *_patterns("nl", rf"\b(?:zij|ze|hij)\s+is\s+(?:nog\s+maar\s+|nog\s+|maar\s+|pas\s+)?N{_NOT_NL}"),
]
_MINOR = re.compile(
    r"\b(?:(?:i\s*am|i'?m)\s+(?:a\s+)?(?:minor|under\s*(?:18|age)|underage)"
    r"|under\s+18|je\s+suis\s+(?:encore\s+)?mineure?|mineure?\s+non\s+accompagnée?"
    r"|(?:ben|nog)\s+minderjarig|ben\s+nog\s+geen\s+(?:18|achttien)|pas\s+encore\s+18\s+ans)\b",
    re.IGNORECASE,
)


def says_under_18(text: str) -> Optional[bool]:
    """True or False when a text tells an age, None when it does not. Dutch, French and English.

    The own age goes before that of others. Of two ages the younger counts; a grown-up who is talked about ("he is 24")
    says nothing about the one who writes.
    """
    if _MINOR.search(text):
        return True
    own = _ages(_OWN, text)
    if own:
        return min(own) < _ADULT
    return True if any(age < _ADULT for age in _ages(_OF_OTHERS, text)) else None


def _ages(patterns: List[Pattern[str]], text: str) -> List[int]:
    told = [match.group(1).lower() for pattern in patterns for match in pattern.finditer(text)]
    return [age for age in (int(t) if t.isdigit() else _NUMBERS[t] for t in told) if age > 0]
