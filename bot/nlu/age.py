"""Recognises that somebody says to be under 18, or not. The age itself is not kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Dict, Iterable, List, Optional, Pattern

from bot.nlu.expressions import Expressions, by_language
from bot.nlu.phrases import has_no_blanks, normalise

_ADULT = 18
# Lower numbers are rarely the age of anybody who is written about: "im 2 scared", "i am 4 months here".
_YOUNGEST = 6

# What stands for the number in the patterns of data/expressions/; a private-use character keeps it whole.
_NUMBER = "\ue000"
# Beside letters of another script N needs no blank: Amharic writes "የN ዓመት".
_MARK = re.compile(r"(?<![A-Za-z\u00c0-\u024f\u1ea0-\u1eff])N(?![A-Za-z\u00c0-\u024f\u1ea0-\u1eff])")
_BETWEEN_DIGIT_AND_LETTER = re.compile(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)")


@dataclass(frozen=True)
class _Language:
    """The compiled patterns of one language."""

    own: Optional[Pattern[str]]
    others: Optional[Pattern[str]]
    minor: Optional[Pattern[str]]
    numbers: Dict[str, int]


def says_under_18(text: str) -> Optional[bool]:
    """True or False when a text tells an age, None when it does not.

    The own age goes before that of others. Of two ages the younger counts; a grown-up who is talked about ("he is 24")
    says nothing about the one who writes.
    """
    said = _spread(text)
    languages = _languages()
    if any(language.minor and language.minor.search(said) for language in languages):
        return True
    own = [age for language in languages for age in _ages(language.own, language.numbers, said)]
    if own:
        return min(own) < _ADULT
    others = (age for language in languages for age in _ages(language.others, language.numbers, said))
    return True if any(age < _ADULT for age in others) else None


def _ages(pattern: Optional[Pattern[str]], numbers: Dict[str, int], said: str) -> List[int]:
    if pattern is None:
        return []
    told = (next(group for group in match.groups() if group) for match in pattern.finditer(said))
    return [age for age in (int(t) if t.isdecimal() else numbers[t] for t in told) if age >= _YOUNGEST]


def _spread(text: str) -> str:
    """Normalised, with digits apart from the letters around them: "15yo" is a number and a word."""
    return " ".join(_BETWEEN_DIGIT_AND_LETTER.sub(" ", normalise(text)).split())


@lru_cache(maxsize=1)
def _languages() -> List[_Language]:
    return [_compiled(language) for language in by_language().values()]


def _compiled(language: Expressions) -> _Language:
    numbers = {_spread(said): number for number, all_said in language.numbers.items() for said in all_said}
    numbers.pop("", None)
    return _Language(
        own=_pattern(language.own, numbers, language.not_after),
        others=_pattern(language.others, numbers, language.not_after),
        minor=_pattern(language.minor, {}, []),
        numbers=numbers,
    )


def _pattern(told: Iterable[str], numbers: Dict[str, int], not_after: List[str]) -> Optional[Pattern[str]]:
    number = "|".join([*(re.escape(said) for said in sorted(numbers, key=len, reverse=True)), r"\d{1,2}"])
    no_age = [spread for spread in map(_spread, not_after) if spread]
    ways = []
    for way in told:
        free = has_no_blanks(way)
        apart = _MARK.sub(f" {_NUMBER} ", way)
        head, marked, tail = apart.partition(_NUMBER)
        before, after = _spread(head), _spread(tail)
        if not before and not after:
            continue
        start = "" if free else r"(?<!\w)"
        if not marked:
            ways.append(start + re.escape(before) + ("" if free else r"(?!\w)"))
            continue
        blank = " ?" if free else " "
        end = "" if free and after else r"(?!\w)"
        # What follows the number may say that it is no age, or what follows the whole: "15 ans de métier".
        at_once = _none_of([word for word in no_age if not f"{after} ".startswith(f"{word} ")], free)
        parts = [re.escape(before) + blank if before else "", f"({number})", at_once]
        parts += [blank + re.escape(after) if after else "", end, _none_of(no_age, free)]
        ways.append(start + "".join(parts))
    return re.compile("|".join(ways)) if ways else None


def _none_of(phrases: List[str], anywhere: bool) -> str:
    if not phrases:
        return ""
    end = "" if anywhere else r"(?!\w)"
    return f"(?! ?(?:{'|'.join(map(re.escape, phrases))}){end})"
