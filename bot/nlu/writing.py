"""Gives a text back the writing of its language: what was typed in Latin letters, or without marks. Without Rasa.

The encoder has read "không" and "ያስፈልገኛል" a million times, "khong" and "yasfelegnal" hardly ever. A word typed that
way is looked up among the words of the training sentences, by the letters that every way of typing keeps; among those
that fit, the likeliest sequence is chosen: how near the spelling is, and how often two words follow each other
(a hidden Markov model, Viterbi).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from typing import Dict, Iterable, List, Optional, Tuple

from anyascii import anyascii
from rapidfuzz.distance import Levenshtein

# Written in Latin letters with marks that many leave out. (In Romanian, Polish and Albanian the encoder does as well
# without them.)
MARKED = frozenset(("vi", "hu", "sr", "tr"))
# Written in another script, typed in Latin letters by many.
ROMANISED = frozenset(("am", "ar", "bg", "bn", "fa", "hi", "pa", "ps", "ru", "ti", "uk", "ur"))
LANGUAGES = MARKED | ROMANISED
# Scripts that leave short vowels out.
_WITHOUT_VOWELS = frozenset(("ar", "fa", "ps", "ur"))

# Python's \w leaves out the vowel signs of Indian scripts.
_PART = re.compile(r"[\w\u0300-\u036f\u0900-\u0d7f'’]+|[^\w\s]")
_BEFORE_MARK = re.compile(r" ([,.!?…:;)])")
_END_OF_LATIN = 0x24F
_PLAIN = str.maketrans("đłı", "dli")
# Figures and signs that stand for letters in chats.
_CHAT = {
    "ar": (
        *(("3'", "gh"), ("7'", "kh"), ("9'", "d"), ("5", "kh"), ("7", "h"), ("9", "q"), ("8", "q"), ("2", "")),
        *(("6", "t"), ("3", "`")),
    ),
    "bg": (("6", "sh"), ("4", "ch"), ("q", "ya")),
}
# Spellings of one sound, in the order in which they are made one; then vowels go, and what is doubled.
_SOUNDS = (
    *(("tsh", "c"), ("ch", "c"), ("sh", "s"), ("kh", "k"), ("gh", "g"), ("th", "t"), ("dh", "d"), ("ph", "f")),
    *(("zh", "z"), ("bh", "b"), ("jh", "j"), ("x", "k"), ("q", "k"), ("w", "v"), ("ts", "s")),
)
_SIBILANTS = frozenset(("am", "ar", "bn", "fa", "hi", "pa", "ps", "ti", "ur"))
_VOWELS = re.compile(r"[aeiouyh`']")
_DOUBLED = re.compile(r"(.)\1+")

# Logarithms: a spelling that differs wholly; one whose consonants differ by a letter, on top of a smaller factor; a
# word left as it is, by letter, when it is unknown, and when the training sentences have it in Latin letters.
_DIFFERING = -20.0
_DIFFERING_CONSONANT, _DIFFERING_WITH_IT = -1.0, -15.0
_LEFT_BY_LETTER, _LEFT_KNOWN = -1.2, -4.0
# Consonants from which on one may differ, how different such a spelling may be, and candidates kept for a word.
_ENOUGH_CONSONANTS = 3
_TOO_DIFFERENT = 0.5
_CANDIDATES = 12
# Weight of pairs of words beside single words, and what an unseen word counts.
_PAIRS = 0.6
_UNSEEN = 0.3
_BEGIN = ""

Candidate = Tuple[str, float]


class Writing:
    """How a language is written, learnt from sentences; those that are not in its own writing teach nothing."""

    def __init__(self, code: str, texts: Iterable[str]) -> None:
        """Learn. Raises ValueError for a language whose writing needs no restoring (see `LANGUAGES`)."""
        if code not in LANGUAGES:
            raise ValueError(f"nothing to restore in {code}")
        self._code = code
        self._words: Counter[str] = Counter()
        self._pairs: Counter[Tuple[str, str]] = Counter()
        for text in texts:
            words = [word.lower() for word in _PART.findall(text)]
            if self._teaches(words):
                self._words.update(words)
                self._pairs.update(zip([_BEGIN, *words], words))
        self._total = sum(self._words.values())
        self._before: Counter[str] = Counter()
        for (first, _), times in self._pairs.items():
            self._before[first] += times
        self._romanised: Dict[str, str] = {}
        self._by_key: Dict[str, List[str]] = defaultdict(list)
        for word in self._words:
            if code in MARKED:
                self._by_key[_without_marks(word)].append(word)
            elif self._is_own(word):
                self._romanised[word] = re.sub("[^a-z0-9]", "", anyascii(word).lower())
                self._by_key[self._consonants(self._romanised[word])].append(word)
        self._keys_by_length: Dict[int, List[str]] = defaultdict(list)
        for key in self._by_key:
            self._keys_by_length[len(key)].append(key)

    def restored(self, text: str) -> Optional[str]:
        """The text in the language's own writing; None when it is in it already, or nothing in it is known."""
        parts = _PART.findall(text)
        if not parts or any(self._is_own(part) for part in parts):
            return None
        best: List[Dict[str, Tuple[float, str]]] = [{_BEGIN: (0.0, _BEGIN)}]
        for part in parts:
            row = {}
            for candidate, likeness in self._candidates(part):
                ways = ((score + self._follows(first, candidate), first) for first, (score, _) in best[-1].items())
                score, first = max(ways)
                row[candidate] = (score + likeness, first)
            best.append(row)
        word = max(best[-1], key=lambda candidate: best[-1][candidate][0])
        said = []
        for row in reversed(best[1:]):
            said.append(word)
            word = row[word][1]
        found = _BEFORE_MARK.sub(r"\1", " ".join(reversed(said)))
        return None if [w.lower() for w in parts] == [w.lower() for w in reversed(said)] else found

    def _is_own(self, word: str) -> bool:
        if self._code in MARKED:
            return any(ord(letter) > 127 and letter.isalpha() for letter in word)
        return any(letter.isalpha() and ord(letter) > _END_OF_LATIN for letter in word)

    def _teaches(self, words: List[str]) -> bool:
        letters = [word for word in words if word[0].isalpha()]
        own = sum(map(self._is_own, letters))
        # Nearly every word of Vietnamese has a mark; in Hungarian, Serbian and Turkish whole sentences have none.
        share = {"vi": 0.25}.get(self._code, 0.01 if self._code in MARKED else 0.5)
        return own > 0 and own >= share * len(letters)

    def _candidates(self, word: str) -> List[Candidate]:
        """What a typed word may stand for, with the logarithm of how well it fits."""
        lower = word.lower()
        if not any(letter.isalpha() for letter in lower):
            return [(word, 0.0)]
        if self._code in MARKED:
            return [(known, 0.0) for known in self._by_key.get(_without_marks(lower), ())] or [(word, 0.0)]
        typed = _without_marks(lower)
        for sign, letters in _CHAT.get(self._code, ()):
            typed = typed.replace(sign, letters)
        typed = re.sub("[^a-z0-9`]", "", typed)
        key = self._consonants(typed)
        found = [(known, _DIFFERING * self._difference(typed, known)) for known in self._by_key.get(key, ())]
        if not found and len(key) >= _ENOUGH_CONSONANTS:
            for near in self._near(key):
                for known in self._by_key[near]:
                    difference = self._difference(typed, known)
                    if difference <= _TOO_DIFFERENT:
                        found.append((known, _DIFFERING_CONSONANT + _DIFFERING_WITH_IT * difference))
        found = sorted(found, key=lambda candidate: -candidate[1])[:_CANDIDATES]
        left = _LEFT_KNOWN if self._words[lower] else _LEFT_BY_LETTER * len(word)
        return [*found, (word, left)]

    def _near(self, key: str) -> Iterable[str]:
        for length in range(max(_ENOUGH_CONSONANTS, len(key) - 1), len(key) + 2):
            for other in self._keys_by_length.get(length, ()):
                if Levenshtein.distance(key, other, score_cutoff=1) <= 1:
                    yield other

    def _difference(self, typed: str, known: str) -> float:
        """0 for the same letters, 1 for wholly other ones."""
        romanised = self._romanised[known]
        difference = Levenshtein.normalized_distance(typed, romanised)
        if self._code in _WITHOUT_VOWELS:
            bare = Levenshtein.normalized_distance(_long_vowels_only(typed), _long_vowels_only(romanised))
            difference = (difference + bare) / 2
        return float(difference)

    def _consonants(self, romanised: str) -> str:
        """What all ways to type a word have in common, roughly."""
        key = romanised
        for spelling, sound in _SOUNDS:
            key = key.replace(spelling, sound)
        if self._code in _SIBILANTS:
            key = key.replace("z", "s")
        if self._code in _WITHOUT_VOWELS or self._code in ("am", "ti"):
            key = key.replace("c", "s")
        if self._code == "bg":
            key = key.replace("j", "y")
        if self._code in _WITHOUT_VOWELS:
            key = re.sub("[vh`y]", "", key).replace("g", "k")
        return _DOUBLED.sub(r"\1", _VOWELS.sub("", key))

    def _follows(self, first: str, second: str) -> float:
        first, second = first.lower(), second.lower()
        alone = (self._words[second] + _UNSEEN) / (self._total + _UNSEEN * len(self._words) * 1.5)
        before = self._before[first]
        together = self._pairs[first, second] / before if before else 0.0
        return math.log(_PAIRS * together + (1 - _PAIRS) * alone)


def _without_marks(word: str) -> str:
    letters = unicodedata.normalize("NFD", word.lower())
    return "".join(letter for letter in letters if not "\u0300" <= letter <= "\u036f").translate(_PLAIN)


def _long_vowels_only(romanised: str) -> str:
    rest = re.sub("[aeo]", "", romanised[1:])
    return (romanised[:1] + rest).replace("u", "w").replace("i", "y")
