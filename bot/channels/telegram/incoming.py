"""Reading an update: what happened, in the few shapes that matter here. No I/O."""

from __future__ import annotations

import json
from dataclasses import dataclass

from telegram import Chat, ChatMember, Message, Update


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote in a private chat. `text` is None for what is not text; `has_more` when part was not text."""

    chat_id: int
    message_id: int
    language_code: str | None
    text: str | None
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Tapped:
    """Somebody tapped a button under one of the bot's messages in a private chat."""

    chat_id: int
    message_id: int
    language_code: str | None
    callback_id: str
    data: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """Somebody blocked the bot: nothing can be sent there any more."""

    chat_id: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """The bot was put into a group or channel, where others would read along."""

    chat_id: int


type Incoming = Said | Tapped | Blocked | Crowd


def read(raw: str) -> Incoming | None:
    """What an update in JSON says; None for everything that asks nothing of us.

    Raises ValueError, TypeError, KeyError or AttributeError for what is no update.
    """
    update = Update.de_json(json.loads(raw), None)
    if update.my_chat_member is not None:
        changed = update.my_chat_member
        gone = changed.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
        if changed.chat.type != Chat.PRIVATE:
            return None if gone else Crowd(changed.chat.id)
        return Blocked(changed.chat.id) if gone else None
    if update.callback_query is not None:
        query = update.callback_query
        if query.message is None or query.message.chat.type != Chat.PRIVATE:
            return None
        return Tapped(
            query.message.chat.id,
            query.message.message_id,
            query.from_user.language_code,
            query.id,
            query.data or "",
        )
    if update.message is not None:
        return _said(update.message)
    return None


def _said(message: Message) -> Incoming | None:
    if message.chat.type != Chat.PRIVATE:
        # Saying goodbye to the bot is a message too, and needs no second goodbye.
        return None if message.left_chat_member is not None else Crowd(message.chat.id)
    has_more = message.effective_attachment is not None
    text = message.text or message.caption
    if not text and not has_more:
        # A pinned message, a changed timer: Telegram's own notes.
        return None
    code = message.from_user.language_code if message.from_user else None
    return Said(message.chat.id, message.message_id, code, text or None, has_more)
