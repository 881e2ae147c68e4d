"""Finds expressions that by themselves mean an urgent need, in all languages: "has a knife", "he reads my phone"."""

from __future__ import annotations

from functools import lru_cache
from typing import Dict

from bot.nlu import expressions
from bot.nlu.idioms import say_plainly
from bot.nlu.phrases import PhraseIndex


def find_danger(text: str) -> Dict[str, int]:
    """The urgent intents that expressions in a cleaned text stand for, each with how many said so.

    Figures of speech do not count: the text is put plainly first.
    """
    found: Dict[str, int] = {}
    for hit in _expressions().find(say_plainly(text)):
        found[hit.value] = found.get(hit.value, 0) + 1
    return found


@lru_cache(maxsize=1)
def _expressions() -> PhraseIndex[str]:
    return PhraseIndex(
        (phrase, intent)
        for language in expressions.by_language().values()
        for intent, phrases in language.danger.items()
        for phrase in phrases
    )
