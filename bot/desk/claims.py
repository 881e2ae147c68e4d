"""What the desk asks the database about handoffs: which are open, the latest of a conversation, and whose it is."""

from __future__ import annotations

from sqlalchemy import Row, Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.errors import NotYours, UnknownConversation
from bot.conversations.models import Conversation, Handoff, HandoffState, Message, Sender, Urgency
from bot.desk.models import Counsellor
from bot.desk.queue import Entry


def _entries() -> Select[Handoff, str | None, str, str]:
    return (
        select(Handoff, Conversation.language, Counsellor.name, Message.sender)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .outerjoin(Counsellor, Counsellor.id == Handoff.counsellor_id)
        .outerjoin(Message, (Message.conversation_id == Conversation.id) & (Message.seq == Conversation.last_seq))
    )


def _entry(row: Row[Handoff, str | None, str, str]) -> Entry:
    handoff, language, holder, last_sender = row
    return Entry(
        handoff_id=handoff.id,
        conversation_id=handoff.conversation_id,
        state=HandoffState(handoff.state),
        urgency=Urgency(handoff.urgency),
        topic=handoff.topic,
        # The person may have chosen another language after asking.
        language=language or handoff.language,
        requested_at=handoff.requested_at,
        holder_id=handoff.counsellor_id,
        holder=holder,
        awaits_reply=last_sender == Sender.PERSON,
    )


async def open_entries_in(session: AsyncSession) -> list[Entry]:
    """All handoffs that wait or are claimed, in no order."""
    rows = await session.execute(_entries().where(Handoff.state != HandoffState.CLOSED))
    return [_entry(row) for row in rows]


async def latest_in(session: AsyncSession, conversation_id: str) -> Entry | None:
    """The newest handoff of a conversation, closed ones too; None when nobody ever asked, or all is erased."""
    row = (
        await session.execute(
            _entries().where(Handoff.conversation_id == conversation_id).order_by(Handoff.id.desc()).limit(1)
        )
    ).one_or_none()
    return _entry(row) if row else None


async def conversation_of_in(session: AsyncSession, handoff_id: int) -> str | None:
    """The conversation that a handoff belongs to; None when it is erased."""
    found: str | None = await session.scalar(select(Handoff.conversation_id).where(Handoff.id == handoff_id))
    return found


async def hold_in(session: AsyncSession, conversation_id: str, counsellor_id: int) -> Handoff:
    """The handoff that this counsellor has claimed, kept hers until the transaction ends.

    Raises NotYours, or UnknownConversation when it was erased.

    Nothing changes in the row; writing it takes the lock that keeps a hand-back from slipping between the check and
    what the caller does next, on SQLite as on PostgreSQL.
    """
    held = (
        update(Handoff)
        .where(
            Handoff.conversation_id == conversation_id,
            Handoff.state == HandoffState.CLAIMED,
            Handoff.counsellor_id == counsellor_id,
        )
        .values(state=HandoffState.CLAIMED)
        .returning(Handoff)
    )
    handoff = (await session.execute(held)).scalar_one_or_none()
    if handoff is None:
        raise UnknownConversation if await latest_in(session, conversation_id) is None else NotYours
    return handoff
