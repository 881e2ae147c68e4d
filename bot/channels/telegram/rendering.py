"""How a message looks in Telegram: plain text in parts that Telegram takes, and buttons. No I/O.

Plain, because in a marked-up text one stray character of a counsellor's would make Telegram refuse the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.catalogue import N_, translate
from bot.conversations.body import Body, Button
from bot.languages import CODES, SOURCE, language

# UTF-16 units, as Telegram counts. Never fewer than characters, so no part is refused as too long.
MESSAGE_LIMIT_UTF16 = 4096
# Telegram takes a hundred buttons a message.
_MOST_BUTTONS = 100
_MOST_ROWS = 8
# Two buttons with titles up to this many characters fit beside each other on a small phone.
_SHORT_TITLE = 16

_LANGUAGES = N_("Languages: {languages}")
_CHECKED = N_("Last checked: {date}")
_STALE = N_("This is older than we would like. It may have changed.")

_DATA = re.compile(r"b:(?P<tag>[0-9a-f]{8}):(?P<seq>[0-9]{1,9}):(?P<index>[0-9]{1,3})")
_LEFT_TO_RIGHT = "\u200e"


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message as Telegram gets it: the buttons stand under the last part."""

    parts: tuple[str, ...]
    keyboard: InlineKeyboardMarkup | None


@dataclass(frozen=True, slots=True)
class ButtonRef:
    """Which button of which message was tapped; `tag` is the start of the conversation's id."""

    tag: str
    seq: int
    index: int

    @classmethod
    def of(cls, conversation_id: str, seq: int, index: int) -> ButtonRef:
        """The reference of a button that is being shown."""
        return cls(conversation_id[:8], seq, index)

    @classmethod
    def read(cls, data: str) -> ButtonRef | None:
        """What `str` wrote, or None: the data comes from outside."""
        found = _DATA.fullmatch(data)
        return cls(found["tag"], int(found["seq"]), int(found["index"])) if found else None

    def __str__(self) -> str:
        """Far below the 64 bytes that Telegram allows, which a payload itself may exceed."""
        return f"b:{self.tag}:{self.seq}:{self.index}"


def render(body: Body, code: str | None, *, conversation_id: str, seq: int) -> Rendered:
    """The parts and buttons of message `seq` in language `code`."""
    code = code if code in CODES else SOURCE
    blocks = [body.text.strip(), *(_card(card, str(code)) for card in body.services)]
    text = "\n\n".join(block for block in blocks if block)
    parts = tuple(part.strip() for part in split_for_telegram(text, MESSAGE_LIMIT_UTF16) if part.strip())
    return Rendered(parts, _keyboard(body.buttons, conversation_id, seq))


def utf16_length(text: str) -> int:
    """The length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_for_telegram(text: str, limit: int) -> list[str]:
    """Cut into parts of at most `limit` (2 or more) UTF-16 units, at the end of a paragraph, line or word if possible.

    The parts joined are the text.
    """
    parts: list[str] = []
    rest = text
    while utf16_length(rest) > limit:
        room = _characters_within(rest, limit)
        cut = room
        for mark in ("\n\n", "\n", " "):
            found = rest.rfind(mark, room // 2, room)
            if found >= 0 and found + len(mark) <= room:
                cut = found + len(mark)
                break
        parts.append(rest[:cut])
        rest = rest[cut:]
    return [*parts, rest] if rest else parts


def _characters_within(text: str, limit: int) -> int:
    units = 0
    for count, character in enumerate(text):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > limit:
            return count
    return len(text)


def _card(card: dict[str, Any], code: str) -> str:
    return "\n".join(_card_lines(card, code))


def _card_lines(card: dict[str, Any], code: str) -> Iterator[str]:
    """A service as lines: name, what it is, one number a line, hours, address, conditions, when it was checked."""
    rtl = language(code).direction == "rtl"
    yield from _texts(card, "name", "description")
    for phone in card.get("phones") or ():
        yield _phone(phone, rtl=rtl)
    yield from _texts(card, "hours")
    place = [str(card[key]) for key in ("address", "distance") if card.get(key)]
    if place:
        yield " · ".join(place)
    yield from _texts(card, "conditions")
    if card.get("languages"):
        yield translate(_LANGUAGES, code).format(languages=card["languages"])
    yield from _texts(card, "url")
    if card.get("checked"):
        yield translate(_CHECKED, code).format(date=card["checked"])
    if card.get("is_stale"):
        yield translate(_STALE, code)


def _texts(card: dict[str, Any], *keys: str) -> Iterator[str]:
    for key in keys:
        if card.get(key):
            yield str(card[key])


def _phone(phone: dict[str, Any], *, rtl: bool) -> str:
    """The number as people know it, and in international form, which Telegram makes a link that dials."""
    number, tel, note = (str(phone.get(key) or "") for key in ("number", "tel", "note"))
    line = number
    if tel.startswith("+") and tel != number:
        line = f"{number}  {tel}" if number else tel
    if rtl:
        # Else the plus sign jumps to the other end.
        line = f"{_LEFT_TO_RIGHT}{line}{_LEFT_TO_RIGHT}"
    return f"{line} – {note}" if note else line


def _keyboard(buttons: Sequence[Button], conversation_id: str, seq: int) -> InlineKeyboardMarkup | None:
    shown = [
        InlineKeyboardButton(
            button.title or button.payload, callback_data=str(ButtonRef.of(conversation_id, seq, index))
        )
        for index, button in enumerate(buttons[:_MOST_BUTTONS])
        if button.title or button.payload
    ]
    if not shown:
        return None
    in_a_row = 2 if len(shown) > 2 and all(len(b.text) <= _SHORT_TITLE for b in shown) else 1
    while in_a_row < 3 and len(shown) > _MOST_ROWS * in_a_row:
        in_a_row += 1
    return InlineKeyboardMarkup([shown[start : start + in_a_row] for start in range(0, len(shown), in_a_row)])
