"""A gateway that talks to a stand-in of Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Protocol

import pytest

from bot.app import create_app
from bot.gateway import Gateway
from bot.settings import Settings
from tests.channels.bot_api import TOKEN, BotApi
from tests.conftest import DecidedBrain, served


class Runs(Protocol):
    """Runs a gateway on the same data, as often as a test wants; without Telegram where it should only store."""

    def __call__(self, *, telegram: bool = True) -> AbstractAsyncContextManager[Gateway]: ...


@pytest.fixture
async def telegram() -> AsyncIterator[tuple[BotApi, str]]:
    api = BotApi()
    async with served(api.app) as url:
        yield api, url
        api.stop()


@pytest.fixture
def bot_api(telegram: tuple[BotApi, str]) -> BotApi:
    return telegram[0]


@pytest.fixture
def telegram_settings(settings: Settings, telegram: tuple[BotApi, str]) -> Settings:
    return replace(settings, telegram_token=TOKEN, telegram_api=telegram[1])


@pytest.fixture
def runs(telegram_settings: Settings, brain: DecidedBrain) -> Runs:
    @asynccontextmanager
    async def run(*, telegram: bool = True) -> AsyncIterator[Gateway]:
        settings = telegram_settings if telegram else replace(telegram_settings, telegram_token="")
        app = create_app(settings, brain=brain)
        async with served(app):
            yield app.state.gateway

    return run


@pytest.fixture
async def gateway(runs: Runs) -> AsyncIterator[Gateway]:
    async with runs() as gateway:
        yield gateway
