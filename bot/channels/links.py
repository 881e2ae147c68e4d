"""Links that open a conversation in a language and on a topic, as printed codes carry them.

On the web `https://host/?lang=ro&topic=work`, on Telegram `https://t.me/bot?start=ro_work`. Either part may be missing;
what is unknown is ignored, since a link on paper outlives the files that it was made from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from bot.knowledge.links import intent_of
from bot.languages import parse


@dataclass(frozen=True, slots=True)
class Link:
    """What a link asks for: the code of a supported language, and the intent that is answered first."""

    language: str | None = None
    intent: str | None = None

    @classmethod
    def from_query(cls, language: str | None, topic: str | None) -> Self:
        """Read the values of `lang` (a BCP 47 tag) and `topic` in an address."""
        return cls(parse((language or "").strip()), intent_of((topic or "").strip().lower()))

    @classmethod
    def from_start(cls, parameter: str) -> Self:
        """Read Telegram's `start` parameter: `ro_work`, `ro` or `work`."""
        whole = parameter.strip().lower()
        first, _, rest = whole.partition("_")
        return cls(parse(first), intent_of(rest) or intent_of(whole))

    def payload(self, otherwise: str) -> str:
        """What to send in the person's name; the intent `otherwise` when the link has no topic.

        The language goes along, so that a conversation which already has another one changes it.
        """
        entities = json.dumps({"language": self.language}, separators=(",", ":")) if self.language else ""
        return f"/{self.intent or otherwise}{entities}"


def web_address(page: str, language: str, topic: str | None) -> str:
    """The link to a page with the widget; `page` is its address without query and fragment."""
    query = {"lang": language, **({"topic": topic} if topic else {})}
    return f"{page}?{urlencode(query)}"


def telegram_address(bot: str, language: str, topic: str | None) -> str:
    """The link to a chat with `bot`, its name on Telegram without @."""
    return f"https://t.me/{bot}?start={language}{f'_{topic}' if topic else ''}"
