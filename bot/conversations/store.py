"""Storing and reading conversations and messages. Every function is one transaction, or part of the caller's."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.body import Body
from bot.conversations.errors import TooManyMessages, UnknownConversation
from bot.conversations.models import Conversation, Delivery, Message, Sender
from bot.database import Sessions, forget_deleted, utc_now
from bot.encryption import Cipher, MasterKey, WrappedKey

log = logging.getLogger(__name__)

# Unanswered messages of one conversation; a person who writes faster is asked to wait.
MOST_PENDING = 20

# Channels that push their replies, and so need an outbox. The web fetches.
PUSHED_CHANNELS = frozenset({"telegram"})

# What a channel does with its own copies before a conversation is destroyed; told the conversation's id, and whether
# the person asked for it just now.
BeforeErase = Callable[[str, bool], Awaitable[None]]
# Erasing waits so long for each of them, and no longer: it never depends on somebody else's server.
_BEFORE_ERASE_S = 5.0


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as it is read back, decrypted."""

    seq: int
    sender: Sender
    body: Body
    language: str | None
    at: datetime
    pending: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message of a person that is safe on disk. `is_new` is false when it was sent twice."""

    seq: int
    is_new: bool


class Store:
    """The conversations in the database, and the only place that encrypts and decrypts them."""

    def __init__(self, sessions: Sessions, master_key: MasterKey, now: Callable[[], datetime] = utc_now) -> None:
        """`now` returns an aware time; tests move it."""
        self.sessions = sessions
        self.now = now
        self.before_erase: list[BeforeErase] = []
        self._master_key = master_key

    async def create(self, channel: str, access_hash: str, *, language: str | None, address: str | None = None) -> str:
        """Open a conversation and return its id."""
        async with self.sessions.begin() as session:
            return (await self.create_in(session, channel, access_hash, language=language, address=address)).id

    async def create_in(
        self, session: AsyncSession, channel: str, access_hash: str, *, language: str | None, address: str | None = None
    ) -> Conversation:
        """Open a conversation in the caller's transaction."""
        key = self._master_key.new_conversation_key()
        now = self.now()
        conversation = Conversation(
            id=secrets.token_hex(16),
            channel=channel,
            access_hash=access_hash,
            address=self._master_key.cipher(key).encrypt(address) if address else None,
            wrapped_key=key,
            language=language,
            last_seq=0,
            created_at=now,
            last_message_at=now,
        )
        session.add(conversation)
        await session.flush()
        return conversation

    async def access(self, conversation_id: str, token: str) -> None:
        """Check that `token` opens this conversation. Raises UnknownConversation, the same for all reasons."""
        async with self.sessions() as session:
            found = await session.scalar(select(Conversation.access_hash).where(Conversation.id == conversation_id))
        if found is None or not secrets.compare_digest(found, hash_token(token)):
            raise UnknownConversation

    async def exists(self, conversation_id: str) -> bool:
        """Whether there is such a conversation."""
        async with self.sessions() as session:
            return await session.get(Conversation, conversation_id) is not None

    async def accept(
        self, conversation_id: str, client_id: str, body: Body, *, external_id: str | None = None
    ) -> Accepted:
        """Store what a person sent, exactly once per `client_id`, and commit before returning.

        Raises UnknownConversation, TooManyMessages.
        """
        try:
            async with self.sessions.begin() as session:
                return await self.accept_in(session, conversation_id, client_id, body, external_id=external_id)
        except IntegrityError:
            # The same message arrived twice at once and the other one was first.
            async with self.sessions.begin() as session:
                return await self.accept_in(session, conversation_id, client_id, body, external_id=external_id)

    async def accept_in(
        self,
        session: AsyncSession,
        conversation_id: str,
        client_id: str,
        body: Body,
        *,
        external_id: str | None = None,
    ) -> Accepted:
        """As `accept`, in the caller's transaction."""
        known = await session.scalar(
            select(Message.seq).where(Message.conversation_id == conversation_id, Message.client_id == client_id)
        )
        if known is not None:
            return Accepted(known, is_new=False)
        waiting = await session.scalar(
            select(func.count()).where(Message.conversation_id == conversation_id, Message.pending)
        )
        if (waiting or 0) >= MOST_PENDING:
            raise TooManyMessages
        seqs = await self.append_in(
            session,
            conversation_id,
            Sender.PERSON,
            [body],
            client_id=client_id,
            pending=True,
            external_id=external_id,
        )
        return Accepted(seqs[0], is_new=True)

    async def append(
        self, conversation_id: str, sender: Sender, bodies: Sequence[Body], *, language: str | None = None
    ) -> list[int]:
        """Store messages for a person. Raises UnknownConversation when the conversation was erased meanwhile."""
        async with self.sessions.begin() as session:
            return await self.append_in(session, conversation_id, sender, bodies, language=language)

    async def append_in(
        self,
        session: AsyncSession,
        conversation_id: str,
        sender: Sender,
        bodies: Sequence[Body],
        *,
        language: str | None = None,
        client_id: str | None = None,
        pending: bool = False,
        external_id: str | None = None,
    ) -> list[int]:
        """Give out the next numbers and store; in the caller's transaction. Raises UnknownConversation."""
        now = self.now()
        # One statement takes the numbers, so that two writers can never get the same.
        taken = (
            update(Conversation)
            .where(Conversation.id == conversation_id)
            .values(last_seq=Conversation.last_seq + len(bodies), last_message_at=now)
            .returning(Conversation.last_seq, Conversation.wrapped_key, Conversation.channel)
        )
        row = (await session.execute(taken)).one_or_none()
        if row is None:
            raise UnknownConversation
        last_seq, wrapped_key, channel = row
        cipher = self._master_key.cipher(WrappedKey(wrapped_key))
        seqs = list(range(last_seq - len(bodies) + 1, last_seq + 1))
        for seq, body in zip(seqs, bodies, strict=True):
            session.add(
                Message(
                    conversation_id=conversation_id,
                    seq=seq,
                    sender=sender,
                    client_id=client_id,
                    language=language,
                    body=cipher.encrypt(body.to_json()),
                    pending=pending,
                    external_id=external_id,
                    at=now,
                )
            )
            if sender is not Sender.PERSON and channel in PUSHED_CHANNELS:
                session.add(
                    Delivery(conversation_id=conversation_id, seq=seq, channel=channel, attempts=0, not_before=now)
                )
        await session.flush()
        return seqs

    async def messages(self, conversation_id: str, *, after: int = 0) -> list[Stored]:
        """The messages numbered above `after`, in order. Raises UnknownConversation."""
        async with self.sessions() as session:
            cipher = await self.cipher_in(session, conversation_id)
            rows = await session.scalars(
                select(Message)
                .where(Message.conversation_id == conversation_id, Message.seq > after)
                .order_by(Message.seq)
            )
            return [_stored(row, cipher) for row in rows]

    async def next_pending(self, conversation_id: str) -> Stored | None:
        """The oldest message that nobody has answered yet. None also when the conversation was erased."""
        async with self.sessions() as session:
            row = await session.scalar(
                select(Message)
                .where(Message.conversation_id == conversation_id, Message.pending)
                .order_by(Message.seq)
                .limit(1)
            )
            if row is None:
                return None
            try:
                return _stored(row, await self.cipher_in(session, conversation_id))
            except UnknownConversation:
                return None

    async def settle_in(self, session: AsyncSession, conversation_id: str, seq: int) -> None:
        """Mark a person's message as answered; in the caller's transaction."""
        await session.execute(
            update(Message).where(Message.conversation_id == conversation_id, Message.seq == seq).values(pending=False)
        )

    async def with_pending(self) -> list[str]:
        """Conversations in which somebody still waits for an answer: what a restart has to take up again."""
        async with self.sessions() as session:
            return list(await session.scalars(select(Message.conversation_id).where(Message.pending).distinct()))

    async def language_of(self, conversation_id: str) -> str | None:
        """The language the conversation is in, as far as known."""
        async with self.sessions() as session:
            return await session.scalar(select(Conversation.language).where(Conversation.id == conversation_id))

    async def set_language(self, conversation_id: str, language: str) -> None:
        """Remember the language a person chose."""
        async with self.sessions.begin() as session:
            await self.set_language_in(session, conversation_id, language)

    async def set_language_in(self, session: AsyncSession, conversation_id: str, language: str) -> None:
        """As `set_language`, in the caller's transaction."""
        await session.execute(update(Conversation).where(Conversation.id == conversation_id).values(language=language))

    async def address_in(self, session: AsyncSession, conversation_id: str) -> str | None:
        """Where a pushed channel sends to, decrypted."""
        address = await session.scalar(select(Conversation.address).where(Conversation.id == conversation_id))
        return (await self.cipher_in(session, conversation_id)).decrypt(address) if address else None

    async def erase(self, conversation_id: str, *, asked: bool = False) -> bool:
        """Destroy the key and every row of a conversation, Rasa's tracker included. False when it was gone already.

        `asked`: the person wants it now, and so may get a last line where the channel cannot simply vanish.
        """
        for wipe in self.before_erase:
            try:
                async with asyncio.timeout(_BEFORE_ERASE_S):
                    await wipe(conversation_id, asked)
            except Exception as error:
                log.error("wipe_failed conversation=%s error=%s", conversation_id, type(error).__name__)
        async with self.sessions.begin() as session:
            gone = await session.execute(
                delete(Conversation).where(Conversation.id == conversation_id).returning(Conversation.id)
            )
            was_there = gone.scalar_one_or_none() is not None
        await forget_deleted(self.sessions)
        return was_there

    async def idle_since(self, age: timedelta) -> list[str]:
        """Conversations whose last message is older than `age`."""
        async with self.sessions() as session:
            stale = select(Conversation.id).where(Conversation.last_message_at < self.now() - age)
            return list(await session.scalars(stale))

    async def cipher_in(self, session: AsyncSession, conversation_id: str) -> Cipher:
        """The cipher of a conversation. Raises UnknownConversation."""
        wrapped = await session.scalar(select(Conversation.wrapped_key).where(Conversation.id == conversation_id))
        if wrapped is None:
            raise UnknownConversation
        return self._master_key.cipher(WrappedKey(wrapped))

    def decrypt(self, rows: Iterable[Message], cipher: Cipher) -> list[Stored]:
        """Messages that the caller fetched, decrypted."""
        return [_stored(row, cipher) for row in rows]


def hash_token(token: str) -> str:
    """What is stored of a bearer token: enough to check it, useless to whoever reads the database."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


def _stored(row: Message, cipher: Cipher) -> Stored:
    return Stored(
        seq=row.seq,
        sender=Sender(row.sender),
        body=Body.from_json(cipher.decrypt(row.body)),
        language=row.language,
        at=row.at,
        pending=row.pending,
    )
