"""Says figures of speech plainly before the encoder sees them: "my phone is dying" tells nothing about a life.

Only the figure itself is replaced, so that whatever else a message says is still judged.
"""

from __future__ import annotations

import re

_LAUGHED = r"(?:laughter|laughing|boredom|embarrassment|curiosity)"
_DEVICE = r"(?:phone|mobile|battery|laptop|tablet)"
_DEVICE_FR = r"(?:t[ée]l[ée]phone|gsm|portable|batterie|smartphone)"
_DEVICE_NL = r"(?:telefoon|gsm|batterij|mobiel|smartphone)"

_PLAIN = [
    (re.compile(pattern, re.IGNORECASE), plain)
    for pattern, plain in (
        (
            rf"\b({_DEVICE})(?:'s|s| is| was| has)?(?: almost| nearly| about to)? (?:dying|dead|died|die)\b",
            r"\1 is empty",
        ),
        (rf"\b(?:dying|die|died|dead) (?:of|from|with) ({_LAUGHED})\b", r"full of \1"),
        (r"\bi(?: a|['’]?)m (?:dying|starving) (?:of|from) (hunger|thirst)\b", r"i feel great \1"),
        (r"\bdying to (?=meet|see|know|hear|try|visit|go)", "eager to "),
        (
            rf"\b({_DEVICE_FR}) (?:est |va |s'est )?(?:bient[ôo]t |presque |en train de )?(?:morte?|mourir)\b",
            r"\1 est vide",
        ),
        (r"\bje (?:meurs|cr[èe]ve) de (faim|soif|froid|chaud|fatigue)\b", r"j'ai très \1"),
        (
            r"\b(?:je (?:meurs|cr[èe]ve) (?:de rire|d['’]ennui|d['’]envie|de honte)|morte?s? de (?:rire|honte))\b",
            "haha",
        ),
        (rf"\b({_DEVICE_NL}) (?:is |gaat |valt )?(?:bijna |zo goed als )?(?:dood|sterft)\b", r"\1 is leeg"),
        (r"\blach(?:te|en|t)? (?:me|mij|ons|je|zich) (?:hier )?(?:echt )?(?:dood|kapot|rot)\b", "lach heel hard, haha"),
        (r"\b(verveel|schaam|erger) (?:me|mij) (?:hier )?(?:dood|kapot|rot)\b", r"\1 me erg"),
        (r"\b(?:sterf|verga|rammel|crepeer) van (?:de |den )?(honger|dorst|kou)\b", r"heb heel veel \1"),
    )
]


def say_plainly(text: str) -> str:
    """A cleaned text with the figures of speech in it put into plain words. English, French and Dutch."""
    for pattern, plain in _PLAIN:
        text = pattern.sub(plain, text)
    return text
