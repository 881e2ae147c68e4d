"""A real browser, and a visitor in it who uses the widget as people do: by what can be seen, read aloud or pressed."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from playwright.async_api import Browser, BrowserContext, Locator, Page, Route, expect

from bot import catalogue, languages
from tests.chromium import chromium

# A widget that does not show something within this time does not show it.
_PATIENCE_MS = 10_000
expect.set_options(timeout=_PATIENCE_MS)

# Enough of two languages to see the texts and the direction change.
_TRANSLATIONS = {
    "fr": {"Leave quickly": "Partir vite", "Emergency": "Urgence", "Write here…": "Écrivez ici…", "Send": "Envoyer"},
    "ar": {"Leave quickly": "مغادرة سريعة", "Emergency": "طوارئ", "Write here…": "اكتب هنا…", "Send": "إرسال"},
}


@pytest.fixture(autouse=True)
def three_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """English, French and Arabic are offered, whatever catalogues the repository has."""
    folder = tmp_path / "locale"
    for code, texts in _TRANSLATIONS.items():
        messages = Catalog(locale=code)
        for source, translation in texts.items():
            messages.add(source, translation)
        path = folder / code / "LC_MESSAGES" / f"{languages.DOMAIN}.po"
        path.parent.mkdir(parents=True)
        with path.open("wb") as po:
            write_po(po, messages)
    monkeypatch.setattr(languages, "LOCALE_FOLDER", folder)
    monkeypatch.setattr(catalogue, "LOCALE_FOLDER", folder)
    _forget_catalogues()
    yield
    _forget_catalogues()


def _forget_catalogues() -> None:
    languages.offered.cache_clear()
    catalogue.translations.cache_clear()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@dataclass
class Visitor:
    """Somebody in front of a page with the widget. `asked` are the addresses the page requested."""

    page: Page
    url: str
    asked: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    @classmethod
    async def comes(cls, context: BrowserContext, url: str) -> Visitor:
        context.set_default_timeout(_PATIENCE_MS)
        await context.add_init_script(
            "addEventListener('securitypolicyviolation', (e) => console.error('refused ' + e.violatedDirective))"
        )
        # Nobody is asked outside this machine: what the exit leads to is a page of the test.
        await context.route("https://**", _elsewhere)
        page = await context.new_page()
        visitor = cls(page, url)
        page.on("request", lambda request: visitor.asked.append(request.url))
        page.on("console", lambda line: visitor.violations.append(line.text) if "refused" in line.text else None)
        page.on("pageerror", lambda error: visitor.violations.append(str(error)))
        await page.goto(url)
        return visitor

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def input(self) -> Locator:
        return self.page.get_by_role("textbox")

    @property
    def chooser(self) -> Locator:
        return self.page.get_by_role("combobox")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def messages(self, sender: str) -> Locator:
        return self.log.locator(f".message.{sender} .said")

    async def opens(self) -> None:
        await self.button("Write to us").click()

    async def says(self, text: str) -> None:
        await self.input.fill(text)
        await self.input.press("Enter")

    async def stored(self) -> str:
        return str(await self.page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})"))


async def _elsewhere(route: Route) -> None:
    await route.fulfill(content_type="text/html", body="<title>Elsewhere</title><h1>Elsewhere</h1>")


@pytest.fixture
async def visitor(browser: Browser, gateway_url: str) -> AsyncIterator[Visitor]:
    context = await browser.new_context(locale="en-GB", viewport={"width": 1000, "height": 760})
    yield await Visitor.comes(context, gateway_url)
    await context.close()


@pytest.fixture
def screenshots() -> Path | None:
    """Where pictures for the documentation go, when somebody wants them (BAKEN_SCREENSHOTS)."""
    wanted = os.environ.get("BAKEN_SCREENSHOTS")
    if not wanted:
        return None
    folder = Path(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
