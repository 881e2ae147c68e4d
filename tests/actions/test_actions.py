"""What happens when people answer, tap, search and ask, action by action."""

from __future__ import annotations

import pytest
import yaml
from rasa_sdk.executor import ActionExecutor

import actions
from actions import (
    ActionAnswer,
    ActionAnswerQuestion,
    ActionClarify,
    ActionEraseConversation,
    ActionFindServices,
    ActionRequestCounsellor,
    ActionShowMenu,
    ActionShowSources,
)
from bot.settings import ROOT
from tests.actions.conftest import done, heard, tapped

YES_DANGER = '/affirm{"question":"danger_now"}'
YES_ERASE = '/affirm{"question":"erase"}'


async def test_erasing_is_asked_about_first() -> None:
    outcome = await done(ActionEraseConversation(), heard("delete_my_data", "delete everything"))

    assert "erase" not in outcome.orders
    assert outcome.buttons == [YES_ERASE, '/deny{"question":"erase"}']
    assert outcome.slots == {"question": "erase"}


async def test_the_button_erases() -> None:
    outcome = await done(ActionAnswerQuestion(), tapped(YES_ERASE, slots={"question": "erase"}))

    assert outcome.orders["erase"] is True


async def test_a_typed_yes_does_not_erase_but_shows_the_button_again() -> None:
    outcome = await done(ActionAnswerQuestion(), heard("affirm", "yes", slots={"question": "erase"}))

    assert "erase" not in outcome.orders
    assert outcome.buttons[0] == YES_ERASE
    assert outcome.slots == {"question": "erase"}


async def test_a_no_does_not_erase() -> None:
    for tracker in (tapped('/deny{"question":"erase"}'), heard("deny", "no", slots={"question": "erase"})):
        outcome = await done(ActionAnswerQuestion(), tracker)

        assert "erase" not in outcome.orders
        assert outcome.slots == {"question": None}


async def test_an_old_button_answers_its_own_question_and_not_the_newest() -> None:
    outcome = await done(ActionAnswerQuestion(), tapped(YES_DANGER, slots={"question": "erase"}))

    assert "erase" not in outcome.orders
    assert outcome.orders["handoff"]["urgency"] == 2


@pytest.mark.parametrize("how", ["typed", "tapped"])
async def test_yes_to_danger_is_urgent(how: str) -> None:
    slots = {"question": "danger_now", "language": "fr"}
    tracker = tapped(YES_DANGER, slots=slots) if how == "tapped" else heard("affirm", "oui", slots=slots)

    outcome = await done(ActionAnswerQuestion(), tracker)

    assert "112" in outcome.texts[0].splitlines()[0]
    assert outcome.orders == {"language": "fr", "handoff": {"urgency": 2, "topic": "in_danger"}}
    assert outcome.slots == {"question": None}


@pytest.mark.parametrize("intent", ["affirm", "deny"])
async def test_a_yes_or_no_to_nothing_is_answered(intent: str) -> None:
    outcome = await done(ActionAnswerQuestion(), heard(intent, "ok"))

    assert outcome.texts
    assert set(outcome.orders) == {"language"}


async def test_who_looks_for_a_bed_is_asked_where_and_then_shown_beds_there() -> None:
    asked = await done(ActionAnswer(), heard("ask_shelter", "where can I sleep tonight"))
    found = await done(
        ActionFindServices(),
        heard("inform_location", "Molenbeek", slots=asked.slots, entities={"place": "molenbeek"}),
    )

    assert asked.slots["looking_for"] == "shelter"
    assert asked.slots["question"] == "place"
    assert asked.buttons[0] == "/skip"
    assert "Molenbeek" in found.texts[0]
    assert found.services
    assert found.services[0]["distance"]


async def test_a_place_that_is_known_is_not_asked_for_again() -> None:
    outcome = await done(ActionAnswer(), heard("ask_shelter", "a bed please", slots={"place": "molenbeek"}))

    assert any("Molenbeek" in text for text in outcome.texts)
    assert outcome.slots["question"] is None


