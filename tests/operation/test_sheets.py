"""Printed sheets: the code opens the right door, the words fit and tell nobody anything."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Page
from typer.testing import CliRunner

from bot import cli
from bot.knowledge.sheets import load_sheets
from bot.languages import CODES, language
from bot.operation import sheets
from bot.operation.environments import OperationError
from bot.operation.sheets import Doors, make, render
from tests.chromium import chromium

BOTH = Doors.of(page="https://info.example.org", bot="@info_buurt_bot")
TELEGRAM = Doors.of(page=None, bot="info_buurt_bot")
# The longest addresses that are taken.
LONG = Doors.of(page=f"https://{'buurtinformatie.' * 4}be/over", bot="a" * 32)
PLACES = tuple(load_sheets().places)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest.fixture
async def paper(browser: Browser) -> AsyncIterator[Page]:
    """A page of A6 at 96 dots an inch."""
    context = await browser.new_context(viewport={"width": 397, "height": 560}, device_scale_factor=2)
    page = await context.new_page()
    await page.emulate_media(media="print")
    yield page
    await context.close()


async def scanned(paper: Page, sheet: str) -> str:
    """What a phone reads on the sheet."""
    await paper.set_content(sheet)
    picture = Image.open(io.BytesIO(await paper.screenshot())).convert("L")
    codes = zxingcpp.read_barcodes(picture)
    assert len(codes) == 1
    return str(codes[0].text)


@pytest.mark.parametrize(
    ("doors", "code", "place", "address"),
    [
        (BOTH, "ro", "nail-bar", "https://info.example.org/?lang=ro&topic=work"),
        (BOTH, "ar", "laundrette", "https://info.example.org/?lang=ar"),
        (TELEGRAM, "ti", "hotel", "https://t.me/info_buurt_bot?start=ti_work"),
        (TELEGRAM, "ur", "lorry-park", "https://t.me/info_buurt_bot?start=ur"),
        (LONG, "vi", "building-site", f"{LONG.page}?lang=vi&topic=work"),
    ],
)
async def test_the_code_on_the_sheet_reads_as_the_link(
    paper: Page, doors: Doors, code: str, place: str, address: str
) -> None:
    assert await scanned(paper, render(load_sheets(), doors, code, place)) == address


async def test_the_code_leads_to_a_conversation_in_its_language_and_on_its_topic(
    paper: Page, http: httpx.AsyncClient
) -> None:
    link = urlsplit(await scanned(paper, render(load_sheets(), BOTH, "fr", "building-site")))
    query = {name: values[0] for name, values in parse_qs(link.query).items()}

    page = await http.get(link.path, params=query)
    told = (await http.get(f"/api/widget/{query['lang']}", params={"topic": query["topic"]})).json()

    assert 'lang="fr"' in page.text
    assert told["topic"]["payload"] == '/ask_working_rights{"language":"fr"}'


async def test_every_sheet_fits_its_paper_and_asks_for_nothing_outside_it(paper: Page) -> None:
    asked: list[str] = []
    paper.on("request", lambda request: asked.append(request.url))
    inside = """() => [...document.querySelectorAll("p, h1, svg")].every((node) => {
        const box = node.getBoundingClientRect();
        return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
    })"""
    for doors in (BOTH, LONG):
        for code in CODES:
            for place in PLACES:
                await paper.set_content(render(load_sheets(), doors, code, place))
                assert await paper.evaluate(inside), (code, place)
    assert asked == []


@pytest.mark.parametrize("code", CODES)
def test_a_sheet_is_in_its_language_and_direction_and_names_no_app_it_needs(code: str) -> None:
    web, telegram = (render(load_sheets(), doors, code, "hotel") for doors in (BOTH, TELEGRAM))

    assert f'<html lang="{code}" dir="{language(code).direction}">' in web
    no_app = load_sheets().languages[code].no_app.replace("'", "&#39;")
    assert no_app in web and no_app not in telegram
    assert "info.example.org" in web and "t.me/info_buurt_bot" in web and "t.me/info_buurt_bot" in telegram


def test_only_what_runs_from_right_to_left_is_marked_so() -> None:
    marked = {code for code in CODES if 'dir="rtl">' in render(load_sheets(), TELEGRAM, code, "hotel")[:100]}

    assert marked == {"ar", "fa", "ps", "ur"}


def test_all_makes_every_sheet_in_the_folder(tmp_path: Path) -> None:
    made, _ = make(BOTH, language=None, place=None, every=True, out=tmp_path / "new" / "folder")

    assert len(made) == len(CODES) * len(PLACES)
    assert {path.name for path in (tmp_path / "new" / "folder").iterdir()} == {path.name for path in made}
    assert tmp_path / "new" / "folder" / "ro-nail-bar.html" in made


def test_all_of_one_language_is_every_place(tmp_path: Path) -> None:
    made, _ = make(BOTH, language="ro", place=None, every=True, out=tmp_path)

    assert [path.name for path in made] == [f"ro-{place}.html" for place in PLACES]


def test_whoever_prints_is_told_what_nobody_read_what_is_not_answered_and_what_an_address_gives_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "offered", lambda: ("en", "fr"))
    doors = Doors.of(page="https://example.org/stop-trafficking", bot=None)

    _, remarks = make(doors, language="ro", place="hotel", every=False, out=tmp_path / "a.html")

    assert [remark.rpartition(": ")[2] for remark in remarks[:2]] == ["ro", "ro"]
    assert remarks[2].startswith("example.org/stop-trafficking stands on the sheet and says traffick")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--lang", "ro", "--place", "hotel"], "Give --url https://… or --bot NAME"),
        (["--url", "https://a.be"], "Give --lang and --place, or --all."),
        (["--url", "https://a.be", "--lang", "eo", "--place", "hotel"], "--lang eo: there are nl, fr, en"),
        (["--url", "https://a.be", "--lang", "ro", "--place", "bank"], "--place bank: there are laundrette"),
        (["--url", "http://a.be", "--all"], "an address begins with https://"),
        (["--url", "https://", "--all"], "an address begins with https://"),
        (["--url", "https://[", "--all"], "this is no address"),
        (["--url", "https://a.be:x", "--all"], "this is no address"),
        (["--url", "https://a.be/?lang=ro", "--all"], "give the plain address"),
        (["--url", "https://me@a.be/", "--all"], "give the plain address"),
        (["--url", f"https://a.be/{'b' * 80}", "--all"], "at most 80 characters"),
        (["--bot", "no name", "--all"], "5 to 32 letters, digits and _"),
    ],
)
def test_a_wish_that_cannot_be_met_is_told_and_nothing_is_written(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    done = CliRunner().invoke(cli.app, ["qr", *arguments, "--out", str(tmp_path / "out")])

    assert isinstance(done.exception, OperationError) and said in str(done.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(OperationError, match=r"ro-hotel\.html cannot be written: "):
        make(BOTH, language="ro", place="hotel", every=True, out=tmp_path / "file")


def test_the_command_prints_the_file(tmp_path: Path) -> None:
    out = tmp_path / "sheet.html"
    wanted = ["qr", "--lang", "ro", "--place", "nail-bar", "--bot", "info_buurt_bot", "--out", str(out)]

    done = CliRunner().invoke(cli.app, wanted)

    assert done.stdout == f"{out}\n" and out.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.html"]
