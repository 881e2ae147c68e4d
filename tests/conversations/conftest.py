"""Looking behind the gateway: its rows, its files, and a Rasa that misbehaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import func, select

from bot.conversations.models import Conversation, Delivery, Handoff, Message, Tracker
from bot.gateway import Gateway

TABLES = (Conversation, Message, Handoff, Tracker, Delivery)


async def rows(gateway: Gateway) -> dict[str, int]:
    """How many rows each table of conversations holds; empty tables are left out."""
    counts: dict[str, int] = {}
    async with gateway.store.sessions() as session:
        for table in TABLES:
            count = await session.scalar(select(func.count()).select_from(table))
            if count:
                counts[table.__tablename__] = count
    return counts


async def open_handoffs(gateway: Gateway) -> list[Handoff]:
    async with gateway.store.sessions() as session:
        return list(await session.scalars(select(Handoff).where(Handoff.state != "closed")))


async def wrapped_key(gateway: Gateway, conversation_id: str) -> bytes:
    async with gateway.store.sessions() as session:
        found = await session.get(Conversation, conversation_id)
        assert found is not None
        return bytes(found.wrapped_key)


async def add_tracker(gateway: Gateway, conversation_id: str) -> None:
    """What Rasa's tracker store leaves in the database."""
    async with gateway.store.sessions.begin() as session:
        session.add(Tracker(conversation_id=conversation_id, body=b"encrypted state"))


def files_with(folder: Path, *needles: bytes) -> list[str]:
    """Names of all files in the data folder, SQLite's own side files included, that hold one of `needles`."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "baken.db" for path in files), files
    return [path.name for path in files if any(needle in path.read_bytes() for needle in needles)]


async def holds(condition: Callable[[], Awaitable[bool]], within_s: float = 10) -> None:
    """Wait until `condition` is true."""
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110 — files and rows ring no bell
            await asyncio.sleep(0.01)


@asynccontextmanager
async def server_that_answers(raw: Callable[[bytes], bytes]) -> AsyncIterator[str]:
    """A server on a free port that answers every request with the bytes that `raw` makes of it; yields its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
        )
        writer.write(raw(await reader.readexactly(length)))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
