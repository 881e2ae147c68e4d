"""What must hold in each of the thirty languages: danger, children, ages, places, and asking for another language.

The sentences are in tests/nlu/rules.<language>.yml, written apart from the training sentences and the expressions.
"""

from __future__ import annotations

from typing import Any, Dict, List

import pytest
import yaml

from bot.languages import CODES
from tests.rasa.conftest import ROOT, URGENT, Understand, entities, intent

ABUSE = {
    *("sexual_exploitation", "sexual_violence", "loverboy", "sextortion", "forced_marriage", "domestic_violence"),
    *("forced_begging", "forced_crime", "minor", "ask_help", "threats_family", "debt_bondage", "domestic_servitude"),
    *URGENT,
}
# Answers that say nothing about a person's trouble. Whoever is under 18 gets the child path beside any other.
CHEERFUL = {
    "greet",
    "goodbye",
    "thank",
    "affirm",
    "deny",
    "main_menu",
    "bot_challenge",
    "change_language",
    "out_of_scope",
}


def rules(code: str) -> Dict[str, Any]:
    """The sentences of one language."""
    found: Dict[str, Any] = yaml.safe_load((ROOT / "tests" / "nlu" / f"rules.{code}.yml").read_text(encoding="utf-8"))
    return found


def every(name: str) -> List[Any]:
    """Pairs of language and sentence."""
    return [(code, said) for code in CODES for said in rules(code)[name]]


@pytest.mark.parametrize("code", CODES)
def test_abuse_of_a_child_never_gets_a_cheerful_answer(understand: Understand, code: str) -> None:
    wrong = []
    for text in rules(code)["child_abuse"]:
        parsed = understand(text)
        is_child = entities(parsed).get("under_18") is True and intent(parsed) not in CHEERFUL
        if intent(parsed) not in ABUSE and not parsed["maybe_urgent"] and not is_child:
            wrong.append((text, intent(parsed)))

    assert not wrong


@pytest.mark.parametrize("code", CODES)
def test_plain_words_of_danger_are_answered_as_urgent_or_asked_about(understand: Understand, code: str) -> None:
    parsed = [(text, understand(text)) for text in rules(code)["danger"]]

    assert not [text for text, p in parsed if intent(p) not in URGENT and not p["maybe_urgent"]]


def test_plain_words_of_danger_are_answered_as_urgent_at_once(understand: Understand) -> None:
    said = every("danger")
    asked = [(code, text) for code, text in said if intent(understand(text)) not in URGENT]

    assert len(asked) / len(said) <= 0.12, asked


def test_figures_of_speech_raise_no_alarm(understand: Understand) -> None:
    said = every("no_danger")
    alarms = [(code, text) for code, text in said if intent(understand(text)) in URGENT]

    assert len(alarms) / len(said) <= 0.15, alarms


def test_somebody_under_18_is_recognised(understand: Understand) -> None:
    said = every("under_18")
    missed = [(code, text) for code, text in said if entities(understand(text)).get("under_18") is not True]

    assert len(missed) / len(said) <= 0.1, missed


def test_other_numbers_and_grown_up_ages_make_nobody_a_child(understand: Understand) -> None:
    said = every("not_under_18")
    wrong = [(code, text) for code, text in said if entities(understand(text)).get("under_18") is True]

    assert len(wrong) / len(said) <= 0.05, wrong


def test_places_are_found_in_the_spelling_and_script_of_each_language(understand: Understand) -> None:
    said = every("place")
    wrong = [
        (code, told["text"], found)
        for code, told in said
        for found in [entities(understand(told["text"])).get("place")]
        if found != told["place"]
    ]

    assert len(wrong) / len(said) <= 0.1, wrong


def test_another_language_can_be_asked_for_in_every_language(understand: Understand) -> None:
    said = every("switch")
    wrong = [
        (code, told["text"], intent(parsed), entities(parsed).get("language"))
        for code, told in said
        for parsed in [understand(told["text"])]
        if intent(parsed) != "change_language" or entities(parsed).get("language") != told["language"]
    ]

    assert len(wrong) / len(said) <= 0.1, wrong


def test_the_language_of_messages_of_two_or_three_words_is_recognised(understand: Understand) -> None:
    said = every("short")
    wrong = [(c, text, understand(text)["language"]["code"]) for c, text in said]
    wrong = [row for row in wrong if row[0] != row[2]]

    assert len(wrong) / len(said) <= 0.04, wrong
