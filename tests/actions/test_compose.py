"""What people are told, whatever they say and in every language that was translated."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from actions import compose
from actions.reply import MOST_BUBBLES, MOST_BUTTONS, Reply
from bot.catalogue import translate
from bot.intents import URGENT
from bot.knowledge.answers import BUBBLE_LENGTH, fill
from bot.knowledge.models import Confirmation
from tests.actions.conftest import ANSWERED, INTENTS, LANGUAGES, Standing, read_button

SECOND_NEEDS = (None, "documents_taken", "ask_shelter", "suicidal_thoughts")


def replied(
    known: Standing,
    *needs: str,
    language: str = "en",
    maybe_urgent: bool = False,
    under_18: bool = False,
) -> Reply:
    """The whole reply; a place is asked for where one is needed, unless danger is asked about first."""
    reply = Reply(language)
    if compose.answer(reply, needs, known, maybe_urgent=maybe_urgent, under_18=under_18) and not maybe_urgent:
        compose.ask_place(reply)
    return reply


def first_bubble(known: Standing, topic: str, language: str) -> str:
    return fill(translate(known.answers.by_intent[topic].bubbles[0], language), known.services, language)


def confirmed(known: Standing, topics: Sequence[str], days: Sequence[date]) -> Standing:
    """The same knowledge with these topics of rights confirmed, each on its day, and no others."""
    rights = {name: right.model_copy(update={"confirmed": None}) for name, right in known.knowledge.rights.items()}
    for topic, day in zip(topics, days, strict=True):
        rights[topic] = rights[topic].model_copy(update={"confirmed": Confirmation(by="Myria", on=day)})
    return replace(known, knowledge=known.knowledge.model_copy(update={"rights": rights}))


def texts(reply: Reply) -> list[str]:
    return [bubble.text for bubble in reply.bubbles]


def offered(reply: Reply) -> list[str]:
    return [read_button(choice.payload)[0] for choice in reply.choices]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("intent", URGENT)
def test_the_first_line_of_an_urgent_answer_holds_112(known: Standing, intent: str, language: str) -> None:
    reply = replied(known, intent, language=language)

    assert "112" in texts(reply)[0].splitlines()[0]


@pytest.mark.parametrize("intent", URGENT)
def test_an_urgent_need_has_the_floor_and_asks_for_a_human(known: Standing, intent: str) -> None:
    reply = replied(known, intent, "documents_taken")

    assert reply.handoff and (reply.handoff["urgency"], reply.handoff["topic"]) == (2, intent)
    assert offered(reply)[:2] == ["ask_human", "documents_taken"]
    assert first_bubble(known, "documents_taken", "en") not in texts(reply)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("intent", ANSWERED)
def test_every_answer_is_short_and_leads_on(known: Standing, intent: str, language: str) -> None:
    for second, maybe_urgent, under_18 in itertools.product(SECOND_NEEDS, (False, True), (False, True)):
        needs = [need for need in (intent, second) if need]
        reply = replied(known, *needs, language=language, maybe_urgent=maybe_urgent, under_18=under_18)

        assert 1 <= len(reply.bubbles) <= MOST_BUBBLES
        assert max(len(text) for text in texts(reply)) <= BUBBLE_LENGTH
        assert not any("{" in text for text in texts(reply))
        assert 1 <= len(reply.choices) <= MOST_BUTTONS
        assert set(offered(reply)) <= set(INTENTS)
        assert "ask_human" in offered(reply) or intent == "ask_human"


@pytest.mark.parametrize("intent", ANSWERED)
def test_possible_danger_is_asked_about_and_never_hidden(known: Standing, intent: str) -> None:
    reply = replied(known, intent, "documents_taken", maybe_urgent=True, under_18=True)

    if intent in URGENT:
        assert "Are you in danger now?" not in texts(reply)
    else:
        assert texts(reply)[-1] == "Are you in danger now?"
        assert [c.payload for c in reply.choices][:2] == [
            '/affirm{"question":"danger_now"}',
            '/deny{"question":"danger_now"}',
        ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_second_need_gets_its_first_bubble(known: Standing, language: str) -> None:
    reply = replied(known, "unpaid_wages", "documents_taken", language=language)

    assert texts(reply)[:2] == [first_bubble(known, topic, language) for topic in ("unpaid_wages", "documents_taken")]


def test_a_second_need_is_answered_also_when_a_place_is_asked_for(known: Standing) -> None:
    reply = replied(known, "ask_shelter", "documents_taken")

    assert texts(reply)[:2] == [first_bubble(known, topic, "en") for topic in ("ask_shelter", "documents_taken")]
    assert texts(reply)[2].startswith("Where are you, roughly?")
    assert offered(reply)[0] == "skip"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("intent", ["unpaid_wages", "sexual_exploitation", "ask_shelter"])
def test_children_get_the_bubble_for_children(known: Standing, intent: str, language: str) -> None:
    reply = replied(known, intent, language=language, under_18=True)

    assert first_bubble(known, "minor", language) in texts(reply)


def test_saying_hello_as_a_child_is_answered_with_hello(known: Standing) -> None:
    assert first_bubble(known, "minor", "en") not in texts(replied(known, "greet", under_18=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_is_three_taps_away(known: Standing, language: str) -> None:
    groups = Reply(language)
    compose.show_menu(groups, None, known)
    reached: set[str] = set()
    for choice in groups.choices:
        intent, entities = read_button(choice.payload)
        assert intent == "main_menu"
        topics = Reply(language)
        compose.show_menu(topics, int(entities["group"]), known)
        reached |= set(offered(topics))

    # "All topics", the group, the topic. Of what is no topic, a language and "help" are buttons of the greeting.
    assert reached == set(ANSWERED) - compose.CONVERSATIONAL - {"ask_help"}


def test_a_group_that_does_not_exist_shows_the_menu(known: Standing) -> None:
    reply = Reply("en")
    compose.show_menu(reply, 99, known)

    assert set(offered(reply)) == {"main_menu"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("intent", ANSWERED)
def test_sources_are_named_with_their_date(known: Standing, intent: str, language: str) -> None:
    reply = Reply(language)
    compose.show_sources(reply, intent, known)

    first = texts(reply)[0]
    assert len(first) <= BUBBLE_LENGTH
    if known.answers.by_intent[intent].facts:
        assert all("20" in line or "unknown" in line or "onbekend" in line or "inconnu" in line
                   for line in first.splitlines()[1:])  # fmt: skip
        assert len(first.splitlines()) > 1
    else:
        assert first == translate(compose._NO_SOURCE, language)


def test_the_source_of_a_topic_is_a_page_and_a_day(known: Standing) -> None:
    reply = Reply("en")
    compose.show_sources(reply, "ask_residence", known)

    assert "ask_residence" in offered(reply)
    assert any(", checked " in line and "." in line.split(",")[0] for line in texts(reply)[0].splitlines())


def test_what_was_confirmed_says_when_and_not_by_whom(known: Standing) -> None:
    topics = ("first-safety", "police", "bystander")  # What the answer to "in_danger" rests on.
    days = (date(2026, 11, 20), date(2026, 11, 2), date(2026, 11, 19))
    draft, part, whole = Reply("en"), Reply("en"), Reply("en")

    compose.show_sources(draft, "in_danger", confirmed(known, (), ()))
    compose.show_sources(part, "in_danger", confirmed(known, topics[:1], days[:1]))
    compose.show_sources(whole, "in_danger", confirmed(known, topics, days))

    assert "confirmed" not in " ".join(texts(draft))
    assert "confirmed a part of this, on November 20, 2026." in texts(part)[1]
    assert "last confirmed this on November 2, 2026." in texts(whole)[1]  # The oldest of the three.
    assert "Myria" not in " ".join(texts(whole))
    assert max(map(len, texts(whole))) <= BUBBLE_LENGTH


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_found_near_is_told_in_words_and_in_cards(known: Standing, language: str) -> None:
    molenbeek = known.knowledge.places["molenbeek"]
    reply = Reply(language)
    compose.show_found(reply, "shelter", molenbeek, None, known)

    first = reply.bubbles[0]
    assert molenbeek.names[language if language != "en" else "fr"] in first.text.splitlines()[0]
    assert 1 <= len(first.services) <= 3
    for found in first.services:
        assert f"{found['name']}: {found['phones'][0]['number']}" in first.text.splitlines()
    assert {"inform_person", "ask_human", "main_menu"} <= set(offered(reply))


def test_without_a_place_something_is_found_all_the_same(known: Standing) -> None:
    reply = Reply("en")
    compose.show_found(reply, "shelter", None, "woman", known)

    assert reply.bubbles[0].services
    assert "inform_person" not in offered(reply)


def test_a_need_that_nobody_serves_leads_to_somebody_who_answers_now(known: Standing) -> None:
    reply = Reply("en")
    compose.show_found(reply, "nothing-of-the-kind", None, "man", known)

    assert [card["is_open"] for card in reply.bubbles[0].services] == [True]


def test_asking_back_offers_the_likeliest_topics_and_no_small_talk(known: Standing) -> None:
    reply = Reply("en")
    compose.ask_back(reply, ["greet", "ask_shelter", "thank", "ask_police", "ask_cost", "ask_asylum"], 1, known)

    assert offered(reply) == ["ask_shelter", "ask_police", "ask_cost", "main_menu", "ask_human"]


def test_only_somebody_who_is_watched_is_handed_over_quietly(known: Standing) -> None:
    quiet = {intent for intent in URGENT if (replied(known, intent).handoff or {}).get("quiet")}

    assert quiet == {"being_watched"}
