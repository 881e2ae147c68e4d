"""Recognises where somebody is: municipality, city or postcode, in the spellings of knowledge/places.yml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Tuple

import yaml
from rapidfuzz import fuzz, process

from bot.nlu.phrases import has_no_blanks, normalise

PLACES_FILE = Path(__file__).resolve().parent.parent.parent / "knowledge" / "places.yml"

# Names that are ordinary words somewhere count only when they stand (almost) alone or after a word like "in".
_ORDINARY_WORDS = {
    "forest",
    "halle",
    "huy",
    "lier",
    "mol",
    "bergen",
    "as",
    "ath",
    "vorst",
    "mons",
    "midi",
    "nord",
    "haren",
    "jette",
    "jete",
    # Arabic: "I came", "food", "Excel", "I betrayed", "famous", "companion".
    *map(normalise, ("جيت", "أكل", "إكسل", "خنت", "نامور", "مونس")),
}
# Dutch nouns (the mountains, the frost) and a French participle ("il m'a jeté").
_NO_PLACE_AFTER = {"bergen": "de", "vorst": "de", "jete": "a"}
# Typing errors in these give ordinary words: "tomber", "dépanne".
_NO_TYPING_ERRORS = {"tomberg", "de panne"}
_BEFORE_PLACES = {
    "in",
    "te",
    "a",
    "à",
    "near",
    "bij",
    "at",
    "from",
    "van",
    "de",
    "au",
    "op",
    "vers",
    "naar",
    "to",
    "pres",
}
# Amounts of money look like postcodes; inside a sentence a number counts only with one of these words.
_BEFORE_POSTCODES = {
    "in",
    "te",
    "a",
    "near",
    "bij",
    "at",
    "vers",
    "pres",
    "around",
    "rond",
    "zone",
    "commune",
    "gemeente",
}
_POSTCODE_WORDS = {"postcode", "postal", "postale", "postcodes", "zip", "cp"}
_AFTER_POSTCODES = {"bxl"}
_AFTER_AMOUNTS = {
    *("euro", "euros", "eur", "€", "e", "dollar", "dollars", "pounds", "pond", "uur", "heures", "hours", "h"),
    *("per", "par", "a", "cash", "net", "netto", "brut", "bruto", "km", "tokens", "each", "chacun", "elk"),
}
_YEARS = range(1940, 2041)
# Typing errors are only forgiven in names of at least this many letters, and only a few of them.
_FUZZY_FROM = 6
_FUZZY_SCORE = 86
_MOST_WORDS = 5
_SPELLINGS = ("other_spellings", "arabic", "cyrillic", "other_scripts")
# Case endings of Hungarian, Turkish, Slavic languages and Romanian, and what Arabic writes together with a name.
_ENDINGS = (
    *("ben", "ban", "be", "ba", "bol", "rol", "hoz", "hez", "te", "ta", "de", "da", "den", "dan", "ten", "tan", "ye"),
    *("ya", "in", "im", "ie", "cie", "ce", "em", "om", "ul", "ului", "it", "е", "у", "а", "ом", "им", "и", "та"),
    *("u", "e", "i", "a", "ে", "ের", "তে"),
)
_ARABIC_BEFORE = ("بال", "فال", "ب", "ف", "ل", "و", "ا")
_SHORTEST_STEM = 6


@dataclass(frozen=True)
class Mention:
    """A place found in a text.

    Attributes:
        place_id: id in knowledge/places.yml.
        words: how many words of the text the mention takes.
        is_whole: whether the text says nothing but the place ("Molenbeek", "in 1070").
    """

    place_id: str
    words: int
    is_whole: bool


def find_place(text: str) -> Optional[Mention]:
    """The first (and longest) place named in a cleaned text, or None."""
    words = normalise(text).split()
    names, postcodes = gazetteer()
    dense = _without_blanks(text, names) if has_no_blanks(text) else None
    if dense:
        return dense
    content = [w for w in words if w not in _BEFORE_PLACES]
    for length in range(min(_MOST_WORDS, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            window = words[start : start + length]
            joined = " ".join(window)
            before = words[start - 1] if start else ""
            place = names.get(joined)
            if place is None and length == 1 and joined in postcodes and _is_postcode(start, words, names):
                place = postcodes[joined]
            if place is None:
                continue
            if joined in _ORDINARY_WORDS and len(content) > 1 and before not in _BEFORE_PLACES:
                continue
            if before and before == _NO_PLACE_AFTER.get(joined):
                continue
            return Mention(place, length, set(content) <= set(window) or len(content) - length <= 0)
    return _with_typing_errors(words, content, names)


def _without_blanks(text: str, names: Dict[str, str]) -> Optional[Mention]:
    """A name inside a text of a script that puts no blanks between words."""
    letters = "".join(normalise(text).split())
    found = max((name for name in names if has_no_blanks(name) and name in letters), key=len, default=None)
    return Mention(names[found], 1, len(letters) - len(found) <= 3) if found else None


def _is_postcode(position: int, words: List[str], names: Dict[str, str]) -> bool:
    others = words[:position] + words[position + 1 :]
    if all(word in _BEFORE_PLACES or word in names for word in others):
        return True
    before = words[position - 1] if position else ""
    after = words[position + 1] if position + 1 < len(words) else ""
    if _POSTCODE_WORDS.intersection(words) or after in _AFTER_POSTCODES:
        return True
    return before in _BEFORE_POSTCODES and after not in _AFTER_AMOUNTS and int(words[position]) not in _YEARS


def _with_typing_errors(words: List[str], content: List[str], names: Dict[str, str]) -> Optional[Mention]:
    exact_only = _ORDINARY_WORDS | _NO_TYPING_ERRORS
    candidates = [name for name in names if len(name) >= _FUZZY_FROM and name not in exact_only]
    for word in words:
        if len(word) < _FUZZY_FROM or word in exact_only:
            continue
        for form in _forms(word):
            hit: Optional[Tuple[str, float, int]] = process.extractOne(
                form, candidates, scorer=fuzz.ratio, score_cutoff=_FUZZY_SCORE
            )
            # The first letter is rarely wrong; without this "Brusselse" words of other languages slip in.
            if hit and hit[0][0] == form[0] and abs(len(hit[0]) - len(form)) <= 2:
                return Mention(names[hit[0]], 1, len(content) <= 1)
    return None


def _forms(word: str) -> Iterator[str]:
    """A word as it stands, then without what some languages write together with a name ("Molenbekben", "بمولنبيك")."""
    yield word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            yield word[: -len(ending)]
    for before in _ARABIC_BEFORE:
        if word.startswith(before) and len(word) - len(before) >= _SHORTEST_STEM - 1:
            yield word[len(before) :]


@lru_cache(maxsize=1)
def gazetteer() -> Tuple[Dict[str, str], Dict[str, str]]:
    """Place ids by normalised name, and by postcode."""
    data = yaml.safe_load(PLACES_FILE.read_text(encoding="utf-8"))
    names: Dict[str, str] = {}
    postcodes: Dict[str, str] = {}
    for place in data["places"]:
        spellings = [
            *place["names"].values(),
            *(s for field in _SPELLINGS for s in place.get(field) or []),
        ]
        for spelling in spellings:
            key = normalise(re.sub(r"\(.*?\)", "", spelling))
            if key:
                names.setdefault(key, place["id"])
        for postcode in place.get("postcodes") or []:
            postcodes.setdefault(str(postcode), place["id"])
    return names, postcodes
