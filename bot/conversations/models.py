"""The tables of conversations, messages and handoffs. What people write stands in them encrypted only."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.database import Base, UtcDateTime


class Sender(enum.StrEnum):
    """Who wrote a message."""

    PERSON = "person"
    BOT = "bot"
    COUNSELLOR = "counsellor"
    SYSTEM = "system"


class HandoffState(enum.StrEnum):
    """What became of the request for a human."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    CLOSED = "closed"


class Urgency(enum.IntEnum):
    """How soon a human should look; the queue is sorted by it, highest first."""

    NORMAL = 0
    SOON = 1
    URGENT = 2


class Conversation(Base):
    """One person on one channel.

    `access_hash` is the SHA-256 of the bearer token (web) or a keyed hash of the chat's id (Telegram): enough to find
    the conversation, not enough to find the person. `address` is where replies go, encrypted under this
    conversation's key; empty for channels that fetch.
    """

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    access_hash: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[bytes | None] = mapped_column(LargeBinary)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    language: Mapped[str | None] = mapped_column(String(8))
    last_seq: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_message_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Message(Base):
    """One bubble. `seq` counts from 1 within the conversation, without gaps; `body` is an encrypted `Body`.

    `client_id` makes sending idempotent: the channel's own id of the message, unique within the conversation.
    `pending` is true for a person's message that nobody has answered yet. `external_id` is the channel's number of the
    message, where a channel can take messages back (Telegram; several with commas when it had to be split); None
    elsewhere.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_id"),
        Index("messages_pending", "conversation_id", sqlite_where=text("pending"), postgresql_where=text("pending")),
    )

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    sender: Mapped[str] = mapped_column(String(16))
    client_id: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str | None] = mapped_column(String(8))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    pending: Mapped[bool] = mapped_column(default=False)
    external_id: Mapped[str | None] = mapped_column(String(128))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Handoff(Base):
    """A request for a human and what becomes of it. At most one per conversation is not closed."""

    __tablename__ = "handoffs"
    __table_args__ = (
        Index(
            "handoffs_one_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("state != 'closed'"),
            postgresql_where=text("state != 'closed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(16), default=HandoffState.WAITING)
    urgency: Mapped[int] = mapped_column(default=Urgency.NORMAL)
    topic: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str | None] = mapped_column(String(8))
    counsellor_id: Mapped[int | None] = mapped_column(ForeignKey("counsellors.id", ondelete="SET NULL"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Tracker(Base):
    """The state of the dialogue, written by Rasa's tracker store (bot/rasa/tracker_store.py), encrypted."""

    __tablename__ = "trackers"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Delivery(Base):
    """A message that has to be pushed to a channel (the outbox), until the channel has taken it."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    seq: Mapped[int]
    channel: Mapped[str] = mapped_column(String(16), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
