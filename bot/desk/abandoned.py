"""Conversations whose counsellor has gone without handing them back return to the queue."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from sqlalchemy import case, select, update

from bot.conversations import wording
from bot.conversations.hub import QUEUE, Hub
from bot.conversations.models import Conversation, Handoff, HandoffState, Sender, Urgency
from bot.conversations.store import Store
from bot.desk.models import ConsoleSession

log = logging.getLogger(__name__)

# A closed laptop or a lost connection: long enough to come back from, short enough for somebody who waits.
GONE_AFTER = timedelta(minutes=5)
_LOOK_EVERY_S = 30.0


async def release(store: Store, hub: Hub) -> int:
    """Give back what absent counsellors hold, more urgent than before; the number of conversations.

    The person is told, and the bot answers until somebody else comes. A counsellor who signs in again can claim it
    like anybody else.
    """
    now = store.now()
    present = select(ConsoleSession.counsellor_id).where(ConsoleSession.seen_at > now - GONE_AFTER)
    left = (
        update(Handoff)
        .where(
            Handoff.state == HandoffState.CLAIMED,
            Handoff.claimed_at < now - GONE_AFTER,
            Handoff.counsellor_id.is_(None) | Handoff.counsellor_id.not_in(present),
        )
        .values(
            state=HandoffState.WAITING,
            counsellor_id=None,
            claimed_at=None,
            urgency=case((Handoff.urgency < Urgency.SOON, Urgency.SOON), else_=Handoff.urgency),
        )
        .returning(Handoff.conversation_id)
    )
    async with store.sessions.begin() as session:
        released = list(await session.scalars(left))
        for conversation_id in released:
            language = await session.scalar(select(Conversation.language).where(Conversation.id == conversation_id))
            said = [wording.counsellor_gone(language)]
            await store.append_in(session, conversation_id, Sender.SYSTEM, said, language=language)
    for conversation_id in released:
        hub.ring(conversation_id)
    if released:
        log.warning("counsellor_gone conversations=%d", len(released))
        hub.ring(QUEUE)
    return len(released)


async def release_for_ever(store: Store, hub: Hub) -> None:
    """Look every half minute; a failure is reported and tried again the next time."""
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        try:
            await release(store, hub)
        except Exception as error:
            log.error("release_failed error=%s", type(error).__name__)
