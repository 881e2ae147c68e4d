"""What an open console is told while it is open: the queue, and the lines of one conversation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from sse_starlette import ServerSentEvent

from bot.conversations.errors import UnknownConversation
from bot.conversations.hub import QUEUE
from bot.desk.pages import Pages
from bot.desk.presence import TOUCH_EVERY
from bot.desk.queue import Queue
from bot.desk.service import Desk, Opened
from bot.desk.sessions import SignedIn

_TICK_S = TOUCH_EVERY.total_seconds()


async def queue_events(desk: Desk, who: SignedIn, pages: Pages) -> AsyncIterator[ServerSentEvent]:
    """The queue now, on every change, and at least every 20 s; every event is a sign of presence.

    Ends with `signed_out` when the session does.
    """
    with desk.gateway.hub.listen(QUEUE) as bell:
        while not desk.gateway.is_stopping:
            bell.clear()
            if not await desk.sign_ins.touch(who.key):
                yield _event("signed_out")
                return
            yield _queue_event(pages.at(desk.gateway.store.now()), await desk.queue(who.counsellor_id))
            await _rung(bell, timeout_s=_TICK_S)


async def conversation_events(
    desk: Desk, who: SignedIn, pages: Pages, conversation_id: str, seen: int
) -> AsyncIterator[ServerSentEvent]:
    """The lines numbered above `seen`, the state whenever it changes, and the queue as in `queue_events`.

    All in one stream, since a browser holds only six to one host. Ends with `erased` or `signed_out`.
    """
    hub = desk.gateway.hub
    state = ""
    with hub.listen(conversation_id) as line_bell, hub.listen(QUEUE) as queue_bell:
        while not desk.gateway.is_stopping:
            line_bell.clear()
            queue_bell.clear()
            if not await desk.sign_ins.touch(who.key):
                yield _event("signed_out")
                return
            pages.at(desk.gateway.store.now())
            try:
                opened = await desk.open(conversation_id, after=seen)
            except UnknownConversation:
                yield _event("erased", text=pages.texts["erased"])
                return
            for message in opened.messages:
                seen = message.seq
                yield _event("message", id=seen, html=pages.message_part(message))
            if pages.state_key(opened.entry) != state:
                state = pages.state_key(opened.entry)
                yield _event(
                    "state",
                    key=state,
                    status=pages.status_part(who, opened.entry),
                    composer=pages.composer_part(who, opened.entry),
                )
            yield _queue_event(pages, await desk.queue(who.counsellor_id), opened)
            await _rung(line_bell, queue_bell, timeout_s=_TICK_S)


def _queue_event(pages: Pages, queue: Queue, opened: Opened | None = None) -> ServerSentEvent:
    return _event(
        "queue",
        waiting=len(queue.waiting),
        # What a bell is rung for: a handoff that was not in the queue before.
        handoffs=[entry.handoff_id for entry in queue.waiting],
        html=pages.queue_part(queue, opened),
    )


def _event(event: str, *, id: int | None = None, **data: object) -> ServerSentEvent:
    return ServerSentEvent(id=None if id is None else str(id), event=event, data=json.dumps(data))


async def _rung(*bells: asyncio.Event, timeout_s: float) -> None:
    """Wait until one of the bells rings, or the time is over."""
    waits = [asyncio.create_task(bell.wait()) for bell in bells]
    try:
        await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
