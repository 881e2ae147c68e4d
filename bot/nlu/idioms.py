"""Says figures of speech plainly before anything judges them: "ik lach me dood" tells nothing about a life.

Only the figure itself is replaced, so that whatever else a message says is still judged. Fixed ones come from
data/expressions/; those with changing parts stand here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.nlu import expressions
from bot.nlu.phrases import PhraseIndex

_LAUGHED = r"(?:laughter|laughing|boredom|embarrassment|curiosity)"

_PLAIN = [
    (re.compile(pattern, re.IGNORECASE), plain)
    for pattern, plain in (
        (rf"\b(?:dying|die|died|dead) (?:of|from|with) ({_LAUGHED})\b", r"full of \1"),
        (r"\bi(?: a|['’]?)m (?:dying|starving) (?:of|from) (hunger|thirst)\b", r"i feel great \1"),
        (r"\bdying to (?=meet|see|know|hear|try|visit|go)", "eager to "),
        (r"\bje (?:meurs|cr[èe]ve) de (faim|soif|froid|chaud|fatigue)\b", r"j'ai très \1"),
        (r"\b(?:je (?:meurs|cr[èe]ve) de rire|morte?s? de rire)\b", "haha"),
        (r"\bje (?:meurs|cr[èe]ve) (?=d['’]ennui|d['’]envie|de honte)", "je suis plein "),
        (r"\blach(?:te|en|t)? (?:me|mij|ons|je|zich) (?:hier )?(?:echt )?(?:dood|kapot|rot)\b", "lach heel hard, haha"),
        (r"\b(verveel|schaam|erger) (?:me|mij) (?:hier )?(?:dood|kapot|rot)\b", r"\1 me erg"),
        (r"\b(?:sterf|verga|rammel|crepeer) van (?:de |den )?(honger|dorst|kou)\b", r"heb heel veel \1"),
    )
]


def say_plainly(text: str) -> str:
    """A cleaned text with the figures of speech in it put into plain words."""
    for pattern, plain in _PLAIN:
        text = pattern.sub(plain, text)
    for figure in reversed(_figures().find(text)):
        text = text[: figure.start] + figure.value + text[figure.end :]
    return text


@lru_cache(maxsize=1)
def _figures() -> PhraseIndex[str]:
    return PhraseIndex(figure for language in expressions.by_language().values() for figure in language.harmless)
