"""Sending what waits in the outbox: in order within a conversation, and no conversation waits for another.

Never lost: a delivery leaves the table only after Telegram took it. After a crash between the two, or when Telegram's
answer is lost on the way, the last part is sent a second time.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from weakref import WeakValueDictionary

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from telegram import LinkPreviewOptions
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.channels.telegram import chats
from bot.channels.telegram.api import Api, pause_s
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.rendering import Rendered, render
from bot.conversations.errors import UnknownConversation
from bot.conversations.hub import ANY, QUEUE
from bot.conversations.models import Conversation, Delivery, Message
from bot.gateway import Gateway

log = logging.getLogger(__name__)

# Telegram's own limits are about 30 a second in all and 1 a second in a chat, where short bursts are tolerated.
_ALL_INTERVAL_S, _ALL_BURST = 1 / 25, 5
_CHAT_INTERVAL_S, _CHAT_BURST = 1.0, 5
# Not every change rings in this process (and a pause ends by itself), so the table is looked at this often anyway.
_LOOK_AGAIN_S = 0.5
_MOST_AT_ONCE = 50
# What fits in the column for the numbers of the parts.
_MOST_PARTS = 10
# When Telegram refuses a chat as such. It has no code for that, only these words.
_NO_CHAT = ("chat not found", "user is deactivated", "peer_id_invalid")
_FINISH_S = 5.0


@dataclass(frozen=True, slots=True)
class Next:
    """The message that a conversation has to get next. `sent` are Telegram's numbers of the parts it has already."""

    delivery_id: int
    conversation_id: str
    seq: int
    attempts: int
    chat_id: int
    rendered: Rendered
    sent: tuple[str, ...]


