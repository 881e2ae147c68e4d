"""What each language's file of expressions promises holds in the rules that read it."""

from __future__ import annotations

import pytest

from bot.languages import CODES
from bot.nlu.age import says_under_18
from bot.nlu.danger import find_danger
from bot.nlu.expressions import by_language
from bot.nlu.idioms import say_plainly
from bot.nlu.language_names import find_language
from bot.nlu.phrases import PhraseIndex
from bot.text import clean
from tests.rasa.conftest import URGENT


def told(way: str, number: str) -> str:
    """A way to tell an age, with the number in it."""
    return way.replace("N", number, 1) if way.count("N") == 1 else f" {way} ".replace(" N ", f" {number} ", 1)


@pytest.mark.parametrize("code", CODES)
def test_somebody_who_tells_an_age_under_18_is_heard(code: str) -> None:
    language = by_language()[code]
    missed = [way for way in language.own if says_under_18(clean(told(way, "15"))) is not True]
    missed += [way for way in language.minor if says_under_18(clean(way)) is not True]
    missed += [
        told(language.own[0], word)
        for number, words in language.numbers.items()
        for word in words
        if 10 <= number < 18 and says_under_18(clean(told(language.own[0], word))) is not True
    ]

    assert not missed


@pytest.mark.parametrize("code", CODES)
def test_somebody_grown_up_is_not_taken_for_a_child(code: str) -> None:
    wrong = [way for way in by_language()[code].own if says_under_18(clean(told(way, "25"))) is not False]

    assert not wrong


@pytest.mark.parametrize("code", CODES)
def test_figures_of_speech_are_said_plainly_and_mean_no_danger(code: str) -> None:
    figures = by_language()[code].harmless
    wrong = [says for says, _ in figures if find_danger(clean(says)) or say_plainly(clean(says)) == clean(says)]

    assert figures
    assert not wrong


def test_of_two_figures_that_overlap_the_longer_one_is_said_plainly_once() -> None:
    index = PhraseIndex([("笑死", "很好笑"), ("笑死我", "我觉得很好笑")])

    assert [found.value for found in index.find("这个笑死我了")] == ["我觉得很好笑"]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("intent", URGENT)
def test_expressions_of_danger_are_found_inside_a_sentence(code: str, intent: str) -> None:
    phrases = by_language()[code].danger[intent]
    missed = [phrase for phrase in phrases if not find_danger(clean(f"… {phrase} 🙏"))]

    assert len(phrases) >= 10
    assert not missed


@pytest.mark.parametrize("code", CODES)
def test_every_language_can_be_asked_for_by_its_names(code: str) -> None:
    names = by_language()[code].languages
    unheard = [wanted for wanted in CODES if not any(find_language(clean(name)) == wanted for name in names[wanted])]

    assert not unheard
