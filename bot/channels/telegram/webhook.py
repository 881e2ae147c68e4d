"""The door that Telegram knocks on when a webhook is configured: it stores and answers, and no more."""

from __future__ import annotations

import hmac
import json
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Request, Response, status

from bot.channels.telegram.intake import record
from bot.gateway import Gateway

PATH = "/telegram/updates"
_MOST_BYTES = 1_000_000

router = APIRouter(include_in_schema=False)


def address(gateway: Gateway) -> str:
    """Where Telegram sends updates: our path behind the public address in the settings."""
    return gateway.settings.telegram_webhook.rstrip("/") + PATH


def secret(gateway: Gateway) -> str:
    """The token that only Telegram is told: the operator's, or one that follows from the master key."""
    return gateway.settings.telegram_secret or gateway.master_key.fingerprint("telegram webhook")


@router.post(PATH)
async def receive(
    request: Request,
    given: Annotated[str, Header(alias="X-Telegram-Bot-Api-Secret-Token")] = "",
) -> Response:
    """Store one update and answer 200 once it is safe; anything but 200 makes Telegram send it again."""
    gateway = Gateway.of(request)
    if not (gateway.settings.telegram_token and gateway.settings.telegram_webhook):
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    if not hmac.compare_digest(given.encode("utf-8"), secret(gateway).encode("utf-8")):
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    try:
        update = json.loads(await _body(request))
        await record(gateway, [update])
    except (ValueError, LookupError, TypeError):
        raise HTTPException(status.HTTP_400_BAD_REQUEST) from None
    return Response(status_code=status.HTTP_200_OK)


async def _body(request: Request) -> bytes:
    """The body, read no further than is allowed, whatever length the sender claims."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE)
    return bytes(body)
