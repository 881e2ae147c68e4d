"""What somebody gets who opened the page by a link or a printed code."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Route, expect

from bot.conversations.body import Body
from bot.conversations.rasa import Reply
from tests.browser.conftest import Visitor
from tests.conftest import DecidedBrain

WORK_AR = '/ask_working_rights{"language":"ar"}'


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(locale="en-GB", viewport={"width": 1000, "height": 760})
    yield context
    await context.close()


async def test_the_language_is_there_before_the_first_line_and_the_topic_once_the_person_begins(
    context: BrowserContext, gateway_url: str, brain: DecidedBrain
) -> None:
    brain.think = lambda _: Reply((Body("مرحبا."),), language="ar")
    visitor = await Visitor.comes(context, f"{gateway_url}/?lang=ar&topic=work")
    root = visitor.page.locator("baken-chat").locator(".root")
    await expect(root).to_have_attribute("dir", "rtl")
    assert brain.heard == [] and not any(url.endswith("/conversations") for url in visitor.asked)

    await visitor.page.locator("baken-chat").locator(".launcher").click()

    await expect(visitor.messages("bot").last).to_have_text("مرحبا.")
    assert (brain.heard, brain.languages) == ([WORK_AR], ["ar"])
    await visitor.page.reload()
    await visitor.page.locator("baken-chat").locator(".launcher").click()
    await expect(visitor.messages("person")).to_have_count(1)
    assert brain.heard == [WORK_AR] and visitor.violations == []


async def test_the_address_is_the_plain_one_at_once_and_back_does_not_lead_to_the_link(
    context: BrowserContext, gateway_url: str
) -> None:
    visitor = await Visitor.comes(context, f"{gateway_url}/?lang=fr&topic=danger&from=mail#week")

    await expect(visitor.page.locator("baken-chat").locator(".root")).to_have_attribute("lang", "fr")
    assert visitor.page.url == f"{gateway_url}/?from=mail#week"
    assert await visitor.page.evaluate("history.length") == 2  # the empty page of a new tab, and this one


async def test_a_reload_before_the_beginning_loses_neither_language_nor_topic(
    context: BrowserContext, gateway_url: str, brain: DecidedBrain
) -> None:
    async def unreachable(route: Route) -> None:
        await route.abort()

    await context.route("**/api/**", unreachable)
    visitor = await Visitor.comes(context, f"{gateway_url}/?lang=fr&topic=papers")
    await context.unroute("**/api/**", unreachable)

    await visitor.page.reload()
    await expect(visitor.page.locator("baken-chat").locator(".root")).to_have_attribute("lang", "fr")
    await visitor.opens()

    await expect(visitor.messages("bot")).to_have_count(1)
    assert brain.heard == ['/ask_residence{"language":"fr"}']


@pytest.mark.parametrize(
    "query", ["lang=xx&topic=weather", "lang=..%2Fx&topic=%3Cb%3E", "lang=&topic=", "topic=Work%20"]
)
async def test_an_unknown_language_or_topic_is_ignored_quietly(
    context: BrowserContext, gateway_url: str, brain: DecidedBrain, query: str
) -> None:
    visitor = await Visitor.comes(context, f"{gateway_url}/?{query}")
    await expect(visitor.page.locator("baken-chat").locator(".root")).to_have_attribute("lang", "en")
    await visitor.opens()
    await visitor.says("hello")

    await expect(visitor.messages("bot")).to_have_text("you said: hello")
    assert brain.heard == ["hello"]
    assert visitor.page.url == f"{gateway_url}/" and visitor.violations == []


async def test_what_the_person_writes_first_goes_before_the_topic(
    context: BrowserContext, gateway_url: str, brain: DecidedBrain
) -> None:
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await context.route("**/api/widget/**", hold)
    visitor = await Visitor.comes(context, f"{gateway_url}/?lang=fr&topic=work")
    await visitor.opens()
    await visitor.says("hello")
    await expect(visitor.messages("bot")).to_have_count(1)

    for route in held:
        await route.continue_()

    await expect(visitor.messages("bot")).to_have_count(2)
    await expect(visitor.chooser).to_have_value("fr")
    assert brain.heard == ["hello", '/change_language{"language":"fr"}']


async def test_a_link_in_a_conversation_that_goes_on_changes_its_language_and_asks_its_topic(
    context: BrowserContext, gateway_url: str, brain: DecidedBrain
) -> None:
    visitor = await Visitor.comes(context, gateway_url)
    await visitor.opens()
    await visitor.says("hello")
    await expect(visitor.messages("bot")).to_have_count(1)

    await visitor.page.goto(f"{gateway_url}/?lang=fr")
    await expect(visitor.page.locator("baken-chat").locator(".root")).to_have_attribute("lang", "fr")
    await visitor.opens()
    await expect(visitor.messages("bot")).to_have_count(2)
    await visitor.page.goto(f"{gateway_url}/?lang=ar&topic=work")
    await visitor.opens()

    await expect(visitor.messages("bot")).to_have_count(3)
    assert brain.heard == ["hello", '/change_language{"language":"fr"}', WORK_AR]


async def test_without_scripts_the_answer_stands_on_the_page(browser: Browser, gateway_url: str) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()

    await page.goto(f"{gateway_url}/?lang=ar&topic=danger")

    await expect(page.locator("noscript section")).to_have_attribute("dir", "rtl")
    await expect(page.get_by_role("link", name="112").first).to_be_visible()
    await context.close()
