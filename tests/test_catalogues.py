"""Texts in other languages: complete, with their numbers in place, and English where something is missing."""

from __future__ import annotations

import pytest

from bot.catalogue import N_, translate, translations
from bot.channels.web import WIDGET_TEXTS
from bot.conversations import wording
from bot.languages import CODES, SOURCE, language, offered

TRANSLATED = tuple(code for code in offered() if code != SOURCE)


def test_dutch_and_french_are_offered() -> None:
    assert {"nl", "fr", "en"} <= set(offered())


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_differs_from_the_english(code: str) -> None:
    assert translate("Are you in danger now?", code) != "Are you in danger now?"


@pytest.mark.parametrize("code", ["en", "th", "xx", "", "../../etc/passwd"])
def test_without_a_catalogue_there_is_english(code: str) -> None:
    assert translate("Are you in danger now?", code) == "Are you in danger now?"


@pytest.mark.parametrize("code", offered())
def test_a_text_that_nobody_translated_stays_english(code: str) -> None:
    assert translate("a sentence that is in no catalogue", code) == "a sentence that is in no catalogue"


@pytest.mark.parametrize("code", offered())
def test_an_empty_text_stays_empty_and_never_shows_the_head_of_the_catalogue(code: str) -> None:
    assert translate("", code) == ""


@pytest.mark.parametrize("code", offered())
def test_the_emergency_card_holds_its_numbers_in_every_language(code: str) -> None:
    first, second = wording.emergency_card(code)

    assert all(number in first.text for number in wording.NUMBERS.values())
    assert [button.payload for button in second.buttons] == ["/ask_human", "/ask_emergency_numbers"]
    assert "{" not in first.text + second.text


@pytest.mark.parametrize("code", offered())
def test_what_is_said_about_the_queue_can_be_said_in_every_language(code: str) -> None:
    for is_new, before, present, hours in ((True, 0, 0, "Mo-Fr 09:00-17:00"), (True, 3, 1, ""), (False, 0, 0, "")):
        said = wording.asked_for_human(code, is_new=is_new, before=before, present=present, hours=hours)
        assert said
        assert not any("{" in body.text for body in said)
        assert not hours or hours in said[0].text
    assert "Anna" in wording.joined(code, "Anna").text


@pytest.mark.parametrize("code", offered())
def test_the_widgets_texts_can_be_shown_in_every_language(code: str) -> None:
    for text in WIDGET_TEXTS.values():
        assert translate(text, code)
    assert "48" in translate(WIDGET_TEXTS["notice"], code).format(hours=48)


def test_a_catalogue_is_read_once() -> None:
    assert translations("nl") is translations("nl")


def test_marking_a_text_changes_nothing() -> None:
    assert N_("hello") == "hello"


@pytest.mark.parametrize("code", CODES)
def test_every_language_has_its_own_name_and_direction(code: str) -> None:
    found = language(code)

    assert found.own_name
    assert found.direction == ("rtl" if code in ("ar", "fa", "ps", "ur") else "ltr")
