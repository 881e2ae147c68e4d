"""Handling stored updates: in order, each exactly once, a message and the end of its update in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue import N_, translate
from bot.channels.models import TelegramUpdate
from bot.channels.telegram import chats
from bot.channels.telegram.api import Api, try_once
from bot.channels.telegram.commands import understand
from bot.channels.telegram.incoming import Blocked, Crowd, Incoming, Said, Tapped, read
from bot.channels.telegram.intake import ARRIVED
from bot.channels.telegram.rendering import ButtonRef
from bot.conversations.body import Body, Button
from bot.conversations.errors import TooManyMessages, UnknownConversation
from bot.conversations.hub import QUEUE
from bot.conversations.models import Conversation, Message, Sender
from bot.encryption import Unreadable
from bot.gateway import Gateway
from bot.languages import SOURCE

log = logging.getLogger(__name__)

# Telegram itself forgets updates after 24 hours, so that no older one can be repeated.
_KEEP_FOR = timedelta(hours=48)
_CLEAN_EVERY = timedelta(hours=1)
_LOOK_AGAIN_S = 1.0
# Also when nobody writes, so that old rows go.
_LOOK_SELDOM_S = 600.0
_AT_A_TIME = 100

_ONLY_TEXT = N_("I can only read text. Pictures, voice messages and files are not opened and not kept.")
_NOT_TEXT = N_("(something that is not text; not opened, not kept)")
_MENU = N_("Topics")

type After = Callable[[], Coroutine[Any, Any, None]]


@dataclass(slots=True)
class Outcome:
    """What is to be done once a transaction is committed."""

    conversation_id: str | None = None
    to_answer: bool = False
    queue_changed: bool = False
    courtesies: list[After] = field(default_factory=list)


class Inbox:
    """The worker that turns updates into messages."""

    def __init__(self, gateway: Gateway, api: Api) -> None:
        """Nothing runs yet."""
        self._gateway = gateway
        self._api = api
        self._courtesies: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Handle updates until cancelled."""
        clean_at = self._gateway.store.now()
        try:
            with self._gateway.hub.listen(ARRIVED) as bell:
                while True:
                    bell.clear()
                    try:
                        is_done = await self._handle_all()
                        if self._gateway.store.now() >= clean_at:
                            await self._forget_old()
                            clean_at = self._gateway.store.now() + _CLEAN_EVERY
                    except SQLAlchemyError as error:
                        log.error("telegram_inbox_waits error=%s", type(error).__name__)
                        is_done = False
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(bell.wait(), _LOOK_SELDOM_S if is_done else _LOOK_AGAIN_S)
        finally:
            for task in self._courtesies:
                task.cancel()

    async def _handle_all(self) -> bool:
        """Handle what is stored. False when something has to be tried again later.

        A chat whose turn has not come keeps its later updates waiting too, and nobody else's.
        """
        waiting_chats: set[int] = set()
        last = -1
        while ids := await self._unhandled(after=last):
            for last in ids:
                await self._handle(last, waiting_chats)
        return not waiting_chats

    async def _unhandled(self, *, after: int) -> list[int]:
        async with self._gateway.store.sessions() as session:
            rows = await session.scalars(
                select(TelegramUpdate.update_id)
                .where(TelegramUpdate.body != b"", TelegramUpdate.update_id > after)
                .order_by(TelegramUpdate.update_id)
                .limit(_AT_A_TIME)
            )
            return list(rows)

    async def _handle(self, update_id: int, waiting_chats: set[int]) -> None:
        incoming = await self._read(update_id)
        if incoming is not None and incoming.chat_id in waiting_chats:
            return
        try:
            async with self._gateway.store.sessions.begin() as session:
                outcome = await self._take_in(session, update_id, incoming)
                await session.execute(
                    update(TelegramUpdate).where(TelegramUpdate.update_id == update_id).values(body=b"")
                )
        except (TooManyMessages, UnknownConversation):
            # Twenty unanswered messages, or erased this very moment: its turn comes again.
            outcome = None
        except SQLAlchemyError:
            raise
        except Exception as error:
            # Kept and tried again: better late than lost, and the other chats go on.
            log.error("telegram_update_failed update=%d error=%s", update_id, type(error).__name__)
            outcome = None
        if outcome is not None:
            self._follow_up(outcome)
        elif incoming is not None:
            waiting_chats.add(incoming.chat_id)

    async def _read(self, update_id: int) -> Incoming | None:
        async with self._gateway.store.sessions() as session:
            body = await session.scalar(select(TelegramUpdate.body).where(TelegramUpdate.update_id == update_id))
        try:
            return read(self._gateway.master_key.unseal(body or b""))
        except (Unreadable, ValueError, LookupError, TypeError, AttributeError) as error:
            # It will not become readable, and must not keep the others waiting.
            log.error("telegram_update_dropped update=%d error=%s", update_id, type(error).__name__)
            return None

    async def _take_in(self, session: AsyncSession, update_id: int, incoming: Incoming | None) -> Outcome:
        match incoming:
            case Said():
                return await self._said(session, update_id, incoming)
            case Tapped():
                return await self._tapped(session, update_id, incoming)
            case Blocked():
                return await self._blocked(session, incoming)
            case Crowd(chat_id):
                bot = self._api.bot
                return Outcome(courtesies=[lambda: try_once(lambda: bot.leave_chat(chat_id), "leaveChat")])
            case None:
                return Outcome()

    async def _said(self, session: AsyncSession, update_id: int, said: Said) -> Outcome:
        store = self._gateway.store
        conversation = await chats.open_in(session, self._gateway, said.chat_id, said.language_code)
        wish = understand(said.text) if said.text else None
        client_id, external_id = f"tg{update_id}", str(said.message_id)
        language = (wish.language if wish else None) or conversation.language or SOURCE
        if wish is not None:
            if wish.language:
                await store.set_language_in(session, conversation.id, wish.language)
            await store.accept_in(session, conversation.id, client_id, wish.body, external_id=external_id)
        else:
            # The number stays, so that erasing can take the picture out of the chat too.
            note = Body(translate(_NOT_TEXT, language))
            await store.append_in(
                session, conversation.id, Sender.PERSON, [note], client_id=client_id, external_id=external_id
            )
        if said.has_more or wish is None:
            answer = Body(translate(_ONLY_TEXT, language))
            await store.append_in(session, conversation.id, Sender.SYSTEM, [answer], language=language)
        return Outcome(conversation.id, to_answer=wish is not None)

    async def _tapped(self, session: AsyncSession, update_id: int, tapped: Tapped) -> Outcome:
        store, bot = self._gateway.store, self._api.bot
        conversation = await chats.open_in(session, self._gateway, tapped.chat_id, tapped.language_code)
        button = await self._button_in(session, conversation, tapped.data)
        if button is None:
            # A button of an erased conversation, or of one that this table never knew.
            button = Button(translate(_MENU, conversation.language or SOURCE), "/main_menu")
        outcome = Outcome(
            conversation.id,
            to_answer=True,
            courtesies=[
                lambda: try_once(lambda: bot.answer_callback_query(tapped.callback_id), "answerCallbackQuery"),
                lambda: try_once(
                    lambda: bot.edit_message_reply_markup(chat_id=tapped.chat_id, message_id=tapped.message_id),
                    "editMessageReplyMarkup",
                ),
            ],
        )
        if not await self._is_waiting_in(session, conversation.id, button.payload):
            body = Body(button.title or button.payload, payload=button.payload)
            await store.accept_in(session, conversation.id, f"tg{update_id}", body)
        return outcome

    async def _button_in(self, session: AsyncSession, conversation: Conversation, data: str) -> Button | None:
        """The button as it was stored; what comes back from a phone is only a reference to it."""
        ref = ButtonRef.read(data)
        if ref is None or not conversation.id.startswith(ref.tag):
            return None
        row = await session.get(Message, (conversation.id, ref.seq))
        if row is None or row.sender == Sender.PERSON:
            return None
        cipher = await self._gateway.store.cipher_in(session, conversation.id)
        buttons = self._gateway.store.decrypt([row], cipher)[0].body.buttons
        return buttons[ref.index] if ref.index < len(buttons) else None

    async def _is_waiting_in(self, session: AsyncSession, conversation_id: str, payload: str) -> bool:
        """Whether the same tap still waits for its answer: an impatient finger, or an app that sends it again."""
        rows = list(
            await session.scalars(select(Message).where(Message.conversation_id == conversation_id, Message.pending))
        )
        cipher = await self._gateway.store.cipher_in(session, conversation_id)
        return any(message.body.payload == payload for message in self._gateway.store.decrypt(rows, cipher))

    async def _blocked(self, session: AsyncSession, blocked: Blocked) -> Outcome:
        conversation = await chats.find_in(session, self._gateway, blocked.chat_id)
        if conversation is None:
            return Outcome()
        await chats.close_in(session, self._gateway, conversation.id)
        return Outcome(conversation.id, queue_changed=True)

    def _follow_up(self, outcome: Outcome) -> None:
        if outcome.conversation_id is not None:
            self._gateway.hub.ring(outcome.conversation_id)
            if outcome.to_answer:
                self._gateway.router.wake(outcome.conversation_id)
        if outcome.queue_changed:
            self._gateway.hub.ring(QUEUE)
        for courtesy in outcome.courtesies:
            task = asyncio.create_task(courtesy())
            self._courtesies.add(task)
            task.add_done_callback(self._courtesies.discard)

    async def _forget_old(self) -> None:
        async with self._gateway.store.sessions.begin() as session:
            old = self._gateway.store.now() - _KEEP_FOR
            await session.execute(
                delete(TelegramUpdate).where(TelegramUpdate.body == b"", TelegramUpdate.received_at < old)
            )
