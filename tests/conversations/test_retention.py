"""Conversations erase themselves when nobody has written for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx

from bot.conversations.retention import sweep
from bot.gateway import Gateway
from tests.conftest import Person, answered
from tests.conversations.conftest import files_with, rows, wrapped_key

AGE = timedelta(hours=48)


async def swept(gateway: Gateway) -> int:
    return await sweep(AGE, store=gateway.store, router=gateway.router, hub=gateway.hub)


def move_clock(gateway: Gateway, by: timedelta) -> None:
    now = gateway.store.now

    def later() -> datetime:
        return now() + by

    gateway.store.now = later


async def talks(url: str, text: str) -> Person:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        person = await Person.arrives(client)
        await person.says(text)
        await person.reads(answered())
    return person


async def test_idle_conversations_are_erased_and_others_stay(app_and_url: tuple[Gateway, str]) -> None:
    gateway, url = app_and_url
    idle = await talks(url, "two days ago")
    key = await wrapped_key(gateway, idle.id)
    move_clock(gateway, AGE - timedelta(hours=1))
    fresh = await talks(url, "an hour ago")
    move_clock(gateway, timedelta(hours=1, seconds=1))

    assert await swept(gateway) == 1

    assert not await gateway.store.exists(idle.id)
    assert await gateway.store.exists(fresh.id)
    assert files_with(gateway.settings.data, key, idle.id.encode()) == []


async def test_nothing_is_erased_before_its_time(app_and_url: tuple[Gateway, str]) -> None:
    gateway, url = app_and_url
    await talks(url, "hello")
    move_clock(gateway, AGE - timedelta(minutes=1))

    assert await swept(gateway) == 0
    assert (await rows(gateway))["conversations"] == 1


async def test_an_answer_counts_as_activity(app_and_url: tuple[Gateway, str]) -> None:
    gateway, url = app_and_url
    person = await talks(url, "hello")
    move_clock(gateway, AGE - timedelta(minutes=1))
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        person.http = client
        await person.says("still here")
        await person.reads(answered(2))
    move_clock(gateway, timedelta(hours=1))

    assert await swept(gateway) == 0


async def test_sweeping_twice_is_harmless(app_and_url: tuple[Gateway, str]) -> None:
    gateway, url = app_and_url
    await talks(url, "hello")
    move_clock(gateway, AGE + timedelta(minutes=1))

    assert [await swept(gateway), await swept(gateway)] == [1, 0]
    assert await rows(gateway) == {}


async def test_somebody_who_never_wrote_is_erased_too(app_and_url: tuple[Gateway, str]) -> None:
    gateway, url = app_and_url
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        await Person.arrives(client)
    move_clock(gateway, AGE + timedelta(minutes=1))

    assert await swept(gateway) == 1


async def test_an_open_stream_is_told(app_and_url: tuple[Gateway, str]) -> None:
    gateway, url = app_and_url
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        person = await Person.arrives(client)
        await person.says("hello")
        await person.reads(answered())
        move_clock(gateway, AGE + timedelta(minutes=1))
        stream = client.stream("GET", f"/api/conversations/{person.id}/events", headers=person.headers, timeout=10)
        async with stream as response:
            lines = response.aiter_lines()
            while not (await anext(lines)).startswith("data"):
                pass
            await swept(gateway)

            assert "event: erased" in [line async for line in lines]
