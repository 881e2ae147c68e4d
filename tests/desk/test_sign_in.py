"""Signing in and out, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from bot.desk.models import ConsoleSession
from bot.desk.presence import count_present
from bot.desk.texts import preferred
from tests.desk.conftest import FORM, PASSWORD, SCRIPT, Counsellor, Office


async def test_a_counsellor_signs_in_and_out(office: Office) -> None:
    anna = await office.hires("Anna")

    answer = await anna.signs_in()
    inside = await anna.sees()
    out = await anna.does("/console/sign-out", headers=FORM)
    outside = await anna.sees()

    assert answer.status_code == out.status_code == 303
    assert "Nobody is waiting" in inside.text and "Anna" in inside.text
    assert 'action="/console/sign-in"' in outside.text


async def test_the_cookie_is_hidden_from_scripts_other_sites_and_other_paths(office: Office) -> None:
    anna = await office.hires("Anna")

    cookie = (await anna.signs_in()).headers["set-cookie"]

    assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Path=/console"))
    assert "Secure" not in cookie


async def test_away_from_loopback_the_cookie_needs_tls(office: Office) -> None:
    anna = await office.hires("Anna")

    answer = await anna.http.post(
        "/console/sign-in", data={"name": "Anna", "password": PASSWORD}, headers={"Host": "desk.example"}
    )

    assert "Secure" in answer.headers["set-cookie"]


async def test_the_cookie_itself_is_nowhere_on_disk(office: Office, anna: Counsellor) -> None:
    async with office.gateway.store.sessions() as session:
        kept = await session.scalar(select(ConsoleSession.token_hash))

    assert kept and kept != anna.http.cookies["baken_console"]
    assert len(kept) == 64


async def test_a_wrong_password_and_an_unknown_name_look_the_same(office: Office) -> None:
    anna = await office.hires("Anna")
    nobody = Counsellor(office.browser(), "Anna?")

    wrong, unknown = await anna.signs_in("wrong wrong wrong"), await nobody.signs_in()

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text == unknown.text.replace("Anna?", "Anna")


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}]
)
async def test_another_site_can_neither_sign_in_nor_act(
    office: Office, anna: Counsellor, headers: dict[str, str]
) -> None:
    await office.receives()
    signing = await office.browser().post("/console/sign-in", data={"name": "A", "password": "b"}, headers=headers)

    claimed = await anna.does("/console/handoffs/1/claim", headers=headers)

    assert signing.status_code == claimed.status_code == 403
    assert (await anna.claims(1)).status_code == 200


async def test_nothing_is_done_without_the_token_of_the_session(office: Office, anna: Counsellor) -> None:
    await office.receives()
    token, anna.csrf = anna.csrf, ""

    without = await anna.claims(1)
    by_header = await anna.does("/console/handoffs/1/claim", headers={**SCRIPT, "X-CSRF-Token": token})

    assert without.status_code == 403 and without.json()["error"] == "forged"
    assert by_header.status_code == 200


async def test_without_a_session_nothing_is_read_or_done(office: Office) -> None:
    person = await office.receives()
    stranger = Counsellor(office.browser(), "Stranger")
    path = f"/console/conversations/{person.id}"

    answers = [
        await stranger.sees(path),
        await stranger.sees("/console/events"),
        await stranger.sees(f"{path}/events"),
        await stranger.claims(1),
        await stranger.writes(person.id, "hello"),
    ]

    assert [a.status_code for a in answers] == [303, 401, 401, 401, 401]
    assert not any("human" in a.text for a in answers)


@pytest.mark.parametrize("step, steps", [(timedelta(minutes=31), 1), (timedelta(minutes=20), 37)])
async def test_a_session_ends_when_idle_and_at_the_latest_after_twelve_hours(
    office: Office, anna: Counsellor, step: timedelta, steps: int
) -> None:
    store = office.gateway.store
    start = store.now()
    for n in range(1, steps):
        store.now = lambda n=n: start + n * step  # type: ignore[method-assign, misc]
        # 36 steps of 20 minutes are the twelve hours.
        assert ("Sign out" in (await anna.sees()).text) == (n < 36)
    store.now = lambda: start + steps * step  # type: ignore[method-assign]

    assert (await anna.claims(1)).status_code == 401
    assert 'action="/console/sign-in"' in (await anna.sees()).text


async def test_a_counsellor_counts_as_present_while_signed_in_and_once_however_many_tabs(office: Office) -> None:
    store = office.gateway.store
    anna, again = await office.hires("Anna"), Counsellor(office.browser(), "Anna")
    assert await count_present(store.sessions, store.now()) == 0

    await anna.signs_in()
    await again.signs_in()
    assert await count_present(store.sessions, store.now()) == 1

    await anna.does("/console/sign-out")
    await again.does("/console/sign-out")
    assert await count_present(store.sessions, store.now()) == 0


async def test_an_open_console_keeps_its_counsellor_present(office: Office, anna: Counsellor) -> None:
    store = office.gateway.store
    later = store.now() + timedelta(minutes=2)
    store.now = lambda: later  # type: ignore[method-assign]
    assert await count_present(store.sessions, later) == 0

    await anna.watches("/console/events", lambda event, _: event == "queue")

    assert await count_present(store.sessions, later) == 1


async def test_pages_allow_no_inline_script_and_are_not_kept(anna: Counsellor) -> None:
    page = await anna.sees()

    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert "<style" not in page.text and " style=" not in page.text and " onclick=" not in page.text


async def test_only_the_consoles_own_files_are_served(office: Office) -> None:
    async def status(path: str) -> int:
        return (await office.browser().get(path)).status_code

    assert await status("/console/static/console.js") == 200
    assert await status("/console/static/base.html") == 404
    assert await status("/console/static/..%2Fbase.html") == 404


def test_the_console_speaks_the_browsers_language() -> None:
    assert preferred("fr-BE,fr;q=0.9,en;q=0.8") == "fr"
    assert preferred("de,nl;q=0.3,en;q=0.2") == "nl"
    assert preferred("") == preferred("*;q=x") == "en"


async def test_a_page_that_is_not_there_does_not_end_the_session(anna: Counsellor) -> None:
    page: httpx.Response = await anna.sees("/console/conversations/" + "0" * 32)

    assert page.status_code == 404 and "may have been erased" in page.text
