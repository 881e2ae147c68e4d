"""Refuses request bodies that nobody needs to send, before they take memory."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """Answers 413 to any body above `most_bytes`, announced or not."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        """Wrap `app`."""
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > self._most_bytes:
            await JSONResponse({"error": "too_large"}, status_code=413)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._most_bytes:
                # Raised inside the application, which turns it into an answer.
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)
