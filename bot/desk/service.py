"""What a counsellor can do at the desk: look, claim, write, hand back, close. Each deed is one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import handoffs, wording
from bot.conversations.body import Body
from bot.conversations.errors import BakenError, HandoffGone, UnknownConversation
from bot.conversations.hub import QUEUE
from bot.conversations.models import Conversation, Message, Sender
from bot.conversations.store import Stored
from bot.desk import claims
from bot.desk.accounts import Accounts
from bot.desk.queue import Entry, Queue, seen_by
from bot.desk.sessions import ConsoleSessions, SignedIn
from bot.gateway import Gateway
from bot.text import clean

log = logging.getLogger(__name__)

# What a counsellor may send in one message, in characters: under every channel's own limit.
REPLY_LENGTH = 2000


class EmptyReply(BakenError):
    """Nothing is left of the text after cleaning."""


class ReplyTooLong(BakenError):
    """More than `REPLY_LENGTH` characters: refused rather than cut, since the cut part would be missed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation as a counsellor may read it."""

    entry: Entry
    messages: list[Stored]


class Desk:
    """The desk of one running gateway."""

    def __init__(self, gateway: Gateway) -> None:
        """Everything comes from `gateway`, its clock included."""
        self.gateway = gateway
        self._store = gateway.store
        self._hub = gateway.hub
        self.accounts = Accounts(self._store.sessions, now=lambda: self._store.now())
        self.sign_ins = ConsoleSessions(self._store.sessions, now=lambda: self._store.now())

    @classmethod
    def of(cls, request: Request) -> Desk:
        """The desk that serves this request: one per gateway, since sign-ins are throttled in it."""
        gateway = Gateway.of(request)
        desk = getattr(request.app.state, "desk", None)
        if not isinstance(desk, cls) or desk.gateway is not gateway:
            desk = request.app.state.desk = cls(gateway)
        return desk

    async def sign_out(self, who: SignedIn) -> None:
        """End a session; its open streams look again and end too."""
        await self.sign_ins.close(who.key)
        self._hub.ring(QUEUE)

    async def queue(self, counsellor_id: int) -> Queue:
        """Who waits and who is with whom."""
        async with self._store.sessions() as session:
            return seen_by(counsellor_id, await claims.open_entries_in(session))

    async def entry(self, conversation_id: str) -> Entry:
        """The newest handoff of a conversation. Raises UnknownConversation: what nobody handed over stays unread."""
        async with self._store.sessions() as session:
            entry = await claims.latest_in(session, conversation_id)
        if entry is None:
            raise UnknownConversation
        return entry

    async def open(self, conversation_id: str, *, after: int = 0) -> Opened:
        """A conversation that was handed over, with the bot's part. Raises UnknownConversation."""
        entry = await self.entry(conversation_id)
        return Opened(entry, await self._store.messages(conversation_id, after=after))

    async def claim(self, handoff_id: int, who: SignedIn) -> str:
        """Take a waiting person and tell them who is here; returns the conversation's id.

        Claiming again what one already has changes nothing. Raises HandoffGone, with the holder's name.
        """
        try:
            async with self._store.sessions.begin() as session:
                handoff = await handoffs.claim_in(session, handoff_id, who.counsellor_id, now=self._store.now())
                conversation_id = handoff.conversation_id
                await self._tell_in(session, conversation_id, wording.joined, who.name)
        except HandoffGone:
            async with self._store.sessions() as session:
                taken = await claims.conversation_of_in(session, handoff_id)
                entry = await claims.latest_in(session, taken) if taken else None
            if entry and entry.handoff_id == handoff_id and entry.is_with(who.counsellor_id):
                return entry.conversation_id
            raise
        log.info("claimed handoff=%d counsellor=%d", handoff_id, who.counsellor_id)
        self._ring(conversation_id)
        return conversation_id

    async def reply(self, conversation_id: str, who: SignedIn, client_id: str, text: str) -> int:
        """Write to the person; the message's number. The same `client_id` again changes nothing.

        Raises NotYours unless this counsellor has the conversation, EmptyReply, ReplyTooLong.
        """
        text = clean(text)
        if not text:
            raise EmptyReply
        if len(text) > REPLY_LENGTH:
            raise ReplyTooLong
        # Apart from the numbers that the person's own device gives out.
        client_id = f"desk:{client_id}"
        async with self._store.sessions.begin() as session:
            await claims.hold_in(session, conversation_id, who.counsellor_id)
            known = await session.scalar(
                select(Message.seq).where(Message.conversation_id == conversation_id, Message.client_id == client_id)
            )
            if known is not None:
                return known
            seqs = await self._store.append_in(
                session, conversation_id, Sender.COUNSELLOR, [Body(text)], client_id=client_id
            )
        self._ring(conversation_id)
        return seqs[0]

    async def hand_back(self, conversation_id: str, who: SignedIn) -> None:
        """Let the bot answer again. Raises NotYours."""
        await self._end(conversation_id, who, wording.handed_back)

    async def close(self, conversation_id: str, who: SignedIn) -> None:
        """End it; a new message of the person goes to the bot. Raises NotYours."""
        await self._end(conversation_id, who, wording.closed)

    async def _end(self, conversation_id: str, who: SignedIn, say: Callable[[str | None], Body]) -> None:
        async with self._store.sessions.begin() as session:
            handoff = await claims.hold_in(session, conversation_id, who.counsellor_id)
            await handoffs.close_in(session, handoff.id, who.counsellor_id, now=self._store.now())
            await self._tell_in(session, conversation_id, say)
        log.info("handoff_ended handoff=%d counsellor=%d", handoff.id, who.counsellor_id)
        self._ring(conversation_id)

    async def _tell_in(
        self, session: AsyncSession, conversation_id: str, say: Callable[..., Body], *values: str
    ) -> None:
        language = await session.scalar(select(Conversation.language).where(Conversation.id == conversation_id))
        await self._store.append_in(
            session, conversation_id, Sender.SYSTEM, [say(language, *values)], language=language
        )

    def _ring(self, conversation_id: str) -> None:
        self._hub.ring(conversation_id)
        self._hub.ring(QUEUE)
