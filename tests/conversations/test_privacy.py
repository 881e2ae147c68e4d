"""What is kept about people: nothing readable, and nothing about where they are."""

from __future__ import annotations

import json
import logging
import stat
from dataclasses import replace

import httpx
import pytest
from cryptography.fernet import Fernet

from bot.app import create_app
from bot.conversations.errors import RasaUnavailable
from bot.conversations.rasa import Reply
from bot.encryption import MasterKey, Unreadable, WrappedKey
from bot.gateway import Gateway
from bot.settings import Settings
from tests.conftest import DecidedBrain, Person, answered, served
from tests.conversations.conftest import files_with, server_that_answers, wrapped_key
from tests.conversations.test_outage import http_reply

CANARY = "marzipan-canary"
BROWSER = "MarkedBrowser/7.3"
ADDRESS = "203.0.113.77"
MARKS = {"User-Agent": BROWSER, "X-Forwarded-For": ADDRESS, "Forwarded": f"for={ADDRESS}"}


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """All that was logged by anything at any level, tracebacks and arguments too."""
    formatter = logging.Formatter("%(name)s %(levelname)s %(message)s")
    return "\n".join(f"{formatter.format(record)} {record.__dict__!r}" for record in caplog.records)


async def test_what_people_write_and_read_stands_in_no_file(person: Person, settings: Settings) -> None:
    await person.says(CANARY)
    await person.reads(answered())

    assert files_with(settings.data, CANARY.encode(), b"you said", person.token.encode()) == []


async def test_the_master_key_is_for_its_owner_only_and_outside_the_database(
    person: Person, settings: Settings
) -> None:
    key = settings.master_key_file.read_bytes()

    assert stat.S_IMODE(settings.master_key_file.stat().st_mode) == 0o600
    assert files_with(settings.data, key) == ["master.key"]


async def test_without_its_master_key_the_database_is_unreadable(
    app_and_url: tuple[Gateway, str],
) -> None:
    gateway, url = app_and_url
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        person = await Person.arrives(client)
    key = WrappedKey(await wrapped_key(gateway, person.id))

    with pytest.raises(Unreadable):
        MasterKey(Fernet.generate_key()).cipher(key)


async def test_a_master_key_from_the_environment_is_not_written_down(
    settings: Settings, brain: DecidedBrain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAKEN_MASTER_KEY", Fernet.generate_key().decode())
    async with served(create_app(settings, brain=brain)):
        assert not settings.master_key_file.exists()


async def test_neither_address_nor_browser_is_kept_or_logged(
    gateway_url: str, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with httpx.AsyncClient(base_url=gateway_url, trust_env=False, headers=MARKS) as client:
        person = await Person.arrives(client)
        await person.says("hello")
        await person.reads(answered())
        await client.get("/console")
        await client.get("/nowhere")
        await person.sends({"client_id": "x"})

    assert files_with(settings.data, BROWSER.encode(), ADDRESS.encode()) == []
    assert BROWSER not in logged(caplog)
    assert ADDRESS not in logged(caplog)


@pytest.mark.parametrize("failure", [RasaUnavailable, ValueError, KeyError, UnicodeError, AssertionError])
async def test_what_people_write_is_in_no_log_when_the_brain_fails(
    settings: Settings, brain: DecidedBrain, caplog: pytest.LogCaptureFixture, failure: type[Exception]
) -> None:
    caplog.set_level(logging.DEBUG)

    def breaks(text: str) -> Reply:
        raise failure(text)

    brain.think = breaks
    async with (
        served(create_app(replace(settings, give_up_s=0.5), brain=brain)) as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as client,
    ):
        person = await Person.arrives(client)
        await person.says(CANARY)
        await person.reads(answered(2, "system"))

    assert "gave_up" in logged(caplog)
    assert CANARY not in logged(caplog)


ECHOES = {
    "as words": lambda request: http_reply([{"recipient_id": "ID", "text": json.loads(request)["message"]}])(request),
    "as a failure": lambda request: http_reply([json.loads(request)], "500 Internal Server Error")(request),
    "as no JSON": lambda request: b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(request) + b"<" + request,
    "as no HTTP": lambda request: request + b"\r\n\r\n",
    "to somebody else": lambda request: http_reply([{"recipient_id": CANARY, "text": CANARY}])(request),
    "as odd parts": lambda request: http_reply([{"recipient_id": "ID", "text": CANARY, "custom": CANARY}])(request),
}  # fmt: skip


@pytest.mark.parametrize("echo", ECHOES)
async def test_what_people_write_is_in_no_log_whatever_rasa_sends_back(
    settings: Settings, caplog: pytest.LogCaptureFixture, echo: str
) -> None:
    caplog.set_level(logging.DEBUG)
    async with server_that_answers(ECHOES[echo]) as rasa:
        app = create_app(replace(settings, rasa_url=rasa, actions_url=rasa, give_up_s=0.5))
        async with served(app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
            person = await Person.arrives(client)
            await person.says(CANARY)
            await person.reads(lambda messages: messages[-1]["sender"] in ("bot", "system"))

    assert CANARY not in logged(caplog)


async def test_what_people_write_is_in_no_log_when_it_is_refused(
    person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    for body in ({"client_id": "x", "text": CANARY * 1000}, {"client_id": "x", "payload": CANARY}, {"text": CANARY}):
        assert (await person.sends(body)).status_code == 422

    assert CANARY not in logged(caplog)
