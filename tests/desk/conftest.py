"""Counsellors at the desk of a real gateway, as their browsers speak to it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from bot.conversations.body import Body, Button
from bot.conversations.handoffs import Request
from bot.conversations.models import Urgency
from bot.conversations.rasa import Reply
from bot.desk.accounts import Accounts
from bot.desk.models import Counsellor as CounsellorRow
from bot.desk.sessions import ConsoleSessions
from bot.gateway import Gateway
from tests.conftest import DecidedBrain, Person, answered

PASSWORD = "a calm long password"
FORM = {"Sec-Fetch-Site": "same-origin"}
SCRIPT = {**FORM, "Accept": "application/json"}


def desk_brain(text: str) -> Reply:
    """Hands over when somebody asks for a human, with the urgency that the text names."""
    urgency = {"danger": Urgency.URGENT, "human": Urgency.SOON}.get(text)
    if urgency is None:
        return Reply((Body(f"you said: {text}", buttons=(Button("Shelter", "/ask_shelter"),)),), language="en")
    return Reply((Body("I ask a counsellor."),), language="en", handoff=Request(urgency, "documents_taken"))


@pytest.fixture
def brain() -> DecidedBrain:
    return DecidedBrain(think=desk_brain)


@dataclass
class Counsellor:
    """Somebody at the console: a browser with its cookie."""

    http: httpx.AsyncClient
    name: str
    csrf: str = ""
    sent: int = field(default=0)

    async def sees(self, path: str = "/console") -> httpx.Response:
        page = await self.http.get(path)
        found = re.search(r'name="csrf" value="([^"]+)"', page.text)
        if found:
            self.csrf = found[1]
        return page

    async def signs_in(self, password: str = PASSWORD) -> httpx.Response:
        answer = await self.http.post("/console/sign-in", data={"name": self.name, "password": password}, headers=FORM)
        if answer.status_code == 303:
            await self.sees()
        return answer

    async def does(self, path: str, headers: dict[str, str] = SCRIPT, **data: str) -> httpx.Response:
        return await self.http.post(path, data={"csrf": self.csrf, **data}, headers=headers)

    async def claims(self, handoff_id: int) -> httpx.Response:
        return await self.does(f"/console/handoffs/{handoff_id}/claim")

    async def writes(self, conversation_id: str, text: str, client_id: str | None = None) -> httpx.Response:
        self.sent += 1
        return await self.does(
            f"/console/conversations/{conversation_id}/messages", text=text, client_id=client_id or f"m{self.sent}"
        )

    async def watches(
        self, path: str, until: Callable[[str, dict[str, Any]], bool], within_s: float = 10
    ) -> dict[str, Any]:
        """The data of the first event on a stream for which `until` holds."""
        async with asyncio.timeout(within_s), self.http.stream("GET", path, timeout=within_s) as stream:
            assert stream.status_code == 200, await stream.aread()
            event = ""
            async for line in stream.aiter_lines():
                if line.startswith("event:"):
                    event = line[6:].strip()
                elif line.startswith("data:"):
                    data: dict[str, Any] = json.loads(line[5:])
                    if until(event, data):
                        return data
        raise AssertionError("the stream ended")


@dataclass
class Office:
    """The gateway and everybody who uses it."""

    gateway: Gateway
    url: str
    browsers: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(self) -> httpx.AsyncClient:
        client = httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=20)
        self.browsers.append(client)
        return client

    async def hires(self, name: str) -> Counsellor:
        """A counsellor with an account, not signed in."""
        await Accounts(self.gateway.store.sessions).add(name, PASSWORD)
        return Counsellor(self.browser(), name)

    async def seats(self, name: str) -> Counsellor:
        """A counsellor who is signed in already, without the work of checking a password."""
        sessions, now = self.gateway.store.sessions, self.gateway.store.now
        async with sessions.begin() as session:
            row = CounsellorRow(name=name, password_hash="none", created_at=now())
            session.add(row)
            await session.flush()
        counsellor = Counsellor(self.browser(), name)
        cookie = await ConsoleSessions(sessions, now=now).open(row.id)
        counsellor.http.cookies.set("baken_console", cookie, path="/console")
        await counsellor.sees()
        return counsellor

    async def receives(self, text: str = "human", language: str | None = "en") -> Person:
        """A person who has asked for a human and whose request is in the queue."""
        person = await Person.arrives(self.browser(), language)
        await person.says(text)
        await person.reads(answered(1, "system"))
        return person


@pytest.fixture
async def office(app_and_url: tuple[Gateway, str]) -> AsyncIterator[Office]:
    office = Office(*app_and_url)
    yield office
    for browser in office.browsers:
        await browser.aclose()


@pytest.fixture
async def anna(office: Office) -> Counsellor:
    return await office.seats("Anna")


@pytest.fixture
async def bart(office: Office) -> Counsellor:
    return await office.seats("Bart")
