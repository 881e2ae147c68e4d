"""The real answers and knowledge, on a clock that stands still, and messages as Rasa hands them to actions."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.resources import Resources, resources
from bot.channels.web import Said
from bot.settings import ROOT

LANGUAGES = ("nl", "fr", "en")
MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
INTENTS: tuple[str, ...] = tuple(yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"])
ANSWERED: tuple[str, ...] = tuple(resources().answers.by_intent)

# How Rasa reads a button (rasa.shared.core.training_data.story_reader), as far as ours go.
_RASA_READS = re.compile(r"^/(?P<intent>[^{@]+)(?P<entities>\{.+\})?$")


def read_button(payload: str) -> tuple[str, dict[str, Any]]:
    """Intent and entities of a button, after the gateway and Rasa have both accepted it."""
    Said(client_id="m1", payload=payload)
    found = _RASA_READS.match(payload)
    assert found, payload
    entities: dict[str, Any] = json.loads(found["entities"]) if found["entities"] else {}
    return found["intent"], entities


@dataclass(frozen=True)
class Standing(Resources):
    """Resources at a moment that a test chooses."""

    moment: datetime = MONDAY_NOON

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return self.moment.date()


@pytest.fixture(scope="session")
def known() -> Standing:
    real = resources()
    return Standing(real.knowledge, real.answers, real.services, real.stale_after_days)


def at(known: Standing, moment: datetime) -> Standing:
    return replace(known, moment=moment)


def heard(
    intent: str,
    text: str = "some words that were typed",
    *,
    slots: dict[str, Any] | None = None,
    entities: dict[str, Any] | None = None,
    written: tuple[str | None, bool] | None = None,
    chosen: str | None = None,
    **message: Any,
) -> Tracker:
    """A tracker after one message: `written` is what the identification says, `chosen` what the channel knows."""
    latest = {
        "text": text,
        "intent": {"name": intent, "confidence": 0.9},
        "entities": [{"entity": name, "value": value} for name, value in (entities or {}).items()],
        "metadata": {"language": chosen, "channel": "web"},
        **({"language": {"code": written[0], "is_sure": written[1]}} if written else {}),
        **message,
    }
    return Tracker("c1", slots or {}, latest, [], False, None, {}, "action_listen")


def tapped(payload: str, *, slots: dict[str, Any] | None = None) -> Tracker:
    """A tracker after a tap on a button."""
    intent, entities = read_button(payload)
    return heard(intent, payload, slots=slots, entities=entities)


@dataclass
class Outcome:
    """What an action said and remembered."""

    texts: list[str] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    services: list[dict[str, Any]] = field(default_factory=list)
    orders: dict[str, Any] = field(default_factory=dict)
    slots: dict[str, Any] = field(default_factory=dict)


async def done(action: Action, tracker: Tracker) -> Outcome:
    """Run an action as the action server does."""
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, tracker, {})
    outcome = Outcome()
    for part in dispatcher.messages:
        if part["text"]:
            outcome.texts.append(part["text"])
        outcome.buttons += [button["payload"] for button in part["buttons"]]
        outcome.services += part["custom"].get("services", [])
        outcome.orders |= {name: value for name, value in part["custom"].items() if name != "services"}
    outcome.slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    return outcome
