"""A real browser for tests: Debian's Chromium, driven by Playwright, quiet on the network."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A running browser, closed at the end."""
    executable = shutil.which("chromium")
    assert executable, "the browser tests need `chromium` on the PATH (Debian: apt install chromium)"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


async def picture(page: Page, name: str) -> None:
    """Save a screenshot when `BAKEN_SCREENSHOTS` names a folder."""
    folder = os.environ.get("BAKEN_SCREENSHOTS")
    if folder:
        await page.screenshot(path=Path(folder) / name)
