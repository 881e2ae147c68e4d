"""What a message says, apart from who said it when: the part that is encrypted."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Button:
    """A choice that a person can tap; `payload` is what it sends ("/ask_shelter{…}")."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Body:
    """The content of one message.

    Attributes:
        text: what is shown; for a tap the button's title.
        payload: what a tap sent, instead of text to be understood.
        buttons: choices under the message.
        services: cards of places and lines that help, ready to show (see `actions.cards`).
    """

    text: str
    payload: str | None = None
    buttons: tuple[Button, ...] = ()
    services: tuple[dict[str, Any], ...] = field(default=())

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, raw: str) -> Self:
        """Read back what `to_json` wrote."""
        data = json.loads(raw)
        return cls(
            text=data["text"],
            payload=data["payload"],
            buttons=tuple(Button(**button) for button in data["buttons"]),
            services=tuple(data["services"]),
        )
