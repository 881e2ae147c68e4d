"""Who is next: the order of the queue, and how long somebody has waited. No input or output."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.conversations.models import HandoffState, Urgency


@dataclass(frozen=True, slots=True)
class Entry:
    """A handoff as the desk sees it.

    Attributes:
        topic: the intent that led here, as far as known.
        language: BCP 47 code of the conversation.
        holder_id: the counsellor who has it; `holder` is her name.
        awaits_reply: the last line of the conversation is the person's.
    """

    handoff_id: int
    conversation_id: str
    state: HandoffState
    urgency: Urgency
    topic: str | None
    language: str | None
    requested_at: datetime
    holder_id: int | None = None
    holder: str | None = None
    awaits_reply: bool = False

    def is_with(self, counsellor_id: int) -> bool:
        """Whether this counsellor has claimed it."""
        return self.state == HandoffState.CLAIMED and self.holder_id == counsellor_id

    def waited_min(self, now: datetime) -> int:
        """Whole minutes since the person asked."""
        return max(0, int((now - self.requested_at).total_seconds() // 60))


@dataclass(frozen=True, slots=True)
class Queue:
    """The open handoffs from one counsellor's chair."""

    waiting: tuple[Entry, ...]
    mine: tuple[Entry, ...]
    others: tuple[Entry, ...]


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """The most urgent first; of the same urgency who has waited longest. The handoff's number decides ties."""
    return sorted(entries, key=lambda entry: (-entry.urgency, entry.requested_at, entry.handoff_id))


def seen_by(counsellor_id: int, entries: Iterable[Entry]) -> Queue:
    """Sort open handoffs into who waits, whom this counsellor has, and whom the others have."""
    ordered = in_order(entries)
    return Queue(
        waiting=tuple(e for e in ordered if e.state == HandoffState.WAITING),
        mine=tuple(e for e in ordered if e.is_with(counsellor_id)),
        others=tuple(e for e in ordered if e.state == HandoffState.CLAIMED and not e.is_with(counsellor_id)),
    )
