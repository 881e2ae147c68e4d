"""What people get when Rasa is slow, down, or out of its mind, and when the gateway itself stops."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from bot.app import create_app
from bot.conversations import handoffs
from bot.conversations.body import Body
from bot.conversations.handoffs import Request
from bot.conversations.models import Urgency
from bot.conversations.rasa import Reply
from bot.conversations.wording import NUMBERS
from bot.gateway import Gateway
from bot.knowledge.load import load
from bot.settings import ROOT, Settings
from tests.conftest import DecidedBrain, Person, answered, served
from tests.conversations.conftest import holds, open_handoffs, server_that_answers

# Rows and HTTP around the deadline itself.
_SLACK_S = 2.0


def is_card(message: dict[str, Any]) -> bool:
    return message["sender"] == "bot" and all(number in message["text"] for number in NUMBERS.values())


async def nothing_pending(gateway: Gateway) -> None:
    async def settled() -> bool:
        return await gateway.store.with_pending() == []

    await holds(settled, within_s=15)


@pytest.mark.parametrize(
    ("language", "words"),
    [("nl", "Ik kan nu niet antwoorden"), ("fr", "Je ne peux pas répondre"), ("en", "I cannot answer this moment")],
)
async def test_when_rasa_is_down_the_emergency_card_comes_in_time_and_in_the_persons_language(
    http: httpx.AsyncClient, brain: DecidedBrain, settings: Settings, language: str, words: str
) -> None:
    brain.down = True
    person = await Person.arrives(http, language)
    started = time.monotonic()
    await person.says("hello")

    seen = await person.reads(lambda messages: any(is_card(m) for m in messages))

    assert time.monotonic() - started < settings.answer_deadline_s + _SLACK_S
    assert words[:12] in seen[-1]["text"]
    assert "112" in seen[-1]["text"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ik ben bang en ik weet niet waar ik naartoe kan gaan", "Ik kan"),
        ("J'ai peur et je ne sais pas où aller ce soir", "Je ne"),
    ],
)
async def test_without_a_chosen_language_the_card_is_in_the_one_that_was_written(
    person: Person, brain: DecidedBrain, text: str, words: str
) -> None:
    brain.down = True
    await person.says(text)

    seen = await person.reads(lambda messages: any(is_card(m) for m in messages))

    assert seen[-1]["text"].startswith(words)


async def test_when_rasa_refuses_nobody_waits_for_the_whole_deadline(settings: Settings, brain: DecidedBrain) -> None:
    brain.down = True
    patient = replace(settings, answer_deadline_s=300.0, give_up_s=600.0)

    async with (
        served(create_app(patient, brain=brain)) as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as http,
    ):
        person = await Person.arrives(http, "en")
        await person.says("hello")

        assert is_card((await person.reads(answered()))[-1])


async def test_a_late_answer_comes_after_the_card_and_once(person: Person, brain: DecidedBrain) -> None:
    brain.release.clear()
    await person.says("hello")
    await person.reads(lambda messages: any(is_card(m) for m in messages))

    brain.release.set()
    seen = await person.reads(lambda messages: messages[-1]["text"] == "you said: hello")
    await person.says("again")
    seen += await person.reads(lambda messages: messages[-1]["text"] == "you said: again", after=seen[-1]["seq"])

    texts = [m["text"] for m in seen]
    assert texts.count("you said: hello") == 1
    assert [is_card(m) for m in seen].index(True) < texts.index("you said: hello")
    assert brain.heard == ["hello", "again"]


async def test_a_failure_before_the_deadline_is_tried_again(person: Person, brain: DecidedBrain) -> None:
    brain.down = True
    await person.says("hello")
    await person.reads(lambda messages: any(is_card(m) for m in messages))

    brain.down = False
    seen = await person.reads(lambda messages: messages[-1]["text"] == "you said: hello")

    assert len(seen) == 4


async def test_the_card_is_not_repeated_for_every_line_of_one_outage(
    app_and_url: tuple[Gateway, str], http: httpx.AsyncClient, brain: DecidedBrain
) -> None:
    gateway, _ = app_and_url
    person = await Person.arrives(http)
    brain.release.clear()
    await person.says("one")
    await person.reads(lambda messages: any(is_card(m) for m in messages))
    await person.says("two")
    brain.think = lambda text: Reply((Body(f"late: {text}"),), language="en")
    brain.release.set()
    await nothing_pending(gateway)

    seen = await person.reads(lambda messages: messages[-1]["text"] == "late: two")

    assert sum(is_card(m) for m in seen) == 1


async def test_asking_for_a_human_needs_no_rasa(
    app_and_url: tuple[Gateway, str], http: httpx.AsyncClient, brain: DecidedBrain
) -> None:
    gateway, url = app_and_url
    brain.down = True
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        person = await Person.arrives(client, "en")
        await person.taps("/ask_human", "Talk to a human")
        seen = await person.reads(answered(1, "system"))

    assert "No counsellor is at the desk" in seen[-1]["text"]
    assert [h.urgency for h in await open_handoffs(gateway)] == [Urgency.SOON]


async def test_what_nobody_could_answer_goes_to_a_human(settings: Settings, brain: DecidedBrain) -> None:
    brain.down = True
    app = create_app(replace(settings, give_up_s=0.5), brain=brain)
    async with served(app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
        gateway: Gateway = app.state.gateway
        person = await Person.arrives(client, "en")
        await person.says("hello")
        seen = await person.reads(answered(2, "system"))
        await nothing_pending(gateway)

        assert [m["sender"] for m in seen] == ["person", "bot", "bot", "system", "system"]
        assert len(await open_handoffs(gateway)) == 1


@pytest.mark.parametrize("failure", [ValueError, RuntimeError, KeyError, TypeError, OSError])
async def test_a_brain_that_fails_oddly_is_no_different_from_one_that_is_down(
    settings: Settings, brain: DecidedBrain, failure: type[Exception]
) -> None:
    def breaks(text: str) -> Reply:
        raise failure(text)

    brain.think = breaks
    app = create_app(replace(settings, give_up_s=0.5), brain=brain)
    async with served(app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
        person = await Person.arrives(client, "en")
        await person.says("hello")
        seen = await person.reads(answered(2, "system"))
        await nothing_pending(app.state.gateway)

    assert any(is_card(m) for m in seen)


def http_reply(body: Any, status: str = "200 OK") -> Callable[[bytes], bytes]:
    """An HTTP answer with `body` as JSON; "ID" in it becomes the conversation's."""

    def raw(request: bytes) -> bytes:
        sender = json.loads(request)["sender"] if request else ""
        content = json.dumps(body).replace('"ID"', json.dumps(sender)).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        return head.encode() + b"Connection: close\r\n\r\n" + content

    return raw


