"""Telegram chats and the conversations they are."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.models import Conversation, Delivery, Handoff, HandoffState
from bot.gateway import Gateway
from bot.languages import parse

CHANNEL = "telegram"


async def find_in(session: AsyncSession, gateway: Gateway, chat_id: int) -> Conversation | None:
    """The conversation of a private chat; found by a keyed hash, so that the table does not tell who wrote."""
    found: Conversation | None = await session.scalar(
        select(Conversation).where(Conversation.access_hash == _access_hash(gateway, chat_id))
    )
    return found


async def open_in(session: AsyncSession, gateway: Gateway, chat_id: int, language_code: str | None) -> Conversation:
    """The conversation of a private chat, opened if need be in the language of the person's app."""
    return await find_in(session, gateway, chat_id) or await gateway.store.create_in(
        session, CHANNEL, _access_hash(gateway, chat_id), language=parse(language_code), address=str(chat_id)
    )


async def close_in(session: AsyncSession, gateway: Gateway, conversation_id: str) -> None:
    """Nothing reaches this person any more: drop what was to be sent, and let no counsellor wait for an answer.

    The conversation itself stays until it erases itself: whoever blocked the bot may come back within hours.
    """
    await session.execute(delete(Delivery).where(Delivery.conversation_id == conversation_id))
    await session.execute(
        update(Handoff)
        .where(Handoff.conversation_id == conversation_id, Handoff.state != HandoffState.CLOSED)
        .values(state=HandoffState.CLOSED, closed_at=gateway.store.now())
    )


def _access_hash(gateway: Gateway, chat_id: int) -> str:
    return gateway.master_key.fingerprint(f"telegram chat {chat_id}")