async def test_skipping_the_place_finds_something_too() -> None:
    outcome = await done(ActionFindServices(), tapped("/skip", slots={"looking_for": "shelter"}))

    assert outcome.services


async def test_saying_who_it_is_for_looks_more_exactly() -> None:
    slots = {"looking_for": "shelter", "place": "molenbeek"}

    for_anybody = await done(ActionFindServices(), tapped("/skip", slots=slots))
    for_a_child = await done(ActionFindServices(), tapped('/inform_person{"for_whom":"minor"}', slots=slots))

    assert for_anybody.services[0]["id"] != for_a_child.services[0]["id"]
    assert not any("inform_person" in button for button in for_a_child.buttons)


async def test_a_child_is_shown_services_for_children_without_being_asked() -> None:
    slots = {"looking_for": "shelter", "under_18": True}
    outcome = await done(ActionFindServices(), tapped("/skip", slots=slots))
    chosen = await done(
        ActionFindServices(), tapped('/inform_person{"for_whom":"minor"}', slots={"looking_for": "shelter"})
    )

    assert [s["id"] for s in outcome.services] == [s["id"] for s in chosen.services]


async def test_a_place_without_a_search_is_asked_back_about() -> None:
    outcome = await done(ActionFindServices(), heard("inform_location", "Molenbeek", entities={"place": "molenbeek"}))

    assert "/ask_shelter" in outcome.buttons


async def test_skipping_nothing_shows_the_menu() -> None:
    outcome = await done(ActionFindServices(), tapped("/skip"))

    assert '/main_menu{"group":"0"}' in outcome.buttons


async def test_the_first_misunderstanding_offers_what_it_may_have_been() -> None:
    ranking = [{"name": "nlu_fallback"}, {"name": "ask_police"}, {"name": "ask_cost"}]

    outcome = await done(ActionClarify(), heard("nlu_fallback", "hmpf", intent_ranking=ranking))

    assert outcome.buttons[:2] == ["/ask_police", "/ask_cost"]
    assert outcome.slots == {"misunderstood": 1, "question": None}


async def test_the_second_misunderstanding_offers_the_menu_and_a_human() -> None:
    outcome = await done(ActionClarify(), heard("nlu_fallback", "hmpf", slots={"misunderstood": 1}))

    assert outcome.buttons == ["/ask_human", "/main_menu", "/ask_emergency_numbers"]
    assert outcome.slots["misunderstood"] == 2


async def test_an_answer_ends_a_row_of_misunderstandings() -> None:
    outcome = await done(ActionAnswer(), heard("ask_cost", "what does it cost", slots={"misunderstood": 1}))

    assert outcome.slots["misunderstood"] == 0


async def test_danger_in_what_was_not_understood_is_asked_about_first() -> None:
    outcome = await done(ActionClarify(), heard("nlu_fallback", "he comes with a knife maybe", maybe_urgent=True))

    assert outcome.buttons[0] == YES_DANGER
    assert outcome.slots["question"] == "danger_now"


async def test_a_yes_after_possible_danger_is_understood() -> None:
    asked = await done(ActionAnswer(), heard("documents_taken", "he keeps my passport and hits me", maybe_urgent=True))
    answered = await done(ActionAnswerQuestion(), heard("affirm", "yes", slots=asked.slots))

    assert asked.texts[-1] == "Are you in danger now?"
    assert answered.orders["handoff"]["urgency"] == 2


async def test_a_search_goes_on_after_no_to_possible_danger() -> None:
    asked = await done(ActionAnswer(), heard("ask_shelter", "i ran away, where can i sleep", maybe_urgent=True))
    no = await done(ActionAnswerQuestion(), tapped('/deny{"question":"danger_now"}', slots=asked.slots))
    found = await done(
        ActionFindServices(), heard("inform_location", "1080", slots={**asked.slots, "place": "molenbeek"})
    )

    assert asked.texts[-1] == "Are you in danger now?"
    assert no.texts[-1].startswith("Where are you, roughly?")
    assert found.services


