"""Reaching Telegram's Bot API, and what to do when it does not answer."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from telegram import Bot
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.settings import Settings

# Waiting times of the library's errors as timedelta: the whole numbers are deprecated and warn at every use.
os.environ.setdefault("PTB_TIMEDELTA", "true")

log = logging.getLogger(__name__)

# The kinds of updates that are asked for; edits are not among them.
WANTED = ("message", "callback_query", "my_chat_member")

_LONG_POLL_S = 25
_ANSWER_S = 10.0
_LONGEST_PAUSE_S = 60.0


@dataclass(frozen=True, slots=True)
class Api:
    """The bot, and a connection of its own for the long poll, which would otherwise keep answers waiting."""

    bot: Bot
    polling: HTTPXRequest

    async def updates(self, offset: int | None) -> list[dict[str, Any]]:
        """The updates from number `offset` on, as Telegram writes them; empty after 25 s without any.

        `Bot.get_updates` would read them before they are stored, so that a single one that this version of the
        library cannot read would hold up all others for ever. Raises TelegramError.
        """
        wanted = "[" + ",".join(f'"{kind}"' for kind in WANTED) + "]"
        query: dict[str, Any] = {"timeout": _LONG_POLL_S, "limit": 100, "allowed_updates": wanted}
        if offset is not None:
            query["offset"] = offset
        found = await self.polling.post(
            f"{self.bot.base_url}/getUpdates?{urlencode(query)}", read_timeout=_LONG_POLL_S + _ANSWER_S
        )
        if not isinstance(found, list):
            raise TelegramError("updates that are no list")
        return found


@asynccontextmanager
async def open_api(settings: Settings) -> AsyncIterator[Api]:
    """Connections to the Bot API for the time of the block; nothing is asked yet.

    Raises InvalidToken when the token cannot be one.
    """
    _silence_libraries()
    requests = [
        HTTPXRequest(
            connection_pool_size=64,
            connect_timeout=_ANSWER_S,
            read_timeout=_ANSWER_S,
            write_timeout=_ANSWER_S,
            pool_timeout=_ANSWER_S,
        )
        for _ in range(2)
    ]
    sending, polling = requests
    try:
        bot = Bot(
            settings.telegram_token,
            base_url=f"{settings.telegram_api}/bot",
            request=sending,
            get_updates_request=polling,
        )
        yield Api(bot, polling)
    finally:
        for request in requests:
            await request.shutdown()


def pause_s(error: Exception, attempt: int) -> float:
    """How long to wait after failure number `attempt` (from 0): what Telegram asks for, else 1, 2, 4 … 60 seconds."""
    if isinstance(error, RetryAfter):
        wanted = error.retry_after
        return wanted.total_seconds() if isinstance(wanted, timedelta) else float(wanted)
    return min(2.0 ** min(attempt, 10), _LONGEST_PAUSE_S)


async def insist(call: Callable[[], Awaitable[object]], what: str) -> bool:
    """Call until it works. False when Telegram refuses what was asked, since asking again would not help.

    Raises InvalidToken.
    """
    attempt = 0
    while True:
        try:
            await call()
            return True
        except InvalidToken:
            raise
        except BadRequest:
            log.error("telegram_refused call=%s", what)
            return False
        except TelegramError as error:
            wait_s = pause_s(error, attempt)
            log.warning("telegram_unreachable call=%s error=%s pause_s=%.0f", what, type(error).__name__, wait_s)
        attempt += 1
        await asyncio.sleep(wait_s)


async def try_once(call: Callable[[], Awaitable[object]], what: str) -> None:
    """Call where success is a courtesy and no promise: within 10 s, and a failure is noted only."""
    try:
        async with asyncio.timeout(_ANSWER_S):
            await call()
    except (TelegramError, TimeoutError) as error:
        log.info("telegram_not_done call=%s error=%s", what, type(error).__name__)


def _silence_libraries() -> None:
    """Keep the token, which is part of every address, and people's words out of the logs."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It writes whole answers of the server to its log when it cannot read them.
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
