"""Asks Rasa for an answer over its REST channel, and reads the reply into messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from bot.conversations.body import Body, Button
from bot.conversations.errors import RasaUnavailable
from bot.conversations.handoffs import Request
from bot.languages import parse

# Past these a reply is not one of ours: three bubbles and some custom parts.
_MOST_BUBBLES = 12
_MOST_BYTES = 256_000


@dataclass(frozen=True, slots=True)
class Reply:
    """What the dialogue answers to one message.

    Attributes:
        bubbles: in the order in which they are shown.
        language: the language they are in, and the conversation from now on; None leaves it.
        handoff: set when a human was asked for, or the message is urgent.
        erase: the person confirmed that everything be erased.
    """

    bubbles: tuple[Body, ...]
    language: str | None = None
    handoff: Request | None = None
    erase: bool = False


class Brain(Protocol):
    """Whoever can answer a message."""

    async def answer(self, conversation_id: str, text: str, *, language: str | None, channel: str) -> Reply:
        """One reply. Raises RasaUnavailable."""

    async def is_ready(self) -> bool:
        """Whether a message would be answered now."""


class Rasa:
    """Rasa behind its documented REST channel."""

    def __init__(self, client: httpx.AsyncClient, url: str, actions_url: str, *, timeout_s: float) -> None:
        """`timeout_s` limits one attempt; deadlines towards people are the router's."""
        self._client = client
        self._url = url
        self._actions_url = actions_url
        self._timeout_s = timeout_s

    async def answer(self, conversation_id: str, text: str, *, language: str | None, channel: str) -> Reply:
        """One reply. Raises RasaUnavailable when there is none, also for the empty list that Rasa gives on failure."""
        request = {
            "sender": conversation_id,
            "message": text,
            "metadata": {"language": language, "channel": channel},
        }
        try:
            response = await self._client.post(
                f"{self._url}/webhooks/rest/webhook", json=request, timeout=self._timeout_s
            )
            response.raise_for_status()
            parts = response.json() if len(response.content) <= _MOST_BYTES else None
        except (httpx.HTTPError, ValueError) as error:
            raise RasaUnavailable(type(error).__name__) from error
        return read_reply(parts, conversation_id)

    async def is_ready(self) -> bool:
        """Rasa has a model loaded and the action server answers."""
        try:
            status = await self._client.get(f"{self._url}/status", timeout=2)
            actions = await self._client.get(f"{self._actions_url}/health", timeout=2)
            state = status.json()
        except (httpx.HTTPError, ValueError):
            return False
        has_model = status.status_code == 200 and isinstance(state, dict) and bool(state.get("model_id"))
        return has_model and actions.status_code == 200


def read_reply(parts: Any, conversation_id: str) -> Reply:
    """Turn the REST channel's list into a Reply. Raises RasaUnavailable for anything that cannot be shown.

    A part with text opens a bubble; `custom` parts carry service cards for the bubble before them, the language, a
    handoff, or the order to erase.
    """
    if not isinstance(parts, list) or not parts or len(parts) > _MOST_BUBBLES:
        raise RasaUnavailable("no usable reply")
    bubbles: list[Body] = []
    language: str | None = None
    handoff: Request | None = None
    erase = False
    for part in parts:
        if not isinstance(part, dict) or part.get("recipient_id", conversation_id) != conversation_id:
            raise RasaUnavailable("a reply to somebody else")
        text = part.get("text")
        if isinstance(text, str) and text.strip():
            buttons = tuple(
                Button(str(b.get("title", "")), str(b.get("payload", ""))) for b in _dicts(part.get("buttons"))
            )
            bubbles.append(Body(text.strip(), buttons=buttons))
        custom = part.get("custom")
        if isinstance(custom, dict):
            language = parse(str(custom.get("language") or "")) or language
            if isinstance(custom.get("handoff"), dict):
                handoff = Request.from_payload(custom["handoff"])
            erase = erase or custom.get("erase") is True
            services = tuple(_dicts(custom.get("services")))
            if services and bubbles:
                last = bubbles[-1]
                bubbles[-1] = Body(last.text, buttons=last.buttons, services=(*last.services, *services))
    if not bubbles and not erase:
        raise RasaUnavailable("a reply without words")
    return Reply(tuple(bubbles), language, handoff, erase)


def _dicts(value: Any) -> list[dict[str, Any]]:
    """The objects in what should be a list of them: an odd part must not cost the words beside it."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
