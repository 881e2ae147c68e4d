"""Nobody is left alone because a counsellor's laptop was closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.desk.abandoned import GONE_AFTER, release
from tests.conftest import answered
from tests.desk.conftest import Counsellor, Office


async def first_waiting(office: Office) -> int:
    from bot.desk import claims

    async with office.gateway.store.sessions() as session:
        return (await claims.open_entries_in(session))[0].handoff_id


def later(office: Office, monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    store = office.gateway.store
    moved = store.now() + by
    monkeypatch.setattr(store, "now", lambda: moved)


async def test_a_person_whose_counsellor_is_gone_waits_again_is_told_and_is_answered_by_the_bot(
    office: Office, anna: Counsellor, bart: Counsellor, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await office.receives()
    handoff = await first_waiting(office)
    await anna.claims(handoff)
    before = (await person.reads(answered(2, "system")))[-1]["seq"]

    later(office, monkeypatch, GONE_AFTER + timedelta(seconds=1))
    released = await release(office.gateway.store, office.gateway.hub)

    assert released == 1
    told = await person.reads(answered(1, "system"), after=before)
    assert "no longer here" in told[-1]["text"]
    await person.says("hello?")
    assert (await person.reads(answered(), after=told[-1]["seq"]))[-1]["text"] == "you said: hello?"


async def test_a_counsellor_who_is_there_keeps_the_conversation(
    office: Office, anna: Counsellor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.receives()
    await anna.claims(await first_waiting(office))

    later(office, monkeypatch, GONE_AFTER + timedelta(seconds=1))
    await anna.sees()

    assert await release(office.gateway.store, office.gateway.hub) == 0
