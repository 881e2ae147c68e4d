"""When somebody erases, it is gone: rows, keys, files, and what was still under way."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from bot.conversations.body import Body
from bot.conversations.handoffs import Request
from bot.conversations.models import Urgency
from bot.conversations.rasa import Reply
from bot.gateway import Gateway, operator_token
from bot.settings import Settings
from tests.conftest import DecidedBrain, Person, answered
from tests.conversations.conftest import add_tracker, files_with, holds, rows, wrapped_key

WORDS = "marzipan-canary"


@pytest.fixture
async def talker(app_and_url: tuple[Gateway, str], http: httpx.AsyncClient, brain: DecidedBrain) -> Person:
    """Somebody who wrote, was answered, waits for a human, and is known to Rasa."""
    brain.think = lambda text: Reply((Body(f"you said: {text}"),), "en", Request(Urgency.SOON, None))
    person = await Person.arrives(http, "en")
    await person.says(WORDS)
    await person.reads(answered(1, "system"))
    await add_tracker(app_and_url[0], person.id)
    return person


@pytest.fixture
async def http(app_and_url: tuple[Gateway, str]) -> object:
    async with httpx.AsyncClient(base_url=app_and_url[1], trust_env=False) as client:
        yield client


async def erases(person: Person, token: str | None = None) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else person.headers
    return (await person.http.delete(f"/api/conversations/{person.id}", headers=headers)).status_code


async def test_erasing_removes_every_row(app_and_url: tuple[Gateway, str], talker: Person) -> None:
    gateway, _ = app_and_url
    before = await rows(gateway)

    assert await erases(talker) == 204

    assert set(before) == {"conversations", "messages", "handoffs", "trackers"}
    assert await rows(gateway) == {}


async def test_erasing_leaves_neither_words_nor_keys_in_any_file(
    app_and_url: tuple[Gateway, str], talker: Person, settings: Settings
) -> None:
    key = await wrapped_key(app_and_url[0], talker.id)
    assert files_with(settings.data, key)

    await erases(talker)

    assert files_with(settings.data, key, WORDS.encode(), talker.id.encode()) == []


async def test_erasing_by_the_button_of_the_chat_leaves_no_key_in_any_file_either(
    app_and_url: tuple[Gateway, str], talker: Person, settings: Settings, brain: DecidedBrain
) -> None:
    gateway, _ = app_and_url
    key = await wrapped_key(gateway, talker.id)
    brain.think = lambda _: Reply((), "en", erase=True)
    await talker.taps('/affirm{"question":"erase"}', "Yes, erase")
    await talker.reads(lambda messages: messages[-1]["sender"] == "erased")

    async def gone() -> bool:
        return files_with(settings.data, key, talker.id.encode()) == []

    await holds(gone)
    assert await rows(gateway) == {}


async def test_the_stream_of_an_erased_conversation_ends_by_saying_so(talker: Person) -> None:
    reading = asyncio.create_task(talker.reads(lambda messages: messages[-1]["sender"] == "erased"))
    await asyncio.sleep(0)

    await erases(talker)

    assert (await reading)[-1]["sender"] == "erased"


async def test_after_erasing_the_token_opens_nothing(talker: Person) -> None:
    await erases(talker)

    assert await erases(talker) == 404
    assert (await talker.sends({"client_id": "x", "text": "hello"})).status_code == 404
    stream = await talker.http.get(f"/api/conversations/{talker.id}/events", headers=talker.headers)
    assert stream.status_code == 404


async def test_an_answer_that_comes_after_erasing_is_stored_nowhere(
    app_and_url: tuple[Gateway, str], talker: Person, brain: DecidedBrain, settings: Settings
) -> None:
    gateway, _ = app_and_url
    brain.release.clear()
    await talker.says("are you there?")

    async def was_asked() -> bool:
        return brain.heard[-1] == "are you there?"

    await holds(was_asked)
    await erases(talker)
    brain.release.set()

    async def is_idle() -> bool:
        return not gateway.router._running

    await holds(is_idle)
    assert await rows(gateway) == {}


async def test_others_stay(app_and_url: tuple[Gateway, str], talker: Person, http: httpx.AsyncClient) -> None:
    other = await Person.arrives(http)
    await other.says("I stay")
    await other.reads(answered())

    await erases(talker)

    assert (await other.reads(answered()))[0]["text"] == "I stay"


async def test_an_operator_can_erase_and_read_nothing(app_and_url: tuple[Gateway, str], talker: Person) -> None:
    gateway, _ = app_and_url
    token = operator_token(gateway.master_key, talker.id)
    headers = {"Authorization": f"Bearer {token}"}

    read = await talker.http.get(f"/api/conversations/{talker.id}/events", headers=headers)
    written = await talker.http.post(
        f"/api/conversations/{talker.id}/messages", json={"client_id": "x", "text": "hello"}, headers=headers
    )
    erased = await erases(talker, token)

    assert (read.status_code, written.status_code, erased) == (404, 404, 204)
    assert await rows(gateway) == {}
    assert await erases(talker, token) == 404


async def test_the_operators_token_of_another_conversation_erases_nothing(
    app_and_url: tuple[Gateway, str], talker: Person, http: httpx.AsyncClient
) -> None:
    other = await Person.arrives(http)

    assert await erases(talker, operator_token(app_and_url[0].master_key, other.id)) == 404
    assert await erases(talker, other.token) == 404
    odd = await talker.http.delete(f"/api/conversations/{talker.id}", headers={"Authorization": b"Bearer \xe9"})
    assert odd.status_code == 404
    assert (await talker.http.delete(f"/api/conversations/{talker.id}")).status_code == 401
