"""Counsellors' accounts: adding one, and checking a password."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Awaitable, Callable
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from bot.conversations.errors import BakenError
from bot.database import Sessions, utc_now
from bot.desk.models import Counsellor
from bot.desk.throttle import Throttle
from bot.text import clean

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
LONGEST_NAME = 64

# Each check takes 64 MiB: more at once would let sign-ins push conversations out of memory.
_MOST_CHECKS_AT_ONCE = 2
# Tries that may wait at once, for their delay or for memory.
_MOST_WAITING = 64


class NameTaken(BakenError):
    """There is a counsellor of this name, perhaps written with other capitals."""


class WeakPassword(BakenError):
    """The password is shorter than `SHORTEST_PASSWORD` or longer than `LONGEST_PASSWORD` characters."""


class BadName(BakenError):
    """The name is empty or too long. People read it, so it has to be one."""


class TooManySignIns(BakenError):
    """More tries wait than this process will hold; 429."""

    retry_after_s = 10


class Accounts:
    """The counsellors in the database. Passwords are kept as Argon2id (3 passes over 64 MiB)."""

    def __init__(
        self,
        sessions: Sessions,
        *,
        now: Callable[[], datetime] = utc_now,
        throttle: Throttle | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`throttle` and `sleep` are for tests."""
        self._sessions = sessions
        self._now = now
        self._throttle = throttle or Throttle()
        self._sleep = sleep
        self._hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
        self._decoy: str | None = None
        self._checks = asyncio.Semaphore(_MOST_CHECKS_AT_ONCE)
        self._waiting = 0

    async def add(self, name: str, password: str) -> int:
        """Add a counsellor and return the id. People in a conversation see `name`: a first name or an alias.

        Raises BadName, NameTaken, WeakPassword.
        """
        name = clean(name, limit=LONGEST_NAME + 1)
        if not name or len(name) > LONGEST_NAME or "\n" in name:
            raise BadName
        password = _regular(password)
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise WeakPassword
        password_hash = await asyncio.to_thread(self._hasher.hash, password)
        try:
            async with self._sessions.begin() as session:
                if await session.scalar(select(Counsellor.id).where(func.lower(Counsellor.name) == name.lower())):
                    raise NameTaken
                counsellor = Counsellor(name=name, password_hash=password_hash, created_at=self._now())
                session.add(counsellor)
                await session.flush()
                return counsellor.id
        except IntegrityError as error:
            raise NameTaken from error

    async def verify(self, name: str, password: str) -> int | None:
        """The id of the counsellor whose password this is, else None, after the same work for unknown names.

        Waits some seconds after repeated failures for the name. Raises TooManySignIns.
        """
        if self._waiting >= _MOST_WAITING:
            raise TooManySignIns
        self._waiting += 1
        try:
            name = clean(name, limit=LONGEST_NAME)
            delay_s = self._throttle.delay_s(name.lower())
            # Counted before the check, so that many tries at once wait as long as the same tries one by one.
            self._throttle.failed(name.lower())
            if delay_s:
                await self._sleep(delay_s)
            async with self._checks:
                found = await self._check(name, _regular(password)[:LONGEST_PASSWORD])
        finally:
            self._waiting -= 1
        if found is not None:
            self._throttle.succeeded(name.lower())
        return found

    async def _check(self, name: str, password: str) -> int | None:
        if self._decoy is None:
            self._decoy = await asyncio.to_thread(self._hasher.hash, "nobody's password")
        async with self._sessions() as session:
            counsellor = await session.scalar(select(Counsellor).where(func.lower(Counsellor.name) == name.lower()))
        expected = counsellor.password_hash if counsellor else self._decoy
        try:
            await asyncio.to_thread(self._hasher.verify, expected, password)
        except (VerificationError, InvalidHashError):
            return None
        if counsellor is None:
            return None
        if self._hasher.check_needs_rehash(expected):
            stronger = await asyncio.to_thread(self._hasher.hash, password)
            async with self._sessions.begin() as session:
                await session.execute(
                    update(Counsellor).where(Counsellor.id == counsellor.id).values(password_hash=stronger)
                )
        return counsellor.id


def _regular(password: str) -> str:
    """The same password from every keyboard: é is one letter or two, depending on the system."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "ignore").decode("utf-8"))
