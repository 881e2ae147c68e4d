"""Storing updates as they arrive, before Telegram is told that it can forget them."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from telegram.error import TelegramError

from bot.channels.models import TelegramUpdate
from bot.channels.telegram.api import Api, pause_s
from bot.gateway import Gateway

log = logging.getLogger(__name__)

# The hub's topic that wakes the inbox.
ARRIVED = "telegram_updates"


async def record(gateway: Gateway, updates: Sequence[dict[str, Any]]) -> None:
    """Store updates, sealed, and commit; those that are known already change nothing.

    Raises KeyError for what has no number, and SQLAlchemyError when nothing was stored.
    """
    bodies = {int(update["update_id"]): json.dumps(update, ensure_ascii=False) for update in updates}
    try:
        await _store(gateway, bodies)
    except IntegrityError:
        # The same update came twice at once and the other one was first.
        await _store(gateway, bodies)
    gateway.hub.ring(ARRIVED)


async def _store(gateway: Gateway, bodies: dict[int, str]) -> None:
    async with gateway.store.sessions.begin() as session:
        known = set(await session.scalars(select(TelegramUpdate.update_id).where(TelegramUpdate.update_id.in_(bodies))))
        session.add_all(
            TelegramUpdate(update_id=update_id, body=gateway.master_key.seal(body), received_at=gateway.store.now())
            for update_id, body in bodies.items()
            if update_id not in known
        )


async def poll_for_ever(gateway: Gateway, api: Api) -> None:
    """Ask for updates and store them. The next question, with the number after theirs, acknowledges them.

    A start asks without a number: Telegram repeats what was not acknowledged, and the table knows what it has.
    """
    offset: int | None = None
    failures = 0
    while True:
        try:
            updates = await api.updates(offset)
            if updates:
                await record(gateway, updates)
                offset = max(int(update["update_id"]) for update in updates) + 1
            failures = 0
        except (TelegramError, SQLAlchemyError, LookupError, TypeError, ValueError) as error:
            wait_s = pause_s(error, failures)
            failures += 1
            log.warning("telegram_poll_failed error=%s pause_s=%.0f", type(error).__name__, wait_s)
            await asyncio.sleep(wait_s)
