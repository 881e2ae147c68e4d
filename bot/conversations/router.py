"""Answers each conversation's messages one at a time and in order, by Rasa, or leaves them to the counsellor.

Promises: a message that was accepted is answered or handed to a human, also across a restart; a person never waits
longer than the deadline for a first sign; a late answer is still delivered; two messages of one conversation are never
in Rasa at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import handoffs, wording
from bot.conversations.body import Body
from bot.conversations.errors import RasaUnavailable, UnknownConversation
from bot.conversations.handoffs import Request
from bot.conversations.hub import QUEUE, Hub
from bot.conversations.models import HandoffState, Sender, Urgency
from bot.conversations.rasa import Brain, Reply
from bot.conversations.store import Store, Stored
from bot.identification import identify
from bot.languages import closest_offered
from bot.text import clean

log = logging.getLogger(__name__)

# Conversations that are answered at once; the others wait their turn. Rasa works one message at a time anyway.
_MOST_AT_ONCE = 16
_FIRST_RETRY_S = 0.25
# When Rasa refuses instead of being slow, it is starting again, which takes longer than any deadline.
_REFUSED_S = 1.0
_LONGEST_RETRY_S = 4.0
# When the gateway itself fails (its database, its disk), each attempt costs Rasa a message: less often.
_LONGEST_PAUSE_S = 60.0
# The card says where help is; saying it again for every line of one outage would only push it away.
_CARD_AGAIN_AFTER = timedelta(seconds=60)

CountPresent = Callable[[], Awaitable[int]]


class Router:
    """Takes accepted messages to whoever answers them."""

    def __init__(
        self,
        store: Store,
        hub: Hub,
        brain: Brain,
        *,
        deadline_s: float,
        give_up_s: float,
        channel: str = "gateway",
        count_present: CountPresent,
        desk_hours: str = "",
    ) -> None:
        """`deadline_s`: until the emergency card; `give_up_s`: until an unanswered message goes to a human."""
        self.store = store
        self.hub = hub
        self._brain = brain
        self._deadline_s = deadline_s
        self._give_up_s = give_up_s
        self._channel = channel
        self._count_present = count_present
        self._desk_hours = desk_hours
        self._running: dict[str, asyncio.Task[None]] = {}
        # What may be cut short at any moment: waiting for Rasa, and pausing. Work on the database never is.
        self._waits: dict[str, asyncio.Task[Any]] = {}
        self._forgotten: set[str] = set()
        self._is_stopping = False
        self._again: set[str] = set()
        self._slots = asyncio.Semaphore(_MOST_AT_ONCE)

    async def resume(self) -> None:
        """Take up what an earlier run accepted and did not answer."""
        for conversation_id in await self.store.with_pending():
            self.wake(conversation_id)

    async def stop(self) -> None:
        """End all work; what is unanswered stays pending in the database."""
        self._is_stopping = True
        for wait in self._waits.values():
            wait.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def wake(self, conversation_id: str) -> None:
        """A message was accepted: answer it, after those before it."""
        if conversation_id in self._running:
            self._again.add(conversation_id)
            return
        task = asyncio.create_task(self._work(conversation_id))
        self._running[conversation_id] = task
        task.add_done_callback(lambda _: self._finished(conversation_id))

    async def forget(self, conversation_id: str) -> None:
        """Stop answering a conversation that is being erased."""
        task = self._running.get(conversation_id)
        if task is None or task is asyncio.current_task():
            return
        self._forgotten.add(conversation_id)
        try:
            if conversation_id in self._waits:
                self._waits[conversation_id].cancel()
            await asyncio.wait({task})
        finally:
            self._forgotten.discard(conversation_id)

    def _finished(self, conversation_id: str) -> None:
        self._running.pop(conversation_id, None)
        self._waits.pop(conversation_id, None)
        if conversation_id in self._again and not self._is_stopping:
            self._again.discard(conversation_id)
            self.wake(conversation_id)

    def _is_ending(self, conversation_id: str) -> bool:
        return self._is_stopping or conversation_id in self._forgotten

    def _start_wait[T](self, conversation_id: str, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin something that `stop` and `forget` may cancel; awaiting it then raises CancelledError."""
        wait = asyncio.create_task(work)
        self._waits[conversation_id] = wait
        if self._is_ending(conversation_id):
            wait.cancel()
        return wait

    async def _work(self, conversation_id: str) -> None:
        pause_s = _FIRST_RETRY_S
        while True:
            try:
                while (message := await self.store.next_pending(conversation_id)) is not None:
                    await self._handle(conversation_id, message)
                    pause_s = _FIRST_RETRY_S
                    if self._is_ending(conversation_id):
                        return
                return
            except asyncio.CancelledError:
                if self._is_ending(conversation_id):
                    return
                raise
            except UnknownConversation:
                log.info("erased_while_answering conversation=%s", conversation_id)
                return
            except Exception as error:
                # Whatever fails here must not be silent, and must not carry a person's words: the class is enough.
                log.error("answering_failed conversation=%s error=%s", conversation_id, type(error).__name__)
            # The message is still pending (a full disk, a locked database): try again until it can be answered.
            try:
                await self._start_wait(conversation_id, asyncio.sleep(pause_s))
            except asyncio.CancelledError:
                if self._is_ending(conversation_id):
                    return
                raise
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _handle(self, conversation_id: str, message: Stored) -> None:
        if await self._counsellor_has(conversation_id):
            await self._settle(conversation_id, message)
            self.hub.ring(QUEUE)
            return
        language = await self.store.language_of(conversation_id)
        refused = asyncio.Event()
        task = self._start_wait(conversation_id, self._ask(conversation_id, message, language, refused))
        try:
            await asyncio.wait({task}, timeout=min(_REFUSED_S, self._deadline_s))
            if not refused.is_set() and self._deadline_s > _REFUSED_S:
                await asyncio.wait({task}, timeout=self._deadline_s - _REFUSED_S)
            if not task.done() or task.exception() is not None:
                log.warning("rasa_unavailable conversation=%s seq=%d", conversation_id, message.seq)
                await self._show_card(conversation_id, message)
            reply = await task
        except RasaUnavailable:
            await self._give_up(conversation_id, message)
            return
        finally:
            task.cancel()
        await self._deliver(conversation_id, message, reply)

    async def _ask(self, conversation_id: str, message: Stored, language: str | None, refused: asyncio.Event) -> Reply:
        """Ask Rasa until it answers; sets `refused` when it once did not. Raises RasaUnavailable after `give_up_s`."""
        said = message.body.payload or clean(message.body.text)
        pause_s = _FIRST_RETRY_S
        loop = asyncio.get_running_loop()
        end = loop.time() + self._give_up_s
        while True:
            try:
                async with self._slots:
                    return await self._brain.answer(conversation_id, said, language=language, channel=self._channel)
            except RasaUnavailable:
                refused.set()
                if loop.time() + pause_s > end:
                    raise
            except Exception as error:
                # A reply that breaks its reader is no reply; its message may hold a person's words and is dropped.
                log.error("rasa_failed conversation=%s error=%s", conversation_id, type(error).__name__)
                refused.set()
                if loop.time() + pause_s > end:
                    raise RasaUnavailable(type(error).__name__) from None
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_RETRY_S)

    async def _show_card(self, conversation_id: str, message: Stored) -> None:
        language = await self.store.language_of(conversation_id)
        if language is None and message.body.payload is None:
            language = closest_offered(identify(clean(message.body.text)).code)
        if message.body.payload == "/ask_human":
            # The request for a human is the gateway's own business and needs no Rasa.
            await self._hand_over(conversation_id, Request(Urgency.SOON, None), language)
            return
        card = wording.emergency_card(language)
        earlier = await self.store.messages(conversation_id)
        shown = [m for m in earlier if m.sender is Sender.BOT and m.body.text == card[0].text]
        if not shown or self.store.now() - shown[-1].at > _CARD_AGAIN_AFTER:
            await self.store.append(conversation_id, Sender.BOT, card, language=language)
            self.hub.ring(conversation_id)

    async def _give_up(self, conversation_id: str, message: Stored) -> None:
        """Nobody could answer: a human has to."""
        log.error("gave_up conversation=%s seq=%d", conversation_id, message.seq)
        language = await self.store.language_of(conversation_id)
        await self._hand_over(conversation_id, Request(Urgency.SOON, None), language)
        await self._settle(conversation_id, message)

    async def _settle(self, conversation_id: str, message: Stored) -> None:
        async with self.store.sessions.begin() as session:
            await self.store.settle_in(session, conversation_id, message.seq)
        self.hub.ring(conversation_id)

    async def _counsellor_has(self, conversation_id: str) -> bool:
        async with self.store.sessions() as session:
            handoff = await handoffs.current_in(session, conversation_id)
            return handoff is not None and handoff.state == HandoffState.CLAIMED

    async def _deliver(self, conversation_id: str, message: Stored, reply: Reply) -> None:
        """Store the reply, and all it asks for, in one transaction."""
        if reply.erase:
            await self.store.erase(conversation_id, asked=True)
            self.hub.ring(conversation_id)
            self.hub.ring(QUEUE)
            return
        present = await self._count_present() if reply.handoff else 0
        async with self.store.sessions.begin() as session:
            await self.store.settle_in(session, conversation_id, message.seq)
            current = await handoffs.current_in(session, conversation_id)
            if current is not None and current.state == HandoffState.CLAIMED:
                # A counsellor came while Rasa was thinking: from that moment on the bot is silent.
                bodies: list[Body] = []
            else:
                bodies = list(reply.bubbles)
                if reply.language:
                    await self.store.set_language_in(session, conversation_id, reply.language)
            if bodies:
                await self.store.append_in(session, conversation_id, Sender.BOT, bodies, language=reply.language)
            if reply.handoff and bodies:
                await self._hand_over_in(session, conversation_id, reply.handoff, reply.language, present)
        self.hub.ring(conversation_id)
        if reply.handoff:
            self.hub.ring(QUEUE)

    async def _hand_over(self, conversation_id: str, request: Request, language: str | None) -> None:
        present = await self._count_present()
        async with self.store.sessions.begin() as session:
            await self._hand_over_in(session, conversation_id, request, language, present)
        self.hub.ring(conversation_id)
        self.hub.ring(QUEUE)

    async def _hand_over_in(
        self,
        session: AsyncSession,
        conversation_id: str,
        request: Request,
        language: str | None,
        present: int,
    ) -> None:
        is_new = await handoffs.open_in(session, conversation_id, request, language=language, now=self.store.now())
        if request.is_quiet:
            return
        handoff = await handoffs.current_in(session, conversation_id)
        before = await handoffs.waiting_before_in(session, handoff) if handoff else 0
        said = wording.asked_for_human(language, is_new=is_new, before=before, present=present, hours=self._desk_hours)
        await self.store.append_in(session, conversation_id, Sender.SYSTEM, said, language=language)