ODD_ANSWERS = {
    "nothing at all": lambda _: b"",
    "no HTTP": lambda _: b"\x00\x01\x02 hello\r\n\r\n",
    "half an answer": lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n[{",
    "no JSON": lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "a failure": http_reply([], "500 Internal Server Error"),
    "an empty list": http_reply([]),
    "no list": http_reply({"text": "hello"}),
    "a list of words": http_reply(["hello"]),
    "no words": http_reply([{"recipient_id": "ID", "text": "  "}]),
    "somebody else's answer": http_reply([{"recipient_id": "0" * 32, "text": "hello"}]),
    "a hundred bubbles": http_reply([{"recipient_id": "ID", "text": "hello"}] * 100),
    "a megabyte": http_reply([{"recipient_id": "ID", "text": "x" * 1_000_000}]),
}


@pytest.mark.parametrize("odd", ODD_ANSWERS)
async def test_an_odd_answer_of_rasa_leads_to_the_card_and_a_human(settings: Settings, odd: str) -> None:
    async with server_that_answers(ODD_ANSWERS[odd]) as rasa:
        app = create_app(replace(settings, rasa_url=rasa, actions_url=rasa, give_up_s=0.5))
        async with served(app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
            person = await Person.arrives(client, "en")
            await person.says("hello")
            seen = await person.reads(answered(2, "system"))

            assert [is_card(m) for m in seen] == [False, True, False, False, False]
            assert (await client.get("/readyz")).status_code == 503
            assert (await client.get("/healthz")).status_code == 200


ODD_PARTS = {
    "buttons": {"buttons": 7},
    "a button": {"buttons": [7, {"title": "Shelter", "payload": "/ask_shelter"}]},
    "services": {"custom": {"services": 7}},
    "a service": {"custom": {"services": ["x"]}},
    "the language": {"custom": {"language": {"a": 1}}},
    "a long language": {"custom": {"language": "x" * 1000}},
    "the handoff": {"custom": {"handoff": 7}},
}


@pytest.mark.parametrize("odd", ODD_PARTS)
async def test_words_that_can_be_shown_are_shown_though_a_part_beside_them_is_odd(settings: Settings, odd: str) -> None:
    async with server_that_answers(http_reply([{"recipient_id": "ID", "text": "hello", **ODD_PARTS[odd]}])) as rasa:
        app = create_app(replace(settings, rasa_url=rasa, actions_url=rasa))
        async with served(app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
            person = await Person.arrives(client, "en")
            await person.says("hi")
            seen = await person.reads(answered())

    assert [m["text"] for m in seen] == ["hi", "hello"]


@pytest.mark.parametrize("urgency", [None, "very", [], 99, -1])
async def test_an_urgency_that_nobody_understands_counts_as_urgent(urgency: object) -> None:
    assert Request.from_payload({"urgency": urgency}).urgency is Urgency.URGENT


async def test_a_restart_answers_what_was_pending_exactly_once(settings: Settings, brain: DecidedBrain) -> None:
    brain.release.clear()
    async with (
        served(create_app(settings, brain=brain)) as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as client,
    ):
        person = await Person.arrives(client, "en")
        for text in ("one", "two", "three"):
            await person.says(text)

    after = DecidedBrain()
    app = create_app(settings, brain=after)
    async with served(app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
        person = replace(person, http=client)
        seen = await person.reads(lambda messages: messages[-1]["text"] == "you said: three")
        await person.says("four")
        seen += await person.reads(answered(), after=seen[-1]["seq"])

    assert after.heard == ["one", "two", "three", "four"]
    assert [m["text"] for m in seen if m["text"].startswith("you said")] == [f"you said: {t}" for t in after.heard]


async def test_a_reply_that_could_not_be_stored_is_not_half_stored_and_is_given_again(
    app_and_url: tuple[Gateway, str], http: httpx.AsyncClient, brain: DecidedBrain, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway, _ = app_and_url
    brain.think = lambda _: Reply((Body("I ask a counsellor."),), "en", Request(Urgency.SOON, None))
    real, failed = handoffs.open_in, asyncio.Event()

    async def fails_once(*arguments: Any, **named: Any) -> bool:
        if not failed.is_set():
            failed.set()
            raise OSError("the disk is full")
        return await real(*arguments, **named)

    monkeypatch.setattr(handoffs, "open_in", fails_once)
    person = await Person.arrives(http, "en")
    await person.says("a human please")
    await failed.wait()

    seen = await person.reads(answered(1, "system"))

    assert [m["text"] for m in seen if m["sender"] == "bot"] == ["I ask a counsellor."]
    assert len(await open_handoffs(gateway)) == 1


async def test_twenty_unanswered_messages_are_enough_for_now(person: Person, brain: DecidedBrain) -> None:
    brain.release.clear()
    for number in range(20):
        await person.says(f"line {number}")

    refused = await person.sends({"client_id": "one-more", "text": "one more"})
    repeated = await person.sends({"client_id": "m1", "text": "line 0"})
    brain.release.set()
    await person.reads(lambda messages: messages[-1]["text"] == "you said: line 19")
    accepted = await person.sends({"client_id": "one-more", "text": "one more"})

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    assert (repeated.status_code, accepted.status_code) == (202, 202)


def test_the_numbers_on_the_card_are_those_of_the_knowledge() -> None:
    services = load(ROOT / "knowledge").services

    known = {"phone_112": "be-112", "phone_line": "national-line", "phone_centre": "pag-asa"}
    assert {name: services[service].ready_phones[0].local for name, service in known.items()} == NUMBERS
