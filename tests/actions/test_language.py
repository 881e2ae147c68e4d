"""Which language the bot answers in."""

from __future__ import annotations

from typing import Any

import pytest

from actions import compose, language
from actions.language import ActionChangeLanguage, ActionSetLanguage, language_for
from actions.turn import Turn
from bot.languages import CLOSEST, closest_offered, offered
from tests.actions.conftest import done, heard, tapped

DUTCH, FRENCH, UNSURE = ("nl", True), ("fr", True), ("fr", False)
STORY = "they took my passport and I cannot leave"


def chosen_for(intent: str = "documents_taken", text: str = STORY, **what: Any) -> str:
    return language_for(Turn.of(heard(intent, text, **what)))


@pytest.mark.parametrize("code", ["nl", "fr", "en"])
def test_what_is_surely_written_decides(code: str) -> None:
    assert chosen_for(written=(code, True)) == code


def test_what_is_surely_written_changes_the_language() -> None:
    assert chosen_for(written=FRENCH, slots={"language": "nl"}) == "fr"


def test_what_is_surely_written_goes_before_the_language_of_the_app() -> None:
    assert chosen_for(written=FRENCH, chosen="nl") == "fr"


@pytest.mark.parametrize(
    ("intent", "text", "entities"),
    [
        ("inform_location", "Molenbeek", {"place": "molenbeek"}),
        ("inform_location", "Place Flagey Ixelles", {"place": "ixelles"}),
        ("ask_shelter", "shelter in Sint-Gillis", {"place": "saint-gilles"}),
        ("greet", "merci", {}),
    ],
)
def test_places_and_single_words_do_not_change_the_language(intent: str, text: str, entities: dict[str, str]) -> None:
    assert chosen_for(intent, text, entities=entities, written=FRENCH, slots={"language": "en"}) == "en"


def test_a_whole_sentence_with_a_place_in_it_may_change_the_language() -> None:
    text = "je cherche un endroit pour dormir à Molenbeek"

    assert chosen_for("ask_shelter", text, entities={"place": "molenbeek"}, written=FRENCH, chosen="en") == "fr"


def test_a_guess_changes_nothing_that_is_known() -> None:
    assert chosen_for(written=UNSURE, slots={"language": "nl"}) == "nl"
    assert chosen_for(written=UNSURE, chosen="nl") == "nl"


def test_a_guess_is_better_than_nothing() -> None:
    assert chosen_for(written=UNSURE) == "fr"


def test_a_place_alone_says_nothing_about_the_language() -> None:
    assert chosen_for("inform_location", "Bruxelles", entities={"place": "brussels"}, written=FRENCH) == "en"


def test_a_single_word_counts_when_nothing_else_is_known() -> None:
    assert chosen_for("greet", "goedendag", written=DUTCH) == "nl"


def test_the_language_of_before_goes_before_that_of_the_app() -> None:
    assert chosen_for(written=UNSURE, slots={"language": "fr"}, chosen="nl") == "fr"


def test_a_tap_keeps_the_language() -> None:
    assert language_for(Turn.of(tapped("/ask_shelter", slots={"language": "nl"}))) == "nl"
    assert language_for(Turn.of(tapped("/ask_shelter"))) == "en"


@pytest.mark.parametrize(("asked", "got"), [("nl", "nl"), ("fr-BE", "fr"), ("en", "en")])
def test_a_language_that_is_asked_for_wins(asked: str, got: str) -> None:
    wanted = chosen_for("change_language", "spreek Nederlands", entities={"language": asked}, written=FRENCH)

    assert wanted == got


def test_a_link_brings_its_language_along() -> None:
    assert language_for(Turn.of(tapped('/ask_shelter{"language":"fr"}', slots={"language": "nl"}))) == "fr"


def test_naming_a_language_in_a_story_is_not_asking_for_it() -> None:
    assert chosen_for(entities={"language": "nl"}, written=FRENCH) == "fr"


@pytest.mark.parametrize("code", ["de", "es", "ar", "th", "am", "xx", None])
def test_a_language_without_answers_leads_to_the_closest_that_has_some(code: str | None) -> None:
    expected = code if code in offered() else CLOSEST.get(code or "", "en")

    assert chosen_for(written=(code, True)) == expected == closest_offered(code)


@pytest.mark.parametrize("odd", ["", "../../etc", "zz", "n", "FR_be"])
def test_odd_languages_from_a_channel_do_no_harm(odd: str) -> None:
    assert chosen_for(chosen=odd) in offered()


async def test_the_slot_is_set_before_anything_is_answered() -> None:
    outcome = await done(ActionSetLanguage(), heard("greet", "bonjour à tous", written=FRENCH))

    assert outcome.slots == {"language": "fr"}
    assert outcome.texts == []


async def test_a_new_language_is_confirmed_in_itself_and_the_menu_follows() -> None:
    outcome = await done(ActionChangeLanguage(), tapped('/change_language{"language":"nl"}', slots={"language": "nl"}))

    assert "Nederlands" in outcome.texts[0]
    assert '/main_menu{"group":"0"}' in outcome.buttons
    assert outcome.orders == {"language": "nl"}


async def test_without_a_name_all_languages_are_offered() -> None:
    outcome = await done(ActionChangeLanguage(), heard("change_language", "another language please"))

    assert outcome.buttons == [f'/change_language{{"language":"{code}"}}' for code in offered()][:8]


async def test_a_language_without_answers_is_named_and_others_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (language, compose):
        monkeypatch.setattr(module, "offered", lambda: ("nl", "fr", "en"))
    tracker = heard("change_language", "Tigrinya?", entities={"language": "ti"}, slots={"language": "en"})

    outcome = await done(ActionChangeLanguage(), tracker)

    assert "ትግርኛ" in outcome.texts[0]
    assert '/change_language{"language":"fr"}' in outcome.buttons
