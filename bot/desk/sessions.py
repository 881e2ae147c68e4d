"""Counsellors' sessions: who is signed in on which browser, and for how long."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from bot.database import Sessions, utc_now
from bot.desk.models import ConsoleSession, Counsellor

# Without any sign of the browser (an open console gives one every 20 s).
IDLE_LIMIT = timedelta(minutes=30)
# Then one signs in again, however busy: a shift is shorter.
ABSOLUTE_LIMIT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A counsellor at a browser. `key` finds the session and cannot be used to sign in."""

    counsellor_id: int
    name: str
    csrf_token: str
    key: str


class ConsoleSessions:
    """The sessions in the database. Of the cookie only a hash is stored."""

    def __init__(self, sessions: Sessions, *, now: Callable[[], datetime] = utc_now) -> None:
        """`now` returns an aware time."""
        self._sessions = sessions
        self._now = now

    async def open(self, counsellor_id: int) -> str:
        """Start a session and return the cookie's value (256 random bits). Expired sessions are swept out."""
        token = secrets.token_urlsafe(32)
        now = self._now()
        async with self._sessions.begin() as session:
            await session.execute(
                delete(ConsoleSession).where(
                    (ConsoleSession.created_at <= now - ABSOLUTE_LIMIT) | (ConsoleSession.seen_at <= now - IDLE_LIMIT)
                )
            )
            session.add(
                ConsoleSession(
                    token_hash=_key(token),
                    counsellor_id=counsellor_id,
                    csrf_token=secrets.token_urlsafe(32),
                    created_at=now,
                    seen_at=now,
                )
            )
        return token

    async def find(self, token: str) -> SignedIn | None:
        """The session of a cookie, marked as seen now; None when it ended or never was."""
        key = _key(token)
        if not await self.touch(key):
            return None
        async with self._sessions() as session:
            row = (
                await session.execute(
                    select(Counsellor.id, Counsellor.name, ConsoleSession.csrf_token)
                    .join(Counsellor, Counsellor.id == ConsoleSession.counsellor_id)
                    .where(ConsoleSession.token_hash == key)
                )
            ).one_or_none()
        return SignedIn(row[0], row[1], row[2], key) if row else None

    async def touch(self, key: str) -> bool:
        """Mark a session as seen now, which also tells presence. False when it has ended."""
        now = self._now()
        touched = (
            update(ConsoleSession)
            .where(
                ConsoleSession.token_hash == key,
                ConsoleSession.created_at > now - ABSOLUTE_LIMIT,
                ConsoleSession.seen_at > now - IDLE_LIMIT,
            )
            .values(seen_at=now)
            .returning(ConsoleSession.token_hash)
        )
        async with self._sessions.begin() as session:
            return (await session.execute(touched)).scalar_one_or_none() is not None

    async def close(self, key: str) -> None:
        """Sign out."""
        async with self._sessions.begin() as session:
            await session.execute(delete(ConsoleSession).where(ConsoleSession.token_hash == key))


def _key(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
