"""A counsellor's shift in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.chromium import chromium, picture
from tests.conftest import Person, answered
from tests.desk.conftest import PASSWORD, Office

DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)


@pytest.fixture(name="chromium")
async def running_chromium() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


async def signed_in(chromium: Browser, office: Office, viewport: ViewportSize) -> tuple[Page, list[str]]:
    """A page with Anna signed in, and everything its console complains about."""
    await office.hires("Anna")
    context = await chromium.new_context(viewport=viewport, locale="en-GB")
    page = await context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(f"{office.url}/console")
    await page.get_by_label("Name").fill("Anna")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    return page, complaints


async def test_a_shift_with_the_mouse(office: Office, chromium: Browser) -> None:
    page, complaints = await signed_in(chromium, office, DESKTOP)

    person = await Person.arrives(office.browser(), "en")
    await person.says("My boss took my passport and says I must pay first.")
    await person.reads(answered())
    await person.says("danger")
    await expect(page).to_have_title("(1) Baken")
    await page.get_by_role("link", name="Urgent").click()
    await expect(page.get_by_role("log")).to_contain_text("My boss took my passport")
    await expect(page.get_by_text("The program is answering.")).to_be_visible()

    await page.get_by_role("button", name="Take this conversation").click()
    await expect(page).to_have_title("Baken")
    await page.get_by_label("Your answer").fill("Hello, I am Anna. You are not alone. Are you safe right now?")
    await page.get_by_role("button", name="Send").click()
    answer = (await person.reads(answered(1, "counsellor")))[-1]
    assert answer["text"] == "Hello, I am Anna. You are not alone. Are you safe right now?"
    await expect(page.get_by_label("Your answer")).to_have_value("")

    await person.says("Yes. I am alone now, he comes back at six.")
    await office.receives("human", "fr")
    await expect(page.get_by_role("log")).to_contain_text("he comes back at six")
    await expect(page.locator(".message.counsellor")).to_have_count(1)
    await expect(page.get_by_role("link", name="Soon")).to_be_visible()
    await page.get_by_label("Your answer").fill("Good. We have time. I stay here with you.")
    await picture(page, "console.png")

    await page.get_by_role("button", name="Hand back to the program").click()
    await expect(page.get_by_text("handed back or closed")).to_be_visible()
    await person.says("hello again")
    await expect(page.get_by_role("log")).to_contain_text("you said: hello again")
    assert complaints == []


async def test_a_shift_with_the_keyboard_alone(office: Office, chromium: Browser) -> None:
    page, complaints = await signed_in(chromium, office, DESKTOP)
    await office.receives("human")
    person = await office.receives("danger")
    await expect(page).to_have_title("(2) Baken")

    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text("Send the answer")
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Take this conversation")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Your answer")).to_be_visible()
    await page.keyboard.press("r")
    await page.keyboard.type("I am here.")
    await page.keyboard.press("Control+Enter")

    assert (await person.reads(answered(1, "counsellor")))[-1]["text"] == "I am here."
    assert complaints == []


async def test_an_answer_that_does_not_go_out_stays_and_goes_out_once(office: Office, chromium: Browser) -> None:
    page, _ = await signed_in(chromium, office, DESKTOP)
    person = await office.receives()
    await page.get_by_role("link", name="Soon").click()
    await page.get_by_role("button", name="Take this conversation").click()
    # Taking it loads a page; requests are only intercepted for certain once that is there with its script.
    await expect(page.get_by_role("button", name="Hand back to the program")).to_be_visible()
    await page.wait_for_load_state("load")

    await page.route("**/messages", lambda route: route.abort())
    await page.get_by_label("Your answer").fill("Can you read this?")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("Not sent. Your text is still here")).to_be_visible()
    await expect(page.get_by_label("Your answer")).to_have_value("Can you read this?")
    await page.unroute("**/messages")
    await page.get_by_role("button", name="Send").click()

    seen = await person.reads(answered(1, "counsellor"))
    assert seen[-1]["text"] == "Can you read this?"
    await expect(page.locator(".message.counsellor")).to_have_count(1)


async def test_a_phone_is_enough(office: Office, chromium: Browser) -> None:
    page, complaints = await signed_in(chromium, office, PHONE)
    person = await office.receives("danger", "ar")
    await page.get_by_role("link", name="Urgent").click()
    await page.get_by_role("button", name="Take this conversation").click()
    await page.get_by_label("Your answer").fill("مرحبا")
    await page.get_by_role("button", name="Send").click()

    assert (await person.reads(answered(1, "counsellor")))[-1]["text"] == "مرحبا"
    await expect(page.locator(".message.counsellor")).to_have_count(1)
    wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider == 0
    await picture(page, "console-phone.png")
    await page.get_by_role("link", name="Back to the queue").click()
    await expect(page.get_by_role("heading", name="With me")).to_be_visible()
    await picture(page, "console-phone-queue.png")
    assert complaints == []


async def test_the_console_works_without_scripts(office: Office, chromium: Browser) -> None:
    await office.hires("Anna")
    person = await office.receives()
    context = await chromium.new_context(java_script_enabled=False, locale="en-GB")
    page = await context.new_page()
    await page.goto(f"{office.url}/console")
    await page.get_by_label("Name").fill("Anna")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("link", name="Soon").click()
    await page.get_by_role("button", name="Take this conversation").click()
    await page.get_by_label("Your answer").fill("Hello without scripts")
    await page.get_by_role("button", name="Send").click()

    assert (await person.reads(answered(1, "counsellor")))[-1]["text"] == "Hello without scripts"
    await expect(page.get_by_role("log")).to_contain_text("Hello without scripts")


async def test_a_notification_says_nothing_about_the_person(office: Office, chromium: Browser) -> None:
    page, complaints = await signed_in(chromium, office, DESKTOP)
    # Without a screen the browser shows no notification: the page's own calls are written down instead.
    await page.add_init_script(
        """window.shown = [];
        window.Notification = class {
          static permission = "default";
          static async requestPermission() { return (this.permission = "granted"); }
          constructor(title, options) { window.shown.push([title, options.body ?? ""]); }
        };"""
    )
    # The first event tells what is no news, so the stream has to be open before somebody comes.
    async with page.expect_response("**/console/events"):
        await page.reload()
    await page.get_by_role("button", name="Notify me").click()
    await expect(page.get_by_role("button", name="Notifications are on")).to_be_visible()

    await office.receives("danger")
    await expect(page).to_have_title("(1) Baken")

    assert await page.evaluate("window.shown") == [["New in the queue", ""]]
    assert complaints == []
