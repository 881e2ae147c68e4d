"""What is known when it is the bot's turn: the message, its needs, and the slots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker

from bot.languages import SOURCE


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a person as the actions see it.

    Attributes:
        intent: what the message means; for a tap, what the button carries.
        needs: the intent and further needs in the same message, most urgent first.
        ranking: likely intents, best first, for asking back.
        is_tap: a button was tapped; nothing had to be understood.
        maybe_urgent: danger is possible but not sure.
        entities: values by name, the last one of each.
        slots: the dialogue's memory.
    """

    intent: str
    needs: tuple[str, ...]
    ranking: tuple[str, ...]
    is_tap: bool
    maybe_urgent: bool
    entities: dict[str, Any]
    slots: dict[str, Any]
    metadata: dict[str, Any]
    text_language: tuple[str | None, bool]
    word_count: int

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        """Read the tracker as Rasa sends it."""
        message: dict[str, Any] = dict(tracker.latest_message or {})
        text = str(message.get("text") or "")
        intent = str((message.get("intent") or {}).get("name") or "")
        needs = tuple(message.get("needs") or ()) or ((intent,) if intent else ())
        if intent and needs[:1] != (intent,):
            needs = (intent, *(need for need in needs if need != intent))
        found = message.get("language")
        told = (found.get("code"), bool(found.get("is_sure"))) if isinstance(found, dict) else (None, False)
        return cls(
            intent=intent,
            needs=needs,
            ranking=tuple(str(r["name"]) for r in message.get("intent_ranking") or ()),
            is_tap=text.startswith("/"),
            maybe_urgent=bool(message.get("maybe_urgent")),
            entities={e["entity"]: e["value"] for e in message.get("entities") or ()},
            slots=dict(tracker.slots),
            metadata=dict(message.get("metadata") or {}),
            text_language=told,
            word_count=len(text.split()),
        )

    @property
    def language(self) -> str:
        """The language to answer in."""
        return str(self.slots.get("language") or SOURCE)
