"""Who may sit at the desk, and how guessing is slowed down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from bot.database import Sessions, migrate, open_engine, open_sessions
from bot.desk.accounts import Accounts, BadName, NameTaken, WeakPassword
from bot.desk.models import Counsellor
from bot.desk.throttle import Throttle
from tests.desk.conftest import PASSWORD


@pytest.fixture
async def sessions(tmp_path: Path) -> AsyncIterator[Sessions]:
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}")
    await migrate(engine)
    yield open_sessions(engine)
    await engine.dispose()


async def test_a_counsellor_is_known_by_name_and_password(sessions: Sessions) -> None:
    accounts = Accounts(sessions)
    anna = await accounts.add("Anna", PASSWORD)

    assert await accounts.verify("anna ", PASSWORD) == anna
    assert await accounts.verify("Anna", PASSWORD + "!") is None
    assert await accounts.verify("Nobody", PASSWORD) is None


async def test_passwords_are_kept_as_argon2id_over_64_mib(sessions: Sessions) -> None:
    await Accounts(sessions).add("Anna", PASSWORD)

    async with sessions() as session:
        kept = await session.scalar(select(Counsellor.password_hash))

    assert kept is not None and kept.startswith("$argon2id$v=19$m=65536,t=3,")


async def test_an_unknown_name_costs_the_same_work(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = Accounts(sessions)
    await accounts.add("Anna", PASSWORD)
    checked: list[str] = []
    verify = PasswordHasher.verify

    def watched(hasher: PasswordHasher, expected: str, given: str) -> bool:
        # Up to the salt: the kind of the work and its size.
        checked.append(expected[:30])
        return verify(hasher, expected, given)

    monkeypatch.setattr(PasswordHasher, "verify", watched)

    await accounts.verify("Anna", "wrong wrong wrong")
    await accounts.verify("Nobody", "wrong wrong wrong")

    assert len(checked) == 2
    assert checked[0] == checked[1]


async def test_a_name_is_taken_whatever_its_capitals(sessions: Sessions) -> None:
    accounts = Accounts(sessions)
    await accounts.add("Anna", PASSWORD)

    with pytest.raises(NameTaken):
        await accounts.add("ANNA", PASSWORD)


async def test_a_short_password_and_an_empty_name_are_refused(sessions: Sessions) -> None:
    with pytest.raises(WeakPassword):
        await Accounts(sessions).add("Anna", "eleven char")
    with pytest.raises(BadName):
        await Accounts(sessions).add("  ", PASSWORD)


async def test_failures_slow_the_next_try_and_never_lock_out(sessions: Sessions) -> None:
    slept: list[float] = []

    async def sleep(delay_s: float) -> None:
        slept.append(delay_s)

    accounts = Accounts(sessions, sleep=sleep)
    anna = await accounts.add("Anna", PASSWORD)
    for _ in range(5):
        await accounts.verify("Anna", "wrong wrong wrong")

    assert slept == [0.5, 1.0]
    assert await accounts.verify("Anna", PASSWORD) == anna
    assert await accounts.verify("Anna", PASSWORD) == anna
    assert slept == [0.5, 1.0, 2.0]


async def test_guessing_at_once_is_no_faster_than_guessing_in_turn(sessions: Sessions) -> None:
    slept: list[float] = []

    async def sleep(delay_s: float) -> None:
        slept.append(delay_s)

    accounts = Accounts(sessions, sleep=sleep)
    await asyncio.gather(*(accounts.verify("Anna", f"guess number {n}") for n in range(10)))

    assert slept == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_the_wait_stops_growing_and_failures_are_forgotten() -> None:
    now = 0.0
    throttle = Throttle(clock=lambda: now)
    for _ in range(100):
        throttle.failed("anna")

    assert throttle.delay_s("anna") == 8.0
    now = 1000.0
    assert throttle.delay_s("anna") == 0.0


def test_a_flood_of_names_does_not_fill_the_memory() -> None:
    throttle = Throttle()
    for n in range(5000):
        throttle.failed(f"name {n}")

    assert len(throttle._failures) == 1000
