"""What people and counsellors get from each other."""

from __future__ import annotations

import asyncio

import pytest
from httpx import Response

from tests.conftest import DecidedBrain, Person, answered
from tests.desk.conftest import FORM, Counsellor, Office


async def test_of_two_who_take_a_person_one_gets_her_and_the_other_is_told_who(
    office: Office, anna: Counsellor, bart: Counsellor
) -> None:
    await office.receives()

    answers = await asyncio.gather(anna.claims(1), bart.claims(1))

    assert sorted(a.status_code for a in answers) == [200, 409]
    winner = ("Anna", "Bart")[[a.status_code for a in answers].index(200)]
    lost = next(a for a in answers if a.status_code == 409)
    assert lost.json()["holder"] == winner and winner in lost.json()["text"]


async def test_of_fifty_who_take_a_person_exactly_one_gets_her(office: Office) -> None:
    person = await office.receives()
    counsellors = [await office.seats(f"Counsellor {n}") for n in range(50)]

    answers: list[Response] = await asyncio.gather(*(c.claims(1) for c in counsellors))

    won = [c.name for c, a in zip(counsellors, answers) if a.status_code == 200]
    assert len(won) == 1
    assert {a.json()["holder"] for a in answers if a.status_code == 409} == set(won)
    assert sum(a.status_code == 409 for a in answers) == 49
    said = await office.gateway.store.messages(person.id)
    assert [m.body.text for m in said if "here now" in m.body.text] == [
        f"A counsellor is here now: {won[0]}. A human answers from now on."
    ]


async def test_a_person_is_told_who_joined(office: Office, anna: Counsellor) -> None:
    person = await office.receives()

    await anna.claims(1)

    seen = await person.reads(answered(2, "system"))
    assert seen[-1]["text"] == "A counsellor is here now: Anna. A human answers from now on."


async def test_taking_twice_is_taking_once(office: Office, anna: Counsellor) -> None:
    person = await office.receives()

    answers = [await anna.claims(1), await anna.claims(1)]

    await anna.writes(person.id, "hello")
    seen = await person.reads(answered(1, "counsellor"))
    assert [a.status_code for a in answers] == [200, 200]
    assert sum("here now" in m["text"] for m in seen) == 1


async def test_the_queue_shows_the_most_urgent_first(office: Office, anna: Counsellor) -> None:
    soon, urgent = await office.receives("human"), await office.receives("danger")

    page = (await anna.sees()).text

    assert page.index(urgent.id) < page.index(soon.id)
    assert "Urgent" in page and "Documents taken" in page and "English" in page and "(2) Baken" in page


async def test_an_open_queue_hears_of_a_new_person_at_once(office: Office, anna: Counsellor) -> None:
    watching = asyncio.create_task(
        anna.watches("/console/events", lambda event, data: event == "queue" and data["waiting"] == 1)
    )
    person = await office.receives()

    assert person.id in (await watching)["html"]


async def test_the_transcript_has_the_bots_part_with_its_choices(office: Office, anna: Counsellor) -> None:
    person = await Person.arrives(office.browser())
    await person.says("my boss <b>took</b> my papers")
    await person.reads(answered())
    await person.says("human")
    await person.reads(answered(1, "system"))

    page = (await anna.sees(f"/console/conversations/{person.id}")).text

    assert "my boss &lt;b&gt;took&lt;/b&gt; my papers" in page
    assert "you said: my boss" in page and "Shelter" in page and "/ask_shelter" not in page
    assert 'dir="auto"' in page
    assert "The program is answering" in page and "<textarea" not in page


async def test_a_conversation_that_nobody_handed_over_stays_unread(office: Office, anna: Counsellor) -> None:
    person = await Person.arrives(office.browser())
    await person.says("only for the program")
    await person.reads(answered())

    page = await anna.sees(f"/console/conversations/{person.id}")
    stream = await anna.sees(f"/console/conversations/{person.id}/events")

    assert page.status_code == stream.status_code == 404
    assert "only for the program" not in page.text


async def test_the_counsellor_answers_and_the_program_is_silent(
    office: Office, anna: Counsellor, brain: DecidedBrain
) -> None:
    person = await office.receives()
    await anna.claims(1)
    brain.heard.clear()

    await person.says("are you there?")
    await anna.writes(person.id, "Yes, I am here.")

    seen = await person.reads(answered(1, "counsellor"))
    assert seen[-1]["text"] == "Yes, I am here."
    await anna.does(f"/console/conversations/{person.id}/hand-back")
    # The line before the hand-back was the counsellor's; only what comes after it is the program's.
    await person.says("and now?")
    seen = await person.reads(lambda m: m[-1]["text"] == "you said: and now?")
    assert brain.heard == ["and now?"]
    assert any("I am the program again" in m["text"] for m in seen)


async def test_closing_tells_the_person_and_leaves_the_queue(office: Office, anna: Counsellor) -> None:
    person = await office.receives()
    await anna.claims(1)

    closed = await anna.does(f"/console/conversations/{person.id}/close", headers=FORM)

    seen = await person.reads(answered(3, "system"))
    assert closed.status_code == 303
    assert seen[-1]["text"] == "The counsellor has closed the conversation. You can write again at any time."
    assert person.id not in (await anna.sees()).text
    assert (await anna.writes(person.id, "one more thing")).status_code == 403


