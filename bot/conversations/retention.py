"""Conversations erase themselves some time after their last message."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from bot.conversations.hub import QUEUE, Hub
from bot.conversations.router import Router
from bot.conversations.store import Store

log = logging.getLogger(__name__)

SWEEP_EVERY_S = 600.0


async def erase(conversation_id: str, *, store: Store, router: Router, hub: Hub) -> bool:
    """Erase one conversation everywhere: whoever is answering it stops, keys and rows go, listeners are told.

    False when it was gone already.
    """
    await router.forget(conversation_id)
    erased = await store.erase(conversation_id)
    hub.ring(conversation_id)
    hub.ring(QUEUE)
    return erased


async def sweep(age: timedelta, *, store: Store, router: Router, hub: Hub) -> int:
    """Erase everything idle for longer than `age`; the number of conversations erased. Harmless to repeat."""
    idle = await store.idle_since(age)
    for conversation_id in idle:
        await erase(conversation_id, store=store, router=router, hub=hub)
    if idle:
        log.info("retention_erased conversations=%d", len(idle))
    return len(idle)


async def sweep_for_ever(age: timedelta, *, store: Store, router: Router, hub: Hub) -> None:
    """Sweep now and every ten minutes; a failure is reported and tried again the next time."""
    while True:
        try:
            await sweep(age, store=store, router=router, hub=hub)
        except Exception as error:
            log.error("retention_failed error=%s", type(error).__name__)
        await asyncio.sleep(SWEEP_EVERY_S)
