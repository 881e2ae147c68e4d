"""What people get from the widget: an answer, on any network, and no trace."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import Browser, Request, Route, expect

from bot.app import WEB
from bot.conversations.body import Body
from bot.conversations.rasa import Reply
from tests.browser.conftest import Visitor
from tests.browser.stories import a_bed_for_tonight, in_the_chosen_language
from tests.conftest import DecidedBrain, served

_BUDGET_BYTES = 15_000


async def test_what_is_written_is_answered_at_once_and_nothing_exists_before(
    visitor: Visitor, brain: DecidedBrain
) -> None:
    await visitor.opens()
    await expect(visitor.log).to_contain_text("A computer program answers.")
    assert await visitor.stored() == "{}"

    await visitor.says("hello\nyou")

    await expect(visitor.messages("bot")).to_have_text("you said: hello\nyou", use_inner_text=True)
    await expect(visitor.messages("person")).to_have_text("hello\nyou", use_inner_text=True)
    await expect(visitor.page.get_by_text("Sending…")).to_have_count(0)
    assert brain.heard == ["hello\nyou"]


async def test_a_reload_keeps_the_conversation_without_loss_or_doubles(visitor: Visitor) -> None:
    await visitor.opens()
    for text in ("one", "two", "two"):
        await visitor.says(text)
    await expect(visitor.messages("bot")).to_have_count(3)

    await visitor.page.reload()
    await visitor.opens()

    await expect(visitor.messages("bot")).to_have_text(["you said: one", "you said: two", "you said: two"])
    await expect(visitor.messages("person")).to_have_text(["one", "two", "two"])
    await visitor.says("three")
    await expect(visitor.messages("bot")).to_have_count(4)


async def test_what_is_written_without_a_network_survives_a_reload_and_is_sent_once(
    visitor: Visitor, brain: DecidedBrain
) -> None:
    async def unreachable(route: Route) -> None:
        await route.abort()

    await visitor.opens()
    await visitor.says("before")
    await expect(visitor.messages("bot")).to_have_count(1)
    await visitor.page.route("**/api/**", unreachable)
    await visitor.says("I wrote this in the metro")
    await expect(visitor.page.get_by_text("What you wrote is kept")).to_be_visible()
    await visitor.page.reload()
    await visitor.opens()
    await expect(visitor.messages("person")).to_have_text(["I wrote this in the metro"])
    await expect(visitor.page.get_by_text("Sending…")).to_be_visible()

    await visitor.page.unroute("**/api/**", unreachable)
    await visitor.page.evaluate("dispatchEvent(new Event('online'))")

    await expect(visitor.messages("bot")).to_have_text(["you said: before", "you said: I wrote this in the metro"])
    await expect(visitor.messages("person")).to_have_text(["before", "I wrote this in the metro"])
    assert brain.heard == ["before", "I wrote this in the metro"]


async def test_a_message_whose_acknowledgement_was_lost_is_neither_lost_nor_doubled(
    visitor: Visitor, brain: DecidedBrain
) -> None:
    lost: list[str] = []

    async def lose_the_first_answer(route: Route) -> None:
        response = await route.fetch()
        if lost:
            await route.fulfill(response=response)
        else:
            lost.append(await response.text())
            await route.abort()

    await visitor.page.route("**/messages", lose_the_first_answer)
    await visitor.opens()

    await visitor.says("only once")

    await expect(visitor.messages("bot")).to_have_text(["you said: only once"])
    await expect(visitor.messages("person")).to_have_text(["only once"])
    await expect(visitor.page.get_by_text("Sending…")).to_have_count(0)
    async with visitor.page.expect_response("**/messages") as second:
        await visitor.says("and this")
    assert (await second.value).status == 202
    await expect(visitor.messages("bot")).to_have_text(["you said: only once", "you said: and this"])
    assert lost and brain.heard == ["only once", "and this"]


async def test_a_refused_message_says_so_and_can_be_tried_again(visitor: Visitor) -> None:
    async def refuse(route: Route) -> None:
        await route.fulfill(status=422, json={"error": "no"})

    await visitor.page.route("**/messages", refuse)
    await visitor.opens()
    await visitor.says("hello")
    await expect(visitor.page.get_by_text("Not sent.")).to_be_visible()
    await visitor.page.unroute("**/messages", refuse)

    await visitor.button("Try again").click()

    await expect(visitor.messages("bot")).to_have_text(["you said: hello"])
    await expect(visitor.messages("person")).to_have_text(["hello"])


async def test_answers_come_through_a_proxy_that_holds_streams_back(visitor: Visitor) -> None:
    async def hold_back(route: Route) -> None:
        if "limit_s" in route.request.url:
            await route.continue_()

    await visitor.page.route("**/events*", hold_back)
    await visitor.opens()

    await visitor.says("hello")

    await expect(visitor.messages("bot")).to_have_text(["you said: hello"])


async def test_a_tap_sends_what_the_button_means(visitor: Visitor, brain: DecidedBrain) -> None:
    brain.think = a_bed_for_tonight
    await visitor.opens()
    await visitor.says("where can I sleep")
    await expect(visitor.button("My rights")).to_be_visible()

    async with visitor.page.expect_request("**/messages") as sent:
        await visitor.button("My rights").click()

    said = json.loads((await sent.value).post_data or "")
    assert (said["payload"], said["text"]) == ("/ask_rights", "My rights")
    await expect(visitor.messages("person")).to_have_text(["where can I sleep", "My rights"])
    await expect(visitor.messages("bot")).to_have_count(4)
    assert brain.heard == ["where can I sleep", "/ask_rights"]
    await expect(visitor.log.locator(".choices.old .choice", has_text="My rights")).to_have_count(1)


@pytest.mark.parametrize(
    ("name", "payload"),
    [("Emergency", "/ask_emergency_numbers"), ("A human", "/ask_human"), ("Topics", "/main_menu")],
)
async def test_help_is_always_one_tap_away(visitor: Visitor, brain: DecidedBrain, name: str, payload: str) -> None:
    await visitor.opens()

    await visitor.button(name).click()

    await expect(visitor.messages("bot")).to_have_count(1)
    assert brain.heard == [payload]


async def test_topics_can_be_tapped_before_anything_is_written(visitor: Visitor, brain: DecidedBrain) -> None:
    async def with_topics(route: Route) -> None:
        response = await route.fetch()
        topics = [{"title": "A safe bed", "payload": "/ask_shelter"}]
        await route.fulfill(response=response, json={**await response.json(), "topics": topics})

    await visitor.page.route("**/api/widget/*", with_topics)
    await visitor.page.reload()
    await visitor.opens()

    await visitor.button("A safe bed").click()

    await expect(visitor.messages("bot")).to_have_count(1)
    assert brain.heard == ["/ask_shelter"]


async def test_numbers_can_be_called_and_years_and_amounts_cannot(visitor: Visitor, brain: DecidedBrain) -> None:
    text = (
        "Call 112, 1712 or 116 000.\n078 055 800\n101\n"
        "PAG-ASA: 02 511 64 64, 02/511.64.64, 0800 32 123, 0471 12 34 56 or +32 2 511 64 64.\n"
        "Since 2026, 112 euro, € 1712, 10 000 people, 06/08/2026, 1995, 100.50, 20261106."
    )
    brain.think = lambda _: Reply((Body(text),), language="en")
    await visitor.opens()
    await visitor.says("numbers")

    links = visitor.messages("bot").get_by_role("link")

    await expect(links).to_have_count(10)
    assert [await link.get_attribute("href") for link in await links.all()] == [
        "tel:112",
        "tel:1712",
        "tel:116000",
        "tel:+3278055800",
        "tel:101",
        "tel:+3225116464",
        "tel:+3225116464",
        "tel:080032123",
        "tel:+32471123456",
        "tel:+3225116464",
    ]
    await expect(visitor.messages("bot")).to_have_text(text, use_inner_text=True)
    assert await links.first.locator("bdi").get_attribute("dir") == "ltr"


async def test_a_service_shows_whom_to_call_and_when_it_was_checked(visitor: Visitor, brain: DecidedBrain) -> None:
    brain.think = a_bed_for_tonight
    await visitor.opens()
    await visitor.says("where can I sleep")

    card = visitor.page.get_by_role("region", name="PAG-ASA")

    await expect(card.get_by_role("link", name="02 511 64 64")).to_have_attribute("href", "tel:+3225116464")
    for line in ("Open now until 17:00", "Cellebroersstraat 16B", "1.2 km", "Last checked: 6 August 2026"):
        await expect(card).to_contain_text(line)
    website = card.get_by_role("link", name="pag-asa.be")
    await expect(website).to_have_attribute("rel", "noreferrer noopener")


async def test_the_chooser_shows_own_names_and_changes_texts_direction_and_the_bot(
    visitor: Visitor, brain: DecidedBrain
) -> None:
    brain.think = in_the_chosen_language
    await visitor.opens()
    assert await visitor.chooser.locator("option").all_inner_texts() == ["Français", "English", "العربية"]

    await visitor.chooser.select_option("fr")
    await expect(visitor.button("Partir vite")).to_be_visible()
    assert brain.heard == []
    await visitor.says("bonjour")
    await expect(visitor.messages("bot")).to_have_count(1)
    await visitor.chooser.select_option("ar")

    await expect(visitor.button("مغادرة سريعة")).to_be_visible()
    await expect(visitor.messages("bot").last).to_have_text("مرحبا.")
    assert brain.heard == ["bonjour", '/change_language{"language":"ar"}']
    assert await visitor.panel.evaluate("(panel) => getComputedStyle(panel).direction") == "rtl"
    await visitor.page.reload()
    await expect(visitor.page.locator("baken-chat").locator(".root")).to_have_attribute("dir", "rtl")


async def test_leaving_quickly_hides_the_page_clears_it_and_has_no_way_back(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.opens()
    await visitor.says("nobody may see this")
    await expect(visitor.messages("bot")).to_have_count(1)
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))

    await visitor.button("Leave quickly").click()

    await expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()
    assert {request.method for request in requests} == {"GET"}
    await page.go_back()
    assert page.url == "about:blank"
    await page.goto(visitor.url)
    assert await visitor.stored() == "{}"
    await visitor.opens()
    await expect(visitor.messages("person")).to_have_count(0)


async def test_the_page_is_hidden_even_if_the_next_one_never_comes(visitor: Visitor) -> None:
    async def nothing(route: Route) -> None:
        await route.fulfill(status=204)

    await visitor.page.route("https://**", nothing)
    await visitor.opens()
    await visitor.says("nobody may see this")

    await visitor.button("Leave quickly").click(no_wait_after=True)

    await expect(visitor.page.get_by_role("heading", name="around the corner")).to_be_hidden()
    await expect(visitor.log).to_have_count(0)
    assert await visitor.stored() == "{}"


async def test_three_times_shift_leaves_and_capital_letters_do_not(visitor: Visitor) -> None:
    await visitor.opens()
    for key in ("Shift+A", "Shift+B", "Shift+C", "Shift+D"):
        await visitor.page.keyboard.press(key)
    await expect(visitor.input).to_have_value("ABCD")

    for _ in range(3):
        await visitor.page.keyboard.press("Shift")

    await expect(visitor.page.get_by_role("heading", name="Elsewhere")).to_be_visible()


async def test_erasing_asks_once_and_leaves_nothing_on_the_server_or_here(visitor: Visitor) -> None:
    await visitor.opens()
    await visitor.says("forget this")
    await expect(visitor.messages("bot")).to_have_count(1)
    kept = json.loads(json.loads(await visitor.stored())["chat"])

    await visitor.button("Erase").click()
    await expect(visitor.page.get_by_role("alertdialog")).to_contain_text("It cannot be undone.")
    await visitor.button("Yes, erase").click()

    await expect(visitor.page.get_by_role("status")).to_have_text("The conversation is erased.")
    await expect(visitor.messages("person")).to_have_count(0)
    assert await visitor.stored() == "{}"
    async with httpx.AsyncClient(base_url=visitor.url, trust_env=False) as http:
        headers = {"Authorization": f"Bearer {kept['token']}"}
        assert (await http.get(f"/api/conversations/{kept['id']}/events", headers=headers)).status_code == 404
    await visitor.says("a new beginning")
    await expect(visitor.messages("bot")).to_have_text(["you said: a new beginning"])


async def test_a_conversation_that_erased_itself_is_said_and_the_next_message_begins_a_new_one(
    visitor: Visitor,
) -> None:
    await visitor.opens()
    await visitor.says("old")
    await expect(visitor.messages("bot")).to_have_count(1)
    kept = json.loads(json.loads(await visitor.stored())["chat"])
    async with httpx.AsyncClient(base_url=visitor.url, trust_env=False) as http:
        headers = {"Authorization": f"Bearer {kept['token']}"}
        await http.delete(f"/api/conversations/{kept['id']}", headers=headers)

    await expect(visitor.page.get_by_role("status")).to_have_text("The conversation is erased.")
    await expect(visitor.messages("person")).to_have_count(0)
    await visitor.says("new")

    await expect(visitor.messages("bot")).to_have_text(["you said: new"])


async def test_a_screen_reader_finds_every_part_by_role_and_name(visitor: Visitor) -> None:
    await visitor.opens()
    await visitor.says("hello")
    await expect(visitor.messages("bot")).to_have_count(1)

    await expect(visitor.page.get_by_role("dialog", name="Info & Contact")).to_be_visible()
    await expect(visitor.page.get_by_role("log", name="Conversation")).to_have_attribute("aria-live", "polite")
    await expect(visitor.log).to_contain_text("You: ")
    await expect(visitor.log).to_contain_text("Program: ")
    await expect(visitor.page.get_by_role("textbox", name="Write here…")).to_be_focused()
    await expect(visitor.page.get_by_role("combobox", name="Language")).to_be_visible()
    for name in ("Leave quickly", "Close", "Send", "Emergency", "A human", "Topics", "Erase"):
        await expect(visitor.button(name)).to_be_visible()
    await expect(visitor.button("Leave quickly")).to_have_accessible_description(re.compile("history"))
    await expect(visitor.panel.get_by_role("link", name="112")).to_have_attribute("href", "tel:112")


async def test_everything_can_be_done_with_the_keyboard(visitor: Visitor, brain: DecidedBrain) -> None:
    brain.think = a_bed_for_tonight
    keyboard = visitor.page.keyboard
    await visitor.button("Write to us").focus()
    await keyboard.press("Enter")
    await expect(visitor.input).to_be_focused()
    await keyboard.type("where can I sleep")
    await keyboard.press("Enter")
    rights = visitor.button("My rights")
    await expect(rights).to_be_visible()

    first = await visitor.panel.evaluate(
        "(panel) => panel.querySelector('button, a, select, textarea, [tabindex]').textContent"
    )
    assert first == "Leave quickly"
    for _ in range(30):
        if await rights.evaluate("(node) => node.getRootNode().activeElement === node"):
            break
        await keyboard.press("Shift+Tab")
    await keyboard.press("Enter")
    await expect(visitor.messages("person")).to_have_text(["where can I sleep", "My rights"])
    await keyboard.press("Escape")

    await expect(visitor.panel).to_be_hidden()
    await expect(visitor.button("Write to us")).to_be_focused()


async def test_112_can_be_called_when_the_gateway_cannot_be_reached(visitor: Visitor) -> None:
    async def unreachable(route: Route) -> None:
        await route.abort()

    await visitor.page.route("**/api/**", unreachable)
    await visitor.page.reload()
    await visitor.opens()

    await expect(visitor.panel.get_by_role("link", name="112")).to_be_in_viewport()
    await expect(visitor.button("Leave quickly")).to_be_visible()


async def test_the_numbers_are_readable_without_javascript(browser: Browser, gateway_url: str) -> None:
    context = await browser.new_context(java_script_enabled=False)
    visitor = await Visitor.comes(context, gateway_url)

    for number in ("112", "101", "078 055 800", "116 000", "1712"):
        await expect(
            visitor.page.get_by_role("contentinfo").get_by_role("link", name=number, exact=True)
        ).to_be_visible()
    # Chromium parses <noscript> as if scripts ran when they are off for a test only, and shows nothing of it.
    notice = (await visitor.page.content()).partition("<noscript>")[2].partition("</noscript>")[0]
    assert "tel:112" in notice and "needs JavaScript" in notice
    await context.close()


async def test_a_whole_story_asks_nobody_else_and_breaks_no_policy(visitor: Visitor, brain: DecidedBrain) -> None:
    brain.think = a_bed_for_tonight
    await visitor.opens()
    await visitor.says("where can I sleep")
    await visitor.button("My rights").click()
    await expect(visitor.messages("bot")).to_have_count(4)
    await visitor.chooser.select_option("ar")
    await expect(visitor.messages("bot")).to_have_count(6)
    await visitor.page.reload()
    await visitor.page.evaluate("document.querySelector('baken-chat').setAttribute('open', '')")
    await expect(visitor.messages("bot")).to_have_count(6)

    home = urlsplit(visitor.url).netloc
    assert {urlsplit(address).netloc for address in visitor.asked if not address.startswith("data:")} == {home}
    assert not [address for address in visitor.asked if "ticket" in address or "token" in address]
    assert visitor.violations == []
    assert await visitor.page.evaluate("[localStorage.length, document.cookie, history.length]") == [0, "", 2]


async def test_it_works_on_somebody_elses_site_under_a_strict_policy(browser: Browser, gateway_url: str) -> None:
    site = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    policy = f"default-src 'none'; script-src {gateway_url}; connect-src {gateway_url}; style-src 'self'; img-src data:"

    @site.get("/")
    async def page() -> HTMLResponse:
        tags = f'<script src="{gateway_url}/widget.js" defer></script><baken-chat open></baken-chat>'
        html = f'<!doctype html><link rel="icon" href="data:,">{tags}'
        return HTMLResponse(html, headers={"Content-Security-Policy": policy})

    context = await browser.new_context(locale="fr-BE")
    async with served(site) as url:
        visitor = await Visitor.comes(context, url)
        await expect(visitor.button("Partir vite")).to_be_visible()
        await visitor.says("hello")

        await expect(visitor.messages("bot")).to_have_text(["you said: hello"])
        assert visitor.violations == []
        assert await visitor.panel.evaluate("(panel) => getComputedStyle(panel).position") == "fixed"
        await context.close()


async def test_taking_the_widget_out_of_the_page_ends_everything_it_started(visitor: Visitor) -> None:
    await visitor.opens()
    await visitor.says("hello")
    await expect(visitor.messages("bot")).to_have_count(1)

    async with visitor.page.expect_event("requestfailed", lambda request: request.url.endswith("/events")):
        await visitor.page.evaluate("window.gone = document.querySelector('baken-chat'); window.gone.remove()")
    asked = len(visitor.asked)
    await visitor.page.evaluate("dispatchEvent(new Event('online'))")
    for _ in range(3):
        await visitor.page.keyboard.press("Shift")
    assert len(visitor.asked) == asked

    await visitor.page.evaluate("document.body.append(window.gone)")
    await expect(visitor.messages("bot")).to_have_text(["you said: hello"])


async def test_a_page_hears_when_the_panel_opens_and_closes(visitor: Visitor) -> None:
    await visitor.page.evaluate(
        "window.heard = []; for (const name of ['baken-open', 'baken-close'])"
        " addEventListener(name, () => window.heard.push(name))"
    )

    await visitor.opens()
    await visitor.button("Close").click()

    assert await visitor.page.evaluate("window.heard") == ["baken-open", "baken-close"]


def test_the_whole_widget_weighs_less_than_one_picture() -> None:
    assert len(gzip.compress((WEB / "widget" / "widget.js").read_bytes())) < _BUDGET_BYTES


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 844), (1100, 800)])
async def test_nothing_is_cut_off_on_any_screen(
    browser: Browser,
    gateway_url: str,
    brain: DecidedBrain,
    screenshots: Path | None,
    width: int,
    height: int,
    scheme: str,
) -> None:
    brain.think = a_bed_for_tonight
    context = await browser.new_context(
        locale="en-GB",
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=2,
        has_touch=width < 500,
    )
    visitor = await Visitor.comes(context, gateway_url)
    await visitor.opens()
    await visitor.says("I need somewhere safe to sleep tonight")
    await expect(visitor.messages("bot")).to_have_count(2)

    overflowing = await visitor.page.evaluate(
        """() => [document.documentElement, ...document.querySelector('baken-chat').shadowRoot.querySelectorAll('*')]
          .filter((node) => node.scrollWidth > node.clientWidth + 1 && node.clientWidth && !node.matches('.sr'))
          .map((node) => node.className || node.tagName)"""
    )
    assert overflowing == []
    panel = await visitor.panel.bounding_box()
    assert panel is not None and panel["x"] >= 0 and panel["x"] + panel["width"] <= width
    for name in ("Leave quickly", "Close", "Send", "Emergency", "Erase"):
        await expect(visitor.button(name)).to_be_in_viewport(ratio=1)
    if screenshots:
        is_the_one = (width, scheme) == (390, "light")
        name = "widget.png" if is_the_one else f"widget-{width}-{scheme}.png"
        await visitor.page.screenshot(path=screenshots / name)
    await context.close()