@pytest.mark.parametrize("deed", ["messages", "hand-back", "close"])
async def test_only_who_took_a_conversation_acts_in_it_and_others_may_read(
    office: Office, anna: Counsellor, bart: Counsellor, deed: str
) -> None:
    person = await office.receives()
    before = await bart.does(f"/console/conversations/{person.id}/{deed}", text="hello", client_id="x")
    await anna.claims(1)

    after = await bart.does(f"/console/conversations/{person.id}/{deed}", text="hello", client_id="x")
    page = await bart.sees(f"/console/conversations/{person.id}")

    assert before.status_code == after.status_code == 403
    assert after.json()["error"] == "not_yours"
    assert "Anna has this conversation" in page.text and "<textarea" not in page.text


async def test_an_answer_sent_fifty_times_at_once_arrives_once(office: Office, anna: Counsellor) -> None:
    person = await office.receives()
    await anna.claims(1)

    answers = await asyncio.gather(*(anna.writes(person.id, "only once", client_id="same") for _ in range(50)))

    assert len({a.json()["seq"] for a in answers}) == 1
    await anna.writes(person.id, "the end")
    seen = await person.reads(lambda m: m[-1]["text"] == "the end")
    assert [m["text"] for m in seen if m["sender"] == "counsellor"] == ["only once", "the end"]


async def test_an_empty_answer_and_one_that_is_too_long_are_refused_with_a_reason(
    office: Office, anna: Counsellor
) -> None:
    person = await office.receives()
    await anna.claims(1)

    empty, long = await anna.writes(person.id, " \n"), await anna.writes(person.id, "ab" * 1001)

    assert (empty.status_code, empty.json()["error"]) == (422, "empty")
    assert (long.status_code, long.json()["error"]) == (422, "too_long")
    assert (await anna.writes(person.id, "ab" * 1000)).status_code == 200


async def test_a_line_of_the_person_reaches_an_open_console_at_once(office: Office, anna: Counsellor) -> None:
    person = await office.receives()
    await anna.claims(1)
    watching = asyncio.create_task(
        anna.watches(
            f"/console/conversations/{person.id}/events?after=3",
            lambda event, data: event == "message" and "new line" in data["html"],
        )
    )

    await person.says("a new line")

    assert 'class="message person"' in (await watching)["html"]


async def test_a_console_that_comes_back_gets_only_what_it_missed(office: Office, anna: Counsellor) -> None:
    person = await office.receives()
    await anna.claims(1)
    seq = await person.says("missed")
    anna.http.headers["Last-Event-ID"] = str(seq - 1)

    first = await anna.watches(f"/console/conversations/{person.id}/events", lambda event, _: event == "message")

    assert "missed" in first["html"]


async def test_when_a_person_erases_everything_the_counsellor_is_told_and_keeps_nothing(
    office: Office, anna: Counsellor
) -> None:
    person = await office.receives()
    await anna.claims(1)
    path = f"/console/conversations/{person.id}"
    watched = asyncio.Event()

    def erased(event: str, _: object) -> bool:
        watched.set()
        return event == "erased"

    watching = asyncio.create_task(anna.watches(f"{path}/events", erased))
    await asyncio.wait_for(watched.wait(), 10)

    await person.http.delete(f"/api/conversations/{person.id}", headers=person.headers)

    assert "may have been erased" in (await watching)["text"]
    page, answer, claimed = await anna.sees(path), await anna.writes(person.id, "hello?"), await anna.claims(1)
    assert (page.status_code, answer.status_code, claimed.status_code) == (404, 404, 409)
    assert person.id not in (await anna.sees()).text


async def test_everything_works_as_plain_forms(office: Office, anna: Counsellor) -> None:
    person = await office.receives()

    claimed = await anna.does("/console/handoffs/1/claim", headers=FORM)
    page = await anna.sees(claimed.headers["location"])
    wrote = await anna.does(
        f"/console/conversations/{person.id}/messages", headers=FORM, text="Good morning", client_id="form1"
    )
    page_after = await anna.sees(wrote.headers["location"])

    assert claimed.status_code == wrote.status_code == 303
    assert "<textarea" in page.text
    assert "Good morning" in page_after.text


async def test_who_comes_too_late_with_a_plain_form_is_told_in_a_sentence(
    office: Office, anna: Counsellor, bart: Counsellor
) -> None:
    await office.receives()
    await anna.claims(1)

    late = await bart.does("/console/handoffs/1/claim", headers=FORM)

    assert late.status_code == 409
    assert "Anna has taken this conversation already." in late.text


async def test_signing_out_ends_the_open_streams(office: Office, anna: Counsellor) -> None:
    started = asyncio.Event()

    def ended(event: str, _: object) -> bool:
        started.set()
        return event == "signed_out"

    watching = asyncio.create_task(anna.watches("/console/events", ended))
    await asyncio.wait_for(started.wait(), 10)
    await anna.does("/console/sign-out")

    assert await watching == {}
