"""What tests share: a gateway on a real SQLite file, with a brain that the test decides."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.app import create_app
from bot.conversations.body import Body
from bot.conversations.errors import RasaUnavailable
from bot.conversations.rasa import Reply
from bot.gateway import Gateway
from bot.settings import Settings


@dataclass
class DecidedBrain:
    """Stands in for Rasa where a test is about the gateway: answers what `think` returns, and remembers what it saw."""

    think: Callable[[str], Reply] = lambda text: Reply((Body(f"you said: {text}"),), language="en")
    heard: list[str] = field(default_factory=list)
    languages: list[str | None] = field(default_factory=list)
    at_once: dict[str, int] = field(default_factory=dict)
    most_at_once: int = 0
    down: bool = False
    release: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.release.set()

    async def answer(self, conversation_id: str, text: str, *, language: str | None, channel: str) -> Reply:
        self.heard.append(text)
        self.languages.append(language)
        self.at_once[conversation_id] = self.at_once.get(conversation_id, 0) + 1
        self.most_at_once = max(self.most_at_once, self.at_once[conversation_id])
        try:
            await self.release.wait()
            if self.down:
                raise RasaUnavailable("down")
            return self.think(text)
        finally:
            self.at_once[conversation_id] -= 1

    async def is_ready(self) -> bool:
        return not self.down


@dataclass
class Person:
    """Somebody who uses the conversation API as the widget does."""

    http: httpx.AsyncClient
    id: str
    token: str
    events_path: str
    said: int = 0

    @classmethod
    async def arrives(cls, http: httpx.AsyncClient, language: str | None = None) -> Person:
        opened = await http.post("/api/conversations", json={"language": language} if language else {})
        assert opened.status_code == 201, opened.text
        data = opened.json()
        return cls(http, data["id"], data["token"], data["events"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def sends(self, body: dict[str, Any]) -> httpx.Response:
        return await self.http.post(f"/api/conversations/{self.id}/messages", json=body, headers=self.headers)

    async def says(self, text: str, client_id: str | None = None) -> int:
        self.said += 1
        response = await self.sends({"client_id": client_id or f"m{self.said}", "text": text})
        assert response.status_code == 202, response.text
        return int(response.json()["seq"])

    async def taps(self, payload: str, title: str = "") -> int:
        self.said += 1
        response = await self.sends({"client_id": f"m{self.said}", "payload": payload, "text": title or payload})
        assert response.status_code == 202, response.text
        return int(response.json()["seq"])

    async def reads(
        self,
        until: Callable[[list[dict[str, Any]]], bool],
        *,
        after: int = 0,
        within_s: float = 10,
    ) -> list[dict[str, Any]]:
        """Messages from the event stream after number `after`, as soon as `until` holds for them."""
        seen: list[dict[str, Any]] = []
        async with asyncio.timeout(within_s):
            async with self.http.stream(
                "GET",
                f"/api/conversations/{self.id}/events",
                headers={**self.headers, "Last-Event-ID": str(after)},
                timeout=within_s,
            ) as stream:
                assert stream.status_code == 200, await stream.aread()
                async for line in stream.aiter_lines():
                    if line.startswith("event: erased"):
                        seen.append({"sender": "erased", "text": "", "seq": 0})
                    elif line.startswith("data:") and line != "data: {}":
                        seen.append(json.loads(line[5:]))
                    if seen and until(seen):
                        return seen
        raise AssertionError(f"the stream ended with {seen}")


def answered(count: int = 1, sender: str = "bot") -> Callable[[list[dict[str, Any]]], bool]:
    """Holds once `count` messages of `sender` were read."""
    return lambda seen: sum(m["sender"] == sender for m in seen) >= count


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data=tmp_path,
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'baken.db'}",
        answer_deadline_s=0.3,
        give_up_s=5.0,
    )


@pytest.fixture
def brain() -> DecidedBrain:
    return DecidedBrain()


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """Serve an application over real HTTP on a free loopback port; yields its address."""
    import uvicorn

    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined, method-assign]
    task = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(15):
            while not server.started:
                if task.done():
                    task.result()
                await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        if hasattr(app.state, "gateway"):
            app.state.gateway.stop_streams()
        server.should_exit = True
        await task


@pytest.fixture
async def gateway_url(settings: Settings, brain: DecidedBrain) -> AsyncIterator[str]:
    app = create_app(settings, brain=brain)
    async with served(app) as url:
        yield url


@pytest.fixture
async def app_and_url(settings: Settings, brain: DecidedBrain) -> AsyncIterator[tuple[Gateway, str]]:
    app = create_app(settings, brain=brain)
    async with served(app) as url:
        yield app.state.gateway, url


@pytest.fixture
async def http(gateway_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=gateway_url, trust_env=False) as client:
        yield client


@pytest.fixture
async def person(http: httpx.AsyncClient) -> Person:
    return await Person.arrives(http)
