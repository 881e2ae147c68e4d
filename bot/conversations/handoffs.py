"""Handing a conversation to a human: asking, claiming, handing back. Races are decided by one statement each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.errors import HandoffGone
from bot.conversations.models import Handoff, HandoffState, Urgency


@dataclass(frozen=True, slots=True)
class Request:
    """What the dialogue asks for when it hands over.

    `is_quiet`: the person gets no line about it, since somebody else may see the screen.
    """

    urgency: Urgency
    topic: str | None
    is_quiet: bool = False

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Request:
        """Read the `handoff` part of a reply; anything unknown counts as urgent, since a human will look."""
        try:
            urgency = Urgency(int(payload.get("urgency", Urgency.NORMAL)))
        except (TypeError, ValueError):
            urgency = Urgency.URGENT
        topic = payload.get("topic")
        return cls(urgency, str(topic)[:64] if topic else None, payload.get("quiet") is True)


async def open_in(
    session: AsyncSession, conversation_id: str, request: Request, *, language: str | None, now: datetime
) -> bool:
    """Ask for a human, or raise the urgency of what was asked before. True when this is a new request."""
    existing = await current_in(session, conversation_id)
    if existing is not None:
        if request.urgency > existing.urgency:
            existing.urgency = request.urgency
            existing.topic = request.topic or existing.topic
        return False
    session.add(
        Handoff(
            conversation_id=conversation_id,
            state=HandoffState.WAITING,
            urgency=request.urgency,
            topic=request.topic,
            language=language,
            requested_at=now,
        )
    )
    await session.flush()
    return True


async def current_in(session: AsyncSession, conversation_id: str) -> Handoff | None:
    """The handoff of a conversation that is waiting or claimed."""
    found: Handoff | None = await session.scalar(
        select(Handoff).where(Handoff.conversation_id == conversation_id, Handoff.state != HandoffState.CLOSED)
    )
    return found


async def claim_in(session: AsyncSession, handoff_id: int, counsellor_id: int, *, now: datetime) -> Handoff:
    """Give a waiting handoff to a counsellor. Of two who click at once one gets it, the other HandoffGone."""
    claimed = (
        update(Handoff)
        .where(Handoff.id == handoff_id, Handoff.state == HandoffState.WAITING)
        .values(state=HandoffState.CLAIMED, counsellor_id=counsellor_id, claimed_at=now)
        .returning(Handoff)
    )
    handoff = (await session.execute(claimed)).scalar_one_or_none()
    if handoff is None:
        # The table of counsellors belongs to the desk, which stands above this package.
        holder = await session.scalar(
            text(
                "SELECT name FROM counsellors JOIN handoffs ON counsellor_id = counsellors.id WHERE handoffs.id = :id"
            ),
            {"id": handoff_id},
        )
        raise HandoffGone(holder)
    return handoff


async def close_in(session: AsyncSession, handoff_id: int, counsellor_id: int, *, now: datetime) -> Handoff:
    """End a claimed handoff. Raises HandoffGone when it is not (any more) this counsellor's."""
    closed = (
        update(Handoff)
        .where(
            Handoff.id == handoff_id,
            Handoff.state == HandoffState.CLAIMED,
            Handoff.counsellor_id == counsellor_id,
        )
        .values(state=HandoffState.CLOSED, closed_at=now)
        .returning(Handoff)
    )
    handoff = (await session.execute(closed)).scalar_one_or_none()
    if handoff is None:
        raise HandoffGone
    return handoff


async def waiting_before_in(session: AsyncSession, handoff: Handoff) -> int:
    """How many people a counsellor will answer before this one: more urgent, or as urgent and longer waiting."""
    before = select(func.count()).where(
        Handoff.state == HandoffState.WAITING,
        (Handoff.urgency > handoff.urgency)
        | ((Handoff.urgency == handoff.urgency) & (Handoff.requested_at < handoff.requested_at)),
    )
    return (await session.scalar(before)) or 0
