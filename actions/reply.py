"""One reply in the making: bubbles, then choices under the last one, then what the gateway has to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

MOST_BUBBLES = 3
MOST_BUTTONS = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: `title` in the person's language, `payload` an intent with entities."""

    title: str
    payload: str


@dataclass
class Bubble:
    """One message: its text and the cards under it."""

    text: str
    services: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Reply:
    """What will be said. Nothing goes out before `send`.

    Attributes:
        language: of all texts in it.
        handoff: `{"urgency": 0-2, "topic": intent}` to ask for a human.
        erase: the gateway is to destroy the conversation.
    """

    language: str
    bubbles: list[Bubble] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    handoff: dict[str, Any] | None = None
    erase: bool = False

    def say(self, text: str, services: list[dict[str, Any]] | None = None) -> None:
        """Add a bubble; beyond the third it is left out, since nobody reads it."""
        if len(self.bubbles) < MOST_BUBBLES and text not in (bubble.text for bubble in self.bubbles):
            self.bubbles.append(Bubble(text, services or []))

    def offer(self, title: str, payload: str) -> None:
        """Add a choice, once, and only as many as a phone can show."""
        choice = Choice(title, payload)
        if len(self.choices) < MOST_BUTTONS and payload not in (known.payload for known in self.choices):
            self.choices.append(choice)

    def offer_first(self, title: str, payload: str) -> None:
        """Add a choice before all others; the last one gives way when there are too many."""
        self.choices = [Choice(title, payload), *self.choices][:MOST_BUTTONS]

    def send(self, dispatcher: CollectingDispatcher) -> None:
        """Hand the reply to Rasa: each bubble with its cards, the choices under the last, the orders at the end."""
        for number, bubble in enumerate(self.bubbles, start=1):
            is_last = number == len(self.bubbles)
            buttons = [{"title": c.title, "payload": c.payload} for c in self.choices] if is_last else None
            dispatcher.utter_message(
                text=bubble.text,
                buttons=buttons,
                json_message={"services": bubble.services} if bubble.services else None,
            )
        orders: dict[str, Any] = {"language": self.language}
        if self.handoff:
            orders["handoff"] = self.handoff
        if self.erase:
            orders["erase"] = True
        dispatcher.utter_message(json_message=orders)
