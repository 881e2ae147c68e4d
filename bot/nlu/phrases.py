"""Finds phrases of any language and script in what people write, whole words only."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Dict, Generic, Iterable, List, Tuple, TypeVar

Value = TypeVar("Value")

# Letters that people type one for the other: Arabic, Persian and Urdu keyboards differ, and Latin letters with a stroke
# or without a dot are typed without.
_SAME_LETTER = str.maketrans("ىیئةۀکےھہłđıøħіїєґ", "يييههكيههldiohииег")
# Amharic and Tigrinya have several series of letters for one sound each, and people mix them.
_SAME_LETTER.update(
    {
        other + order: same + order
        for other, same in ((0x1210, 0x1200), (0x1280, 0x1200), (0x1220, 0x1230), (0x12D0, 0x12A0), (0x1340, 0x1338))
        for order in range(7)
    }
)
_SAME_LETTER.update({ord("ኣ"): ord("አ"), ord("ዓ"): ord("አ"), ord("ሃ"): ord("ሀ")})
# Scripts that put no blanks between words: there, a phrase may stand anywhere.
_WITHOUT_BLANKS = ("CJK", "THAI")


@dataclass(frozen=True)
class Word:
    """One word of a text, normalised, with where it stands in the text."""

    said: str
    start: int
    end: int


@dataclass(frozen=True)
class Found(Generic[Value]):
    """A phrase found in a text, with where it stands."""

    value: Value
    start: int
    end: int


class PhraseIndex(Generic[Value]):
    """Phrases with a value each; looking all of them up takes time by the length of the text, not by their number.

    Two phrases that normalise to the same words count once, with the value of the first.
    """

    def __init__(self, phrases: Iterable[Tuple[str, Value]]) -> None:
        """Index pairs of phrase and value; phrases without any letter are left out."""
        self._by_words: Dict[Tuple[str, ...], Value] = {}
        self._anywhere: List[Tuple[str, Value]] = []
        for phrase, value in phrases:
            if has_no_blanks(phrase):
                self._anywhere.append((phrase.casefold(), value))
                continue
            said = tuple(word.said for word in words(phrase))
            if said:
                self._by_words.setdefault(said, value)
        self._longest = max(map(len, self._by_words), default=0)

    def find(self, text: str) -> List[Found[Value]]:
        """The phrases in a cleaned text, in order; of those that overlap the first, and of those the longest."""
        found: List[Found[Value]] = []
        text_words = words(text)
        position = 0
        while position < len(text_words):
            for length in range(min(self._longest, len(text_words) - position), 0, -1):
                window = text_words[position : position + length]
                said = tuple(word.said for word in window)
                if said in self._by_words:
                    found.append(Found(self._by_words[said], window[0].start, window[-1].end))
                    position += length - 1
                    break
            position += 1
        lower = text.casefold()
        # Where lower case changes the length, positions would be wrong; no script without blanks has case.
        if self._anywhere and len(lower) == len(text):
            for phrase, value in self._anywhere:
                at = lower.find(phrase)
                if at >= 0:
                    found.append(Found(value, at, at + len(phrase)))
        return _apart(found)


def _apart(found: List[Found[Value]]) -> List[Found[Value]]:
    """Without those that overlap one before them: whoever replaces phrases must not replace a letter twice."""
    kept: List[Found[Value]] = []
    for hit in sorted(found, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def words(text: str) -> List[Word]:
    """The words of a text: runs of letters, marks and digits, normalised."""
    found: List[Word] = []
    start = None
    for position, character in enumerate(text + " "):
        if is_letter(character):
            start = position if start is None else start
        elif start is not None:
            said = _plain(text[start:position])
            if said:
                found.append(Word(said, start, position))
            start = None
    return found


def normalise(text: str) -> str:
    """Lower case, without accents and punctuation, so that "Molenbeek-Saint-Jean" equals "molenbeek saint jean"."""
    return " ".join(word.said for word in words(text))


def is_letter(character: str) -> bool:
    """Whether a character belongs to a word: letters, digits, the euro sign, and marks of scripts that need them."""
    return character.isalnum() or character in "_€" or unicodedata.category(character).startswith("M")


def has_no_blanks(text: str) -> bool:
    """Whether a text is in a script that puts no blanks between words: Chinese, Thai."""
    return any(unicodedata.name(c, "").startswith(_WITHOUT_BLANKS) for c in text)


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.casefold())
    # Accents of Latin, Greek and Cyrillic letters and Arabic vowel signs go; the marks of Indic scripts and of Thai
    # are letters in their own right.
    kept = (c for c in decomposed if not ("\u0300" <= c <= "\u036f" or "\u064b" <= c <= "\u065f" or c == "\u0640"))
    plain = unicodedata.normalize("NFC", "".join(kept)).translate(_SAME_LETTER)
    # Digits of any script become 0 to 9.
    return plain if plain.isascii() else "".join(str(unicodedata.decimal(c, c)) for c in plain)
