"""A stand-in for Telegram's Bot API, over real HTTP: it remembers what it was asked and can be told to fail."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

TOKEN = "123456:canary-token"


@dataclass(frozen=True)
class Failure:
    """How one call goes wrong. `status` 0 cuts the connection; `is_done` does what was asked all the same."""

    status: int
    description: str = "failed"
    retry_after: int | None = None
    is_done: bool = False


@dataclass
class BotApi:
    """Telegram, as far as a bot sees it."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    chats: dict[int, dict[int, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    webhook: dict[str, Any] = field(default_factory=dict)
    refused: int = 0
    is_stopping: bool = False

    def __post_init__(self) -> None:
        self._updates: list[dict[str, Any]] = []
        self._failures: list[tuple[str, int | None, Failure]] = []
        self._changed = asyncio.Event()
        self._last_update = 700
        self._last_message = 0
        self.app = FastAPI()
        self.app.post("/bot{token}/{method}")(self._serve)

    # What a test does and waits for.

    def delivers(self, update: dict[str, Any], update_id: int | None = None) -> dict[str, Any]:
        """Queue an update for getUpdates; returns it with its number."""
        self._last_update += 1
        update = {"update_id": update_id or self._last_update, **update}
        self._updates.append(update)
        self._change()
        return update

    def says(self, chat_id: int, text: str, **more: Any) -> dict[str, Any]:
        """A person writes in a private chat."""
        return self.delivers(self.message(chat_id, text=text, **more))

    def message(self, chat_id: int, **content: Any) -> dict[str, Any]:
        """An update with a person's message, not delivered yet."""
        message = {**self._frame(chat_id, "private"), "from": _person(chat_id), **content}
        self.chats[chat_id][message["message_id"]] = message
        return {"message": message}

    def taps(self, chat_id: int, title: str) -> dict[str, Any]:
        """A person taps the newest button with this title."""
        for message in reversed(list(self.chats[chat_id].values())):
            for row in message.get("reply_markup", {}).get("inline_keyboard", ()):
                for button in row:
                    if button["text"] == title:
                        return self.delivers(self.tap(chat_id, message, button["callback_data"]))
        raise AssertionError(f"no button {title!r}")

    def tap(self, chat_id: int, message: dict[str, Any], data: str) -> dict[str, Any]:
        """An update with a tap, not delivered yet."""
        query = {"id": f"q{self._last_update}", "from": _person(chat_id), "chat_instance": "1"}
        return {"callback_query": {**query, "message": message, "data": data}}

    def fails(self, method: str, failure: Failure, *, chat_id: int | None = None) -> None:
        """The next call of `method` (to this chat) goes wrong."""
        self._failures.append((method, chat_id, failure))

    def texts(self, chat_id: int) -> list[str]:
        """What the bot wrote and what still stands in the chat, in order."""
        return [m["text"] for m in self.chats[chat_id].values() if m["from"]["is_bot"]]

    def called(self, method: str) -> list[dict[str, Any]]:
        """The parameters of all calls of a method."""
        return [data for name, data in self.calls if name == method]

    async def until(self, holds: Callable[[], object], within_s: float = 10) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(within_s):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    def stop(self) -> None:
        """End all long polls."""
        self.is_stopping = True
        self._change()

    # The methods.

    async def _serve(self, request: Request, token: str, method: str) -> Response:
        form = {**request.query_params, **{key: str(value) for key, value in (await request.form()).items()}}
        data = {key: _parsed(value) for key, value in form.items()}
        if token != TOKEN:
            self.refused += 1
            self._change()
            return _refuse(Failure(401, "Unauthorized"))
        self.calls.append((method, data))
        failure = self._failure(method, data)
        if failure is None or failure.is_done:
            result = await self._do(request, method, data)
            self._change()
        if failure is None:
            return JSONResponse({"ok": True, "result": result})
        self._change()
        return _refuse(failure)

    async def _do(self, request: Request, method: str, data: dict[str, Any]) -> Any:
        match method:
            case "getMe":
                return {"id": 1, "is_bot": True, "first_name": "Info", "username": "info_bot"}
            case "getUpdates":
                return await self._get_updates(request, data)
            case "setWebhook":
                self.webhook = data
            case "sendMessage":
                return self._send(data)
            case "editMessageReplyMarkup":
                message = self.chats[data["chat_id"]][data["message_id"]]
                message.pop("reply_markup", None)
                return message
            case "deleteMessages":
                for number in data["message_ids"]:
                    self.chats[data["chat_id"]].pop(number, None)
        return True

    async def _get_updates(self, request: Request, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Everything from the offset on; what stands before it is acknowledged and forgotten."""
        offset = int(data.get("offset", 0))
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        with suppress(TimeoutError):
            async with asyncio.timeout(int(data.get("timeout", 0))):
                while not self._updates and not self.is_stopping:
                    self._changed.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._changed.wait(), 0.2)
                    if await request.is_disconnected():
                        break
        return list(self._updates)

    def _send(self, data: dict[str, Any]) -> dict[str, Any]:
        message = {**self._frame(data["chat_id"], "private"), **data, "from": {**_person(1), "is_bot": True}}
        message["text"] = str(data["text"])
        self.chats[data["chat_id"]][message["message_id"]] = message
        return message

    def _frame(self, chat_id: int, kind: str) -> dict[str, Any]:
        self._last_message += 1
        return {"message_id": self._last_message, "date": 1_790_000_000, "chat": {"id": chat_id, "type": kind}}

    def _failure(self, method: str, data: dict[str, Any]) -> Failure | None:
        for index, (name, chat_id, failure) in enumerate(self._failures):
            if name == method and chat_id in (None, data.get("chat_id")):
                del self._failures[index]
                return failure
        return None

    def _change(self) -> None:
        self._changed.set()


def _person(chat_id: int) -> dict[str, Any]:
    return {"id": chat_id, "is_bot": False, "first_name": "canary-name", "language_code": "en-GB"}


def _refuse(failure: Failure) -> Response:
    if failure.status == 0:
        # A length that is never reached: the connection ends in the middle of the answer.
        return Response(b"", headers={"Content-Length": "100"})
    body: dict[str, Any] = {"ok": False, "error_code": failure.status, "description": failure.description}
    if failure.retry_after is not None:
        body["parameters"] = {"retry_after": failure.retry_after}
    return JSONResponse(body, status_code=failure.status)


def _parsed(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value
