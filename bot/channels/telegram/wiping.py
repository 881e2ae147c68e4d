"""Taking a conversation out of the chat on Telegram, before our own copy is destroyed."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import delete, select
from telegram.error import TelegramError

from bot.catalogue import N_, translate
from bot.channels.telegram import chats
from bot.channels.telegram.api import Api
from bot.channels.telegram.outbox import Outbox
from bot.conversations import wording
from bot.conversations.models import Conversation, Delivery, Message
from bot.gateway import Gateway
from bot.languages import SOURCE

log = logging.getLogger(__name__)

# Telegram lets a bot delete its own and the person's messages for 48 hours; a little less, for clocks and the way.
_DELETABLE_FOR = timedelta(hours=48) - timedelta(minutes=2)
_AT_A_TIME = 100

_NOT_ALL = N_(
    "Everything on our side is erased. Some messages are still in this chat: you can delete the chat yourself."
)


async def wipe(gateway: Gateway, api: Api, outbox: Outbox, conversation_id: str, *, asked: bool) -> None:
    """Delete both sides' messages in the chat, and say so in one line when the person `asked` for it.

    Nobody gets a line out of the blue: a conversation that erases itself after days does so in silence. Waits for a
    message that is just being sent. Raises TelegramError when not even the line could be sent.
    """
    async with outbox.turn(conversation_id):
        async with gateway.store.sessions.begin() as session:
            conversation = await session.get(Conversation, conversation_id)
            if conversation is None or conversation.channel != chats.CHANNEL:
                return
            await session.execute(delete(Delivery).where(Delivery.conversation_id == conversation_id))
            chat_id = int(await gateway.store.address_in(session, conversation_id) or 0)
            rows = await session.execute(
                select(Message.external_id, Message.at)
                .where(Message.conversation_id == conversation_id, Message.external_id.is_not(None))
                .order_by(Message.seq.desc())
            )
            since = gateway.store.now() - _DELETABLE_FOR
            found = [(at >= since, int(number)) for numbers, at in rows for number in (numbers or "").split(",")]
        deletable = [number for is_young, number in found if is_young]
        is_clean = len(deletable) == len(found)
        for start in range(0, len(deletable), _AT_A_TIME):
            try:
                await api.bot.delete_messages(chat_id, deletable[start : start + _AT_A_TIME])
            except TelegramError as error:
                log.warning("telegram_not_wiped conversation=%s error=%s", conversation_id, type(error).__name__)
                is_clean = False
        if asked:
            language = conversation.language
            line = wording.erased(language) if is_clean else translate(_NOT_ALL, language or SOURCE)
            await api.bot.send_message(chat_id, line)