async def test_a_tap_is_never_doubted() -> None:
    tracker = tapped("/documents_taken")
    tracker.latest_message["maybe_urgent"] = True

    outcome = await done(ActionAnswer(), tracker)

    assert "Are you in danger now?" not in outcome.texts


async def test_asking_for_help_in_general_asks_about_danger_first() -> None:
    outcome = await done(ActionAnswer(), heard("ask_help", "help me please"))

    assert outcome.buttons[0] == YES_DANGER
    assert outcome.slots["question"] == "danger_now"


async def test_all_needs_of_a_message_are_answered_the_most_urgent_first() -> None:
    needs = ["unpaid_wages", "documents_taken"]

    outcome = await done(ActionAnswer(), heard("unpaid_wages", "no pay and no passport", needs=needs))
    alone = await done(ActionAnswer(), heard("documents_taken", "no passport"))

    assert alone.texts[0] in outcome.texts


@pytest.mark.parametrize(
    ("slots", "maybe_urgent", "urgency"), [({}, False, 0), ({"under_18": True}, False, 1), ({}, True, 1)]
)
async def test_children_and_people_perhaps_in_danger_get_a_human_sooner(
    slots: dict[str, object], maybe_urgent: bool, urgency: int
) -> None:
    tracker = heard("ask_human", "can I talk to somebody", slots=slots, maybe_urgent=maybe_urgent)

    outcome = await done(ActionRequestCounsellor(), tracker)

    assert outcome.orders["handoff"]["urgency"] == urgency
    assert len(outcome.texts) == 1


async def test_the_counsellor_is_told_the_topic() -> None:
    of_before = await done(ActionRequestCounsellor(), tapped("/ask_human", slots={"topic": "documents_taken"}))
    of_now = await done(
        ActionRequestCounsellor(), heard("ask_human", "a human, I am not paid", needs=["ask_human", "unpaid_wages"])
    )

    assert of_before.orders["handoff"]["topic"] == "documents_taken"
    assert of_now.orders["handoff"]["topic"] == "unpaid_wages"


async def test_the_menu_opens_at_the_group_that_was_tapped() -> None:
    outcome = await done(ActionShowMenu(), tapped('/main_menu{"group":"1"}'))

    assert "/ask_shelter" in outcome.buttons


@pytest.mark.parametrize("group", ["99", "-1", "x", "²", ""])
async def test_an_odd_group_shows_the_menu(group: str) -> None:
    outcome = await done(ActionShowMenu(), tapped(f'/main_menu{{"group":"{group}"}}'))

    assert outcome.buttons[0] == '/main_menu{"group":"0"}'


async def test_sources_are_those_of_the_button_or_of_the_last_topic() -> None:
    of_button = await done(ActionShowSources(), tapped('/ask_source{"topic":"ask_residence"}'))
    of_before = await done(ActionShowSources(), heard("ask_source", "says who?", slots={"topic": "ask_residence"}))

    assert of_button.texts == of_before.texts
    assert "checked" in of_button.texts[0]


async def test_writing_a_language_without_answers_brings_the_list_of_languages() -> None:
    tracker = heard("thank", "ขอบคุณ มาก", written=("th", True), slots={"language": "en"})

    outcome = await done(ActionAnswer(), tracker)

    assert outcome.texts[-1].startswith("I understand some ไทย")
    assert '/change_language{"language":"fr"}' in outcome.buttons


async def test_the_action_server_knows_every_action_of_the_domain() -> None:
    executor = ActionExecutor()
    executor.register_package("actions")

    wanted = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["actions"]
    assert set(executor.actions) == set(wanted)
    assert len(actions.__all__) == len(wanted)
