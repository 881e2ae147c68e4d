"""How the channel starts: without a token, with a wrong one, without Telegram, and behind a webhook."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from bot.app import create_app
from bot.channels.models import TelegramUpdate
from bot.gateway import Gateway
from bot.settings import Settings
from tests.channels.bot_api import BotApi, Failure
from tests.conftest import DecidedBrain, Person, answered, served

SECRET = "X-Telegram-Bot-Api-Secret-Token"
PATH = "/telegram/updates"


@pytest.fixture
def webhook_settings(telegram_settings: Settings) -> Settings:
    return replace(telegram_settings, telegram_webhook="https://help.example")


@pytest.fixture
async def behind_webhook(
    webhook_settings: Settings, brain: DecidedBrain
) -> AsyncIterator[tuple[Gateway, httpx.AsyncClient]]:
    app = create_app(webhook_settings, brain=brain)
    async with served(app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        yield app.state.gateway, http


def files(folder: Path) -> list[Path]:
    return list(folder.glob("baken.db*"))


async def stored(gateway: Gateway) -> int:
    async with gateway.store.sessions() as session:
        return (await session.scalar(select(func.count()).select_from(TelegramUpdate))) or 0


async def test_without_a_token_telegram_is_off_and_the_rest_runs(
    settings: Settings, brain: DecidedBrain, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bot")
    async with served(create_app(settings, brain=brain)) as url, httpx.AsyncClient(base_url=url) as http:
        person = await Person.arrives(http)
        await person.says("hello")
        await person.reads(answered())
        assert (await http.post(PATH, json={"update_id": 1})).status_code == 404

    lines = [r.getMessage() for r in caplog.records if "telegram" in r.getMessage()]
    assert lines == ["telegram_off"]


async def test_a_wrong_token_is_told_once_and_the_rest_runs(
    telegram_settings: Settings, brain: DecidedBrain, bot_api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bot")
    wrong = replace(telegram_settings, telegram_token="1:canary-wrong")
    async with served(create_app(wrong, brain=brain)) as url, httpx.AsyncClient(base_url=url) as http:
        await bot_api.until(lambda: bot_api.refused)
        person = await Person.arrives(http)
        await person.says("hello")
        await person.reads(answered())

    assert caplog.text.count("telegram_token_refused") == 1
    assert "canary-wrong" not in caplog.text
    assert bot_api.calls == []


async def test_a_start_does_not_wait_for_telegram(
    telegram_settings: Settings, brain: DecidedBrain, unused_tcp_port_of_nobody: int
) -> None:
    alone = replace(telegram_settings, telegram_api=f"http://127.0.0.1:{unused_tcp_port_of_nobody}")
    async with served(create_app(alone, brain=brain)) as url, httpx.AsyncClient(base_url=url) as http:
        assert (await http.get("/readyz")).status_code == 200


@pytest.fixture
async def unused_tcp_port_of_nobody() -> int:
    server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


async def test_the_webhook_is_set_after_telegram_said_wait(
    webhook_settings: Settings, brain: DecidedBrain, bot_api: BotApi
) -> None:
    bot_api.fails("setWebhook", Failure(429, "Too Many Requests", retry_after=1))
    async with served(create_app(webhook_settings, brain=brain)):
        await bot_api.until(lambda: bot_api.webhook)

    assert bot_api.webhook["url"] == "https://help.example/telegram/updates"
    assert bot_api.webhook["allowed_updates"] == ["message", "callback_query", "my_chat_member"]
    assert not bot_api.called("getUpdates")


async def test_a_message_through_the_webhook_is_answered(
    behind_webhook: tuple[Gateway, httpx.AsyncClient], bot_api: BotApi, brain: DecidedBrain
) -> None:
    _, http = behind_webhook
    await bot_api.until(lambda: bot_api.webhook)
    update = {"update_id": 77, **bot_api.message(5, text="hello")}
    headers = {SECRET: bot_api.webhook["secret_token"]}

    answers = await asyncio.gather(*(http.post(PATH, json=update, headers=headers) for _ in range(5)))
    await bot_api.until(lambda: bot_api.texts(5))

    assert {answer.status_code for answer in answers} == {200}
    assert brain.heard == ["hello"]


@pytest.mark.parametrize("headers", [{}, {SECRET: "wrong"}, {SECRET: ""}, {SECRET: "ü".encode("latin-1")}])
async def test_nobody_else_gets_through_the_webhook(
    behind_webhook: tuple[Gateway, httpx.AsyncClient], headers: dict[str, str], brain: DecidedBrain
) -> None:
    gateway, http = behind_webhook

    answer = await http.post(PATH, json={"update_id": 1, "message": {}}, headers=headers)

    assert answer.status_code == 403
    assert await stored(gateway) == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"x" * 1_000_001, 413), (b"{", 400), (b"[]", 400), (b"{}", 400), (b'{"update_id": null}', 400)],
)
async def test_what_is_no_update_is_not_stored(
    behind_webhook: tuple[Gateway, httpx.AsyncClient], bot_api: BotApi, body: bytes, status: int
) -> None:
    gateway, http = behind_webhook
    await bot_api.until(lambda: bot_api.webhook)

    answer = await http.post(PATH, content=body, headers={SECRET: bot_api.webhook["secret_token"]})

    assert answer.status_code == status
    assert await stored(gateway) == 0


async def test_what_waits_in_the_database_cannot_be_read_there(
    behind_webhook: tuple[Gateway, httpx.AsyncClient], bot_api: BotApi, tmp_path: Path
) -> None:
    _, http = behind_webhook
    await bot_api.until(lambda: bot_api.webhook)
    update = {"update_id": 78, **bot_api.message(424242424242, text="canary-words")}

    await http.post(PATH, json=update, headers={SECRET: bot_api.webhook["secret_token"]})
    await bot_api.until(lambda: bot_api.texts(424242424242))

    for file in files(tmp_path):
        content = file.read_bytes()
        assert b"canary" not in content and b"424242424242" not in content
