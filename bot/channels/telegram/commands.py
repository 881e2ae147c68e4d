"""What can be typed with a slash, and the links that open the chat in a language and on a topic."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.catalogue import N_
from bot.channels.links import Link
from bot.conversations.body import Body
from bot.text import clean

_COMMAND = re.compile(r"/(?P<name>[a-z]{1,32})(?:@\w+)?(?:\s+(?P<rest>.*))?", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Command:
    """One entry of the bot's menu. `description` is English, at most 256 characters."""

    name: str
    description: str
    payload: str


COMMANDS = (
    Command("start", N_("Begin"), "/greet"),
    Command("language", N_("Choose a language"), "/change_language"),
    Command("emergency", N_("Emergency numbers"), "/ask_emergency_numbers"),
    Command("human", N_("Talk to a human"), "/ask_human"),
    Command("delete", N_("Erase this conversation"), "/delete_my_data"),
    Command("help", N_("All topics"), "/main_menu"),
)
_PAYLOADS = {command.name: command.payload for command in COMMANDS}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person's text amounts to, and the language that a link asked for."""

    body: Body
    language: str | None = None


def understand(text: str) -> Wish | None:
    """Turn typed text into a message: a command into what its button would send, everything else into words.

    None when nothing is left to read.
    """
    shown = clean(text)
    found = _COMMAND.fullmatch(text.strip())
    name = found["name"].lower() if found else ""
    if found and name in _PAYLOADS:
        if name == "start" and found["rest"]:
            link = Link.from_start(found["rest"])
            return Wish(Body(f"/{name}", payload=link.payload(otherwise="greet")), link.language)
        return Wish(Body(f"/{name}", payload=_PAYLOADS[name]))
    if shown.startswith("/"):
        # Only buttons carry intents; what somebody types is read as words.
        shown = shown.lstrip("/ ") or shown
    return Wish(Body(shown)) if shown else None
