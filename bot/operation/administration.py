"""What an operator does to the database from the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from sqlalchemy import func, select

from bot.conversations.store import Store
from bot.database import Sessions, migrate, open_engine, open_sessions
from bot.desk.accounts import Accounts
from bot.desk.models import Counsellor
from bot.encryption import MasterKey
from bot.gateway import operator_token
from bot.settings import Settings


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Sessions]:
    settings.data.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database_url)
    try:
        await migrate(engine)
        yield open_sessions(engine)
    finally:
        await engine.dispose()


async def add_counsellor(settings: Settings, name: str, password: str) -> None:
    """Make an account. Raises NameTaken, WeakPassword, BadName."""
    async with _database(settings) as sessions:
        await Accounts(sessions).add(name, password)


async def count_counsellors(settings: Settings) -> int:
    """How many accounts there are."""
    async with _database(settings) as sessions, sessions() as session:
        return (await session.scalar(select(func.count()).select_from(Counsellor))) or 0


async def erase_conversation(settings: Settings, conversation_id: str) -> bool:
    """Erase a conversation; by the running gateway, which also takes messages back on Telegram, else directly.

    False when there is no such conversation.
    """
    master_key = MasterKey.load_or_create(settings.master_key_file)
    headers = {"Authorization": f"Bearer {operator_token(master_key, conversation_id)}"}
    url = f"http://{settings.host}:{settings.port}/api/conversations/{conversation_id}"
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=15) as client:
            response = await client.delete(url, headers=headers)
        if response.status_code in (204, 404):
            return response.status_code == 204
    except httpx.HTTPError:
        pass  # No gateway is running.
    async with _database(settings) as sessions:
        return await Store(sessions, master_key).erase(conversation_id)