class Outbox:
    """The worker that sends."""

    def __init__(self, gateway: Gateway, api: Api) -> None:
        """Nothing runs yet."""
        self._gateway = gateway
        self._api = api
        self._running: dict[str, asyncio.Task[None]] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._pace = Pace(_ALL_INTERVAL_S, _ALL_BURST)
        self._paces: dict[str, Pace] = {}
        self._is_stopping = False

    async def run(self) -> None:
        """Send until cancelled."""
        with self._gateway.hub.listen(ANY) as bell:
            while True:
                bell.clear()
                try:
                    for conversation_id in await self._due():
                        self._start(conversation_id)
                except SQLAlchemyError as error:
                    log.error("telegram_outbox_waits error=%s", type(error).__name__)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), _LOOK_AGAIN_S)

    async def finish(self) -> None:
        """Let what is on its way arrive, at most 5 seconds, so that a stop makes nobody read a message twice."""
        self._is_stopping = True
        tasks = list(self._running.values())
        if tasks:
            await asyncio.wait(tasks, timeout=_FINISH_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def turn(self, conversation_id: str) -> asyncio.Lock:
        """Held while a part is sent and noted; whoever holds it knows that nothing else goes into the chat."""
        lock = self._locks.get(conversation_id)
        if lock is None:
            lock = self._locks[conversation_id] = asyncio.Lock()
        return lock

    async def _due(self) -> list[str]:
        """Conversations whose first waiting delivery may go now."""
        heads = (
            select(Delivery.conversation_id, func.min(Delivery.seq).label("seq"))
            .where(Delivery.channel == chats.CHANNEL)
            .group_by(Delivery.conversation_id)
            .subquery()
        )
        due = (
            select(Delivery.conversation_id)
            .join(heads, (Delivery.conversation_id == heads.c.conversation_id) & (Delivery.seq == heads.c.seq))
            .where(
                Delivery.not_before <= self._gateway.store.now(), Delivery.conversation_id.not_in(list(self._running))
            )
            .order_by(Delivery.id)
            .limit(_MOST_AT_ONCE)
        )
        async with self._gateway.store.sessions() as session:
            return list(await session.scalars(due))

    def _start(self, conversation_id: str) -> None:
        if self._is_stopping or conversation_id in self._running or len(self._running) >= _MOST_AT_ONCE:
            return
        task = asyncio.create_task(self._send_all(conversation_id))
        self._running[conversation_id] = task
        task.add_done_callback(lambda _: self._running.pop(conversation_id, None))

    async def _send_all(self, conversation_id: str) -> None:
        try:
            while not self._is_stopping:
                await self._wait_for_place(conversation_id)
                async with self.turn(conversation_id):
                    if not await self._send_part(conversation_id):
                        return
        except UnknownConversation:
            log.info("erased_while_sending conversation=%s", conversation_id)
        except Exception as error:
            log.error("sending_failed conversation=%s error=%s", conversation_id, type(error).__name__)
            # The delivery is still in the table; a pause, so that a lasting fault does not turn in circles.
            await asyncio.sleep(1)

    async def _wait_for_place(self, conversation_id: str) -> None:
        now = asyncio.get_running_loop().time()
        if len(self._paces) > 4 * _MOST_AT_ONCE:
            self._paces = {key: pace for key, pace in self._paces.items() if not pace.is_rested(now)}
        pace = self._paces.setdefault(conversation_id, Pace(_CHAT_INTERVAL_S, _CHAT_BURST))
        await asyncio.sleep(pace.reserve(now))
        await asyncio.sleep(self._pace.reserve(asyncio.get_running_loop().time()))

    async def _send_part(self, conversation_id: str) -> bool:
        """Send one part. False when nothing can go to this conversation now."""
        following = await self._next(conversation_id)
        if following is None:
            return False
        left = following.rendered.parts[len(following.sent) : _MOST_PARTS]
        if not left:
            await self._done(following)
            return True
        try:
            number = await self._send(following, left[0], is_last=len(left) == 1)
        except Forbidden:
            await self._close(following, "Forbidden")
            return False
        except BadRequest as error:
            if any(words in error.message.lower() for words in _NO_CHAT):
                await self._close(following, "no_chat")
                return False
            # It will not become acceptable, and must not hold back what comes after it.
            log.error("telegram_refused_message conversation=%s seq=%d", conversation_id, following.seq)
            await self._done(following)
            return True
        except TelegramError as error:
            await self._postpone(following, error)
            return False
        await self._note(following, number, is_last=len(left) == 1)
        return True

    async def _next(self, conversation_id: str) -> Next | None:
        store = self._gateway.store
        async with store.sessions() as session:
            delivery = await session.scalar(
                select(Delivery).where(Delivery.conversation_id == conversation_id).order_by(Delivery.seq).limit(1)
            )
            if delivery is None or delivery.not_before > store.now():
                return None
            message = await session.get(Message, (conversation_id, delivery.seq))
            address = await store.address_in(session, conversation_id)
            if message is None or address is None:
                raise UnknownConversation
            stored = store.decrypt([message], await store.cipher_in(session, conversation_id))[0]
            language = message.language or await session.scalar(
                select(Conversation.language).where(Conversation.id == conversation_id)
            )
            return Next(
                delivery.id,
                conversation_id,
                delivery.seq,
                delivery.attempts,
                int(address),
                render(stored.body, language, conversation_id=conversation_id, seq=delivery.seq),
                tuple(message.external_id.split(",")) if message.external_id else (),
            )

    async def _send(self, following: Next, text: str, *, is_last: bool) -> int:
        keyboard = following.rendered.keyboard if is_last else None
        no_preview = LinkPreviewOptions(is_disabled=True)
        send = self._api.bot.send_message
        try:
            sent = await send(following.chat_id, text, link_preview_options=no_preview, reply_markup=keyboard)
        except BadRequest:
            if keyboard is None:
                raise
            # The words matter more than the buttons.
            sent = await send(following.chat_id, text, link_preview_options=no_preview)
        return sent.message_id

    async def _note(self, following: Next, number: int, *, is_last: bool) -> None:
        async with self._gateway.store.sessions.begin() as session:
            await session.execute(
                update(Message)
                .where(Message.conversation_id == following.conversation_id, Message.seq == following.seq)
                .values(external_id=",".join((*following.sent, str(number))))
            )
            if is_last:
                await session.execute(delete(Delivery).where(Delivery.id == following.delivery_id))

    async def _done(self, following: Next) -> None:
        async with self._gateway.store.sessions.begin() as session:
            await session.execute(delete(Delivery).where(Delivery.id == following.delivery_id))

    async def _postpone(self, following: Next, error: TelegramError) -> None:
        wait_s = pause_s(error, following.attempts)
        log.warning(
            "telegram_send_failed conversation=%s error=%s pause_s=%.0f",
            following.conversation_id,
            type(error).__name__,
            wait_s,
        )
        async with self._gateway.store.sessions.begin() as session:
            await session.execute(
                update(Delivery)
                .where(Delivery.id == following.delivery_id)
                .values(
                    attempts=following.attempts + 1,
                    not_before=self._gateway.store.now() + timedelta(seconds=wait_s),
                )
            )

    async def _close(self, following: Next, reason: str) -> None:
        log.info("telegram_chat_closed conversation=%s reason=%s", following.conversation_id, reason)
        async with self._gateway.store.sessions.begin() as session:
            await chats.close_in(session, self._gateway, following.conversation_id)
        self._gateway.hub.ring(following.conversation_id)
        self._gateway.hub.ring(QUEUE)
