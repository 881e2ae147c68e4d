"""The channel as a whole: started and stopped with the gateway, never in its way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from telegram.error import InvalidToken

from bot.channels.telegram import webhook
from bot.channels.telegram.api import WANTED, Api, insist, open_api
from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.intake import poll_for_ever
from bot.channels.telegram.outbox import Outbox
from bot.channels.telegram.profile import introduce
from bot.channels.telegram.wiping import wipe
from bot.gateway import Gateway

log = logging.getLogger(__name__)

# Telegram keeps the updates of one chat in order by itself.
_WEBHOOK_CONNECTIONS = 10


class TelegramChannel:
    """Everything that runs while Telegram is on."""

    def __init__(self, gateway: Gateway, api: Api) -> None:
        """Nothing runs yet."""
        self._gateway = gateway
        self._api = api
        self._inbox = Inbox(gateway, api)
        self._outbox = Outbox(gateway, api)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin in the background; a start never waits for Telegram."""
        self._gateway.store.before_erase.append(self.wipe)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End everything; what is stored and not handled or not sent waits for the next start."""
        self._gateway.store.before_erase.remove(self.wipe)
        await self._outbox.finish()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def wipe(self, conversation_id: str, asked: bool) -> None:
        """Take a conversation out of the chat; see `wiping.wipe`."""
        await wipe(self._gateway, self._api, self._outbox, conversation_id, asked=asked)

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._inbox.run())
                tasks.create_task(self._outbox.run())
                tasks.create_task(self._receive())
        except* InvalidToken:
            log.error("telegram_token_refused: Telegram does not know TELEGRAM_TOKEN; everything else runs")
        except* Exception as failures:
            names = ",".join(sorted({type(error).__name__ for error in failures.exceptions}))
            log.critical("telegram_stopped errors=%s", names)

    async def _receive(self) -> None:
        """Make sure of the token, then let updates come by the way the operator chose."""
        bot = self._api.bot
        await insist(bot.get_me, "getMe")
        async with asyncio.TaskGroup() as tasks:
            if self._gateway.settings.telegram_webhook:
                await insist(self._set_webhook, "setWebhook")
            else:
                # A webhook of an earlier time would keep updates away from the poll.
                await insist(bot.delete_webhook, "deleteWebhook")
                tasks.create_task(poll_for_ever(self._gateway, self._api))
            log.info("telegram_on webhook=%s", bool(self._gateway.settings.telegram_webhook))
            tasks.create_task(introduce(self._api))

    async def _set_webhook(self) -> None:
        await self._api.bot.set_webhook(
            webhook.address(self._gateway),
            secret_token=webhook.secret(self._gateway),
            allowed_updates=WANTED,
            max_connections=_WEBHOOK_CONNECTIONS,
        )


@asynccontextmanager
async def telegram(gateway: Gateway) -> AsyncIterator[None]:
    """Telegram for the time of the block; nothing at all without a token."""
    async with AsyncExitStack() as stack:
        if not gateway.settings.telegram_token:
            log.info("telegram_off")
        else:
            try:
                api = await stack.enter_async_context(open_api(gateway.settings))
            except InvalidToken:
                log.error("telegram_token_refused: TELEGRAM_TOKEN is no token; everything else runs")
            else:
                channel = TelegramChannel(gateway, api)
                await channel.start()
                stack.push_async_callback(channel.stop)
        yield
