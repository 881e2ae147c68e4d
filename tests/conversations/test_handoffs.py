"""How a human is asked for, and what people are told about who answers."""

from __future__ import annotations

import asyncio

import pytest

from bot.conversations.body import Body
from bot.conversations.handoffs import Request
from bot.conversations.models import Urgency
from bot.conversations.rasa import Reply
from bot.gateway import Gateway
from tests.conftest import DecidedBrain, Person, answered
from tests.conversations.conftest import open_handoffs
from tests.desk.conftest import Office

_URGENCIES = {"danger": Urgency.URGENT, "human": Urgency.SOON, "chat": Urgency.NORMAL}


@pytest.fixture
def brain() -> DecidedBrain:
    """Hands over with the urgency that the first word names."""

    def think(text: str) -> Reply:
        word = text.split()[0]
        return Reply((Body(f"I heard {word}."),), "en", Request(_URGENCIES[word], f"topic_{word}"))

    return DecidedBrain(think=think)


@pytest.fixture
async def office(app_and_url: tuple[Gateway, str]) -> object:
    office = Office(*app_and_url)
    yield office
    for browser in office.browsers:
        await browser.aclose()


async def test_the_request_stands_as_soon_as_the_reply_can_be_read(office: Office) -> None:
    person = await Person.arrives(office.browser(), "en")
    await person.says("human please")
    await person.reads(answered(1, "bot"))

    assert [(h.urgency, h.topic, h.language) for h in await open_handoffs(office.gateway)] == [
        (Urgency.SOON, "topic_human", "en")
    ]


async def test_urgency_is_raised_and_never_lowered_and_there_is_one_request(office: Office) -> None:
    person = await Person.arrives(office.browser(), "en")
    found = []
    for number, word in enumerate(("chat", "human", "danger", "human", "chat"), start=1):
        await person.says(word)
        await person.reads(answered(number, "bot"))
        found.append([(h.urgency, h.topic) for h in await open_handoffs(office.gateway)])

    assert found == [
        [(Urgency.NORMAL, "topic_chat")],
        [(Urgency.SOON, "topic_human")],
        [(Urgency.URGENT, "topic_danger")],
        [(Urgency.URGENT, "topic_danger")],
        [(Urgency.URGENT, "topic_danger")],
    ]


async def test_who_asks_again_is_told_that_the_question_still_stands(office: Office) -> None:
    person = await office.receives("human")
    await person.says("human again")

    seen = await person.reads(lambda messages: "still stands" in messages[-1]["text"])

    assert sum("No counsellor is at the desk" in m["text"] for m in seen) == 1


async def test_nobody_at_the_desk_is_said_with_numbers_that_answer_now(office: Office) -> None:
    person = await Person.arrives(office.browser(), "en")
    await person.says("human please")

    seen = [m["text"] for m in await person.reads(answered(2, "system")) if m["sender"] == "system"]

    assert seen[0].startswith("No counsellor is at the desk right now.")
    assert "112" in seen[1] and "078 055 800" in seen[1]


async def test_somebody_at_the_desk_is_said_and_how_many_wait_before(office: Office) -> None:
    await office.seats("Anna")
    first, second, urgent = [await Person.arrives(office.browser(), "en") for _ in range(3)]

    told = []
    for person, word in ((first, "human"), (second, "human"), (urgent, "danger")):
        await person.says(word)
        told.append((await person.reads(answered(1, "system")))[-1]["text"])

    here = "A counsellor is at the desk and will read what you wrote here."
    assert told == [f"{here} You are next.", f"{here} People before you: 1.", f"{here} You are next."]


@pytest.mark.parametrize("language", ["nl", "fr"])
async def test_it_is_said_in_the_language_of_the_conversation(
    office: Office, brain: DecidedBrain, language: str
) -> None:
    english = await office.receives("human", "en")
    brain.think = lambda _: Reply((Body("…"),), language, Request(Urgency.SOON, None))
    other = await Person.arrives(office.browser(), language)
    await other.says("human")

    told = (await other.reads(answered(1, "system")))[-1]

    assert told["language"] == language
    assert told["text"] != (await english.reads(answered(1, "system")))[-1]["text"]


async def test_many_requests_at_once_make_one_for_each_person(office: Office, brain: DecidedBrain) -> None:
    client = office.browser()
    people = [await Person.arrives(client, "en") for _ in range(10)]
    await asyncio.gather(*(person.says(f"human {n}") for person in people for n in range(5)))
    for person in people:
        await person.reads(answered(5, "bot"), within_s=30)

    handoffs = await open_handoffs(office.gateway)
    assert sorted(h.conversation_id for h in handoffs) == sorted(person.id for person in people)


async def test_an_answer_that_asks_for_no_human_brings_none(office: Office, brain: DecidedBrain) -> None:
    brain.think = lambda text: Reply((Body("hello"),), "en")
    person = await Person.arrives(office.browser(), "en")
    await person.says("hello")
    await person.reads(answered())

    assert await open_handoffs(office.gateway) == []


async def test_somebody_who_is_watched_waits_for_a_human_without_a_line_on_the_screen(
    office: Office, brain: DecidedBrain
) -> None:
    brain.think = lambda text: Reply((Body("Close this page."),), "en", Request(Urgency.URGENT, "being_watched", True))
    person = await Person.arrives(office.browser(), "en")
    await person.says("he looks at my phone")
    await person.reads(answered(1, "bot"))

    said = await office.gateway.store.messages(person.id)
    assert [message.sender for message in said] == ["person", "bot"]
    assert [h.topic for h in await open_handoffs(office.gateway)] == ["being_watched"]
