"""The conversation API of the widget, open to anybody: POST to write, server-sent events to read."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Path, Query, Request, Response, status
from pydantic import BaseModel, Field, model_validator
from sse_starlette import EventSourceResponse, ServerSentEvent

from bot.catalogue import N_, translate
from bot.channels.links import Link
from bot.conversations.body import Body
from bot.conversations.errors import UnknownConversation
from bot.conversations.models import Sender
from bot.conversations.retention import erase
from bot.conversations.store import Stored, hash_token
from bot.gateway import Gateway, operator_token
from bot.knowledge.answers import all_answers, menu
from bot.languages import SOURCE, closest_offered, language, offered, parse
from bot.text import MESSAGE_LENGTH, clean

CHANNEL = "web"
# A line goes over every open stream this often, so that dead connections are noticed on both ends.
_HEARTBEAT_S = 15

router = APIRouter(prefix="/api", tags=["conversations"])

ConversationId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Bearer = Annotated[str, Header(alias="Authorization", description="`Bearer` and the conversation's token")]


class NewConversation(BaseModel):
    """What a widget may already know when a conversation begins."""

    language: str | None = Field(default=None, max_length=35, description="BCP 47 tag that the person chose")


class OpenedConversation(BaseModel):
    """How to go on in a new conversation. The token is given once and stored as a hash only."""

    id: str
    token: str
    events: str = Field(description="path of the event stream, with a ticket that can read but not write")


class Said(BaseModel):
    """A message: what a person typed (`text`) or tapped (`payload`, with the button's title as `text`)."""

    client_id: str = Field(min_length=1, max_length=64, description="the sender's own id: repeats are harmless")
    text: str | None = Field(default=None, max_length=MESSAGE_LENGTH)
    payload: str | None = Field(default=None, max_length=512, pattern=r"^/[a-z_0-9]+(\{.*\})?$")

    @model_validator(mode="after")
    def _says_something(self) -> Said:
        if self.payload is None and self.text is None:
            raise ValueError("text or payload is needed")
        if self.text is not None and self.payload is None and not clean(self.text):
            raise ValueError("the text is empty")
        return self


class AcceptedMessage(BaseModel):
    """The number of a message that is stored safely."""

    seq: int


@router.post("/conversations", status_code=status.HTTP_201_CREATED)
async def open_conversation(request: Request, wanted: NewConversation | None = None) -> OpenedConversation:
    """Open a conversation. Nothing about the person is asked or stored, an address neither."""
    gateway = Gateway.of(request)
    token = secrets.token_urlsafe(32)
    chosen = parse(wanted.language) if wanted else None
    conversation_id = await gateway.store.create(CHANNEL, hash_token(token), language=chosen)
    ticket = gateway.reading_ticket(conversation_id)
    return OpenedConversation(
        id=conversation_id, token=token, events=f"/api/conversations/{conversation_id}/events?ticket={ticket}"
    )


@router.post("/conversations/{conversation_id}/messages", status_code=status.HTTP_202_ACCEPTED)
async def say(
    request: Request, conversation_id: ConversationId, said: Said, authorization: Bearer = ""
) -> AcceptedMessage:
    """Store a message and answer 202 once it is safe; the answer comes over the event stream."""
    gateway = Gateway.of(request)
    await _access(gateway, conversation_id, authorization)
    payload = said.payload
    body = Body(clean(said.text or "") or payload or "", payload=payload)
    if payload is None and body.text.startswith("/"):
        # Only buttons carry intents; what somebody types is read as words.
        body = Body(body.text.lstrip("/ ") or body.text, payload=None)
    accepted = await gateway.store.accept(conversation_id, said.client_id, body)
    gateway.hub.ring(conversation_id)
    gateway.router.wake(conversation_id)
    return AcceptedMessage(seq=accepted.seq)


@router.get("/conversations/{conversation_id}/events", response_class=EventSourceResponse)
async def events(
    request: Request,
    conversation_id: ConversationId,
    authorization: Bearer = "",
    ticket: Annotated[str, Query(max_length=128)] = "",
    last_event_id: Annotated[str, Header(description="the last `seq` already seen")] = "0",
    after: Annotated[int, Query(ge=0, description="the same, for clients that cannot set headers")] = 0,
    limit_s: Annotated[float, Query(gt=0, le=3600, description="close the stream after so many seconds")] = 3600,
) -> EventSourceResponse:
    """All messages after the last one seen, then new ones as they come. An erased conversation ends with `erased`."""
    gateway = Gateway.of(request)
    if not (ticket and gateway.may_read(conversation_id, ticket)):
        await _access(gateway, conversation_id, authorization)
    seen = max(after, int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 16 else 0)
    return EventSourceResponse(
        _stream(gateway, conversation_id, seen, limit_s),
        ping=_HEARTBEAT_S,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(gateway: Gateway, conversation_id: str, seen: int, limit_s: float) -> AsyncIterator[ServerSentEvent]:
    end = asyncio.get_running_loop().time() + limit_s
    with gateway.hub.listen(conversation_id) as bell:
        while not gateway.is_stopping:
            bell.clear()
            try:
                for message in await gateway.store.messages(conversation_id, after=seen):
                    seen = message.seq
                    yield ServerSentEvent(id=str(seen), event="message", data=json.dumps(_event(message)))
            except UnknownConversation:
                yield ServerSentEvent(event="erased", data="{}")
                return
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                return
            try:
                await asyncio.wait_for(bell.wait(), left)
            except TimeoutError:
                return


@router.delete("/conversations/{conversation_id}", status_code=status.HTTP_204_NO_CONTENT)
async def erase_conversation(request: Request, conversation_id: ConversationId, authorization: Bearer = "") -> Response:
    """Destroy the conversation: key, messages, handoff, and what Rasa knows. It cannot be undone."""
    gateway = Gateway.of(request)
    operator = f"Bearer {operator_token(gateway.master_key, conversation_id)}"
    if not hmac.compare_digest(authorization.encode(), operator.encode()):
        await _access(gateway, conversation_id, authorization)
    elif not await gateway.store.exists(conversation_id):
        raise UnknownConversation
    await erase(conversation_id, store=gateway.store, router=gateway.router, hub=gateway.hub)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


# What the widget itself says. Translators: short, they stand on small buttons.
WIDGET_TEXTS = {
    "open": N_("Write to us"),
    "title": N_("Info & Contact"),
    "close": N_("Close"),
    "leave": N_("Leave quickly"),
    "leave_hint": N_("Leaves this page at once; so does pressing Shift three times. The history of the browser stays."),
    "language": N_("Language"),
    "emergency": N_("Emergency"),
    "human": N_("A human"),
    "menu": N_("Topics"),
    "erase": N_("Erase"),
    "erase_sure": N_("Erase the whole conversation? It cannot be undone."),
    "yes_erase": N_("Yes, erase"),
    "no": N_("No"),
    "erased": N_("The conversation is erased."),
    "erase_failed": N_("No connection. It is not erased yet: try again."),
    "write": N_("Write here…"),
    "send": N_("Send"),
    "log": N_("Conversation"),
    "you": N_("You"),
    "bot": N_("Program"),
    "counsellor": N_("Counsellor"),
    "system": N_("Note"),
    "waiting": N_("Sending…"),
    "offline": N_("No connection. What you wrote is kept and sent again."),
    "failed": N_("Not sent."),
    "again": N_("Try again"),
    "address": N_("Address"),
    "source": N_("Last checked: {date}"),
    "notice": N_(
        "A computer program answers. It is free. Nobody asks your name. "
        "The conversation erases itself after {hours} hours."
    ),
}


@router.get("/widget/{tag}")
async def widget_texts(request: Request, tag: Annotated[str, Path(max_length=35)], topic: str = "") -> dict[str, Any]:
    """The widget's own texts in a language (any BCP 47 tag; the closest offered one answers), and all languages.

    `topic` is that of a link (knowledge/links.yml): what a tap on it would say comes back, null for an unknown one.
    `is_supported` is false for a tag whose language is none of ours.
    """
    gateway = Gateway.of(request)
    code = closest_offered(parse(tag))
    hours = f"{gateway.settings.retention_h:g}"
    texts = {key: translate(text, code) for key, text in WIDGET_TEXTS.items()}
    texts["notice"] = texts["notice"].format(hours=hours)
    if gateway.settings.public_name != WIDGET_TEXTS["title"]:
        texts["title"] = gateway.settings.public_name
    return {
        "language": code,
        "is_supported": parse(tag) is not None,
        "direction": language(code).direction,
        "texts": texts,
        "exit_url": gateway.settings.exit_url,
        "topics": [
            {"title": translate(group.title, code), "payload": f'/main_menu{{"group":"{number}"}}'}
            for number, group in enumerate(menu())
        ],
        "topic": _first_tap(Link.from_query(code, topic)),
        "languages": [{"code": c, "name": language(c).own_name} for c in offered()],
    }


def _first_tap(link: Link) -> dict[str, str] | None:
    if link.intent is None:
        return None
    title = all_answers().by_intent[link.intent].title
    return {"title": translate(title, link.language or SOURCE), "payload": link.payload(otherwise=link.intent)}


async def _access(gateway: Gateway, conversation_id: str, authorization: str) -> None:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
    await gateway.store.access(conversation_id, token)


def _event(message: Stored) -> dict[str, Any]:
    data: dict[str, Any] = {
        "seq": message.seq,
        "sender": message.sender,
        "text": message.body.text,
        "language": message.language,
        "at": message.at.isoformat(timespec="seconds"),
    }
    if message.body.buttons:
        data["buttons"] = [{"title": b.title, "payload": b.payload} for b in message.body.buttons]
    if message.body.services:
        data["services"] = list(message.body.services)
    if message.sender is Sender.PERSON:
        data["pending"] = message.pending
    return data
