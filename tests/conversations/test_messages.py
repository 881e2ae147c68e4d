"""What people are promised about the messages they send and receive."""

from __future__ import annotations

import asyncio

import httpx

from tests.conftest import DecidedBrain, Person, answered


async def test_a_message_is_answered(person: Person) -> None:
    await person.says("hello")

    seen = await person.reads(answered())

    assert [(m["seq"], m["sender"], m["text"]) for m in seen] == [(1, "person", "hello"), (2, "bot", "you said: hello")]


async def test_the_same_message_sent_fifty_times_at_once_is_stored_and_answered_once(
    person: Person, brain: DecidedBrain
) -> None:
    seqs = await asyncio.gather(*(person.says("only once", client_id="same") for _ in range(50)))

    seen = await person.reads(answered())

    assert set(seqs) == {1}
    assert len(seen) == 2
    assert brain.heard == ["only once"]


async def test_messages_of_one_conversation_are_answered_one_at_a_time_and_in_order(
    person: Person, brain: DecidedBrain
) -> None:
    for n in range(8):
        await person.says(f"line {n}")

    await person.reads(answered(8))

    assert brain.heard == [f"line {n}" for n in range(8)]
    assert brain.most_at_once == 1


async def test_a_reader_who_comes_back_gets_what_was_missed_and_nothing_twice(person: Person) -> None:
    await person.says("one")
    first = await person.reads(answered())
    await person.says("two")

    rest = await person.reads(answered(), after=first[-1]["seq"])

    assert [m["text"] for m in rest] == ["two", "you said: two"]


async def test_a_wrong_token_and_an_unknown_conversation_look_the_same(http: httpx.AsyncClient, person: Person) -> None:
    wrong = {"Authorization": "Bearer nonsense"}
    message = {"client_id": "x", "text": "hello"}

    theirs = await http.post(f"/api/conversations/{person.id}/messages", json=message, headers=wrong)
    nobodys = await http.post(f"/api/conversations/{'0' * 32}/messages", json=message, headers=wrong)

    assert (theirs.status_code, theirs.json()) == (nobodys.status_code, nobodys.json()) == (404, theirs.json())


async def test_nobody_reads_without_a_token_or_ticket(http: httpx.AsyncClient, person: Person) -> None:
    response = await http.get(f"/api/conversations/{person.id}/events")

    assert response.status_code == 401


async def test_a_ticket_reads_and_cannot_write(http: httpx.AsyncClient, person: Person) -> None:
    await person.says("hello")
    await person.reads(answered())
    ticket = person.events_path.partition("ticket=")[2]

    read = await http.get(person.events_path + "&limit_s=0.2")
    written = await http.post(
        f"/api/conversations/{person.id}/messages",
        json={"client_id": "y", "text": "hello"},
        headers={"Authorization": f"Bearer {ticket}"},
    )

    assert "you said: hello" in read.text
    assert written.status_code == 404


async def test_an_empty_message_is_refused_with_a_reason(person: Person) -> None:
    response = await person.sends({"client_id": "x", "text": " \n "})

    assert response.status_code == 422
    assert "empty" in response.text


async def test_typing_a_slash_does_not_press_a_button(person: Person, brain: DecidedBrain) -> None:
    await person.says("/delete_my_data")
    await person.reads(answered())

    assert brain.heard == ["delete_my_data"]
