"""What every answer over HTTP carries, and who may call."""

from __future__ import annotations

import httpx
import pytest

from tests.conftest import Person

PAGES = (
    "/",
    "/widget.js",
    "/demo.css",
    "/console",
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/api/widget/nl",
    "/nowhere",
)


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_carries_the_security_headers(http: httpx.AsyncClient, path: str) -> None:
    headers = (await http.get(path)).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    # The console's own forms are recognised by where they come from.
    assert headers["Referrer-Policy"] == ("same-origin" if path == "/console" else "no-referrer")
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] in ("no-store", "no-cache")


async def test_any_website_may_embed_the_conversation(http: httpx.AsyncClient) -> None:
    origin = {"Origin": "https://shelter.example"}
    asked = await http.options(
        "/api/conversations/x/messages",
        headers={
            **origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,last-event-id",
        },
    )
    opened = await http.post("/api/conversations", json={}, headers=origin)

    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == opened.headers["Access-Control-Allow-Origin"] == "*"
    # No cookie of this host is ever sent along: the console's session is of no use to another website.
    assert "Access-Control-Allow-Credentials" not in {**asked.headers, **opened.headers}


async def test_any_website_may_erase_with_the_token(person: Person) -> None:
    asked = await person.http.options(
        f"/api/conversations/{person.id}",
        headers={
            "Origin": "https://shelter.example",
            "Access-Control-Request-Method": "DELETE",
            "Access-Control-Request-Headers": "authorization",
        },
    )

    assert asked.status_code == 200
    assert "DELETE" in asked.headers["Access-Control-Allow-Methods"]


async def test_the_description_of_the_api_lists_it(http: httpx.AsyncClient) -> None:
    paths = (await http.get("/openapi.json")).json()["paths"]

    assert set(paths["/api/conversations"]) == {"post"}
    assert set(paths["/api/conversations/{conversation_id}"]) == {"delete"}
    assert set(paths["/api/conversations/{conversation_id}/messages"]) == {"post"}
    assert set(paths["/api/conversations/{conversation_id}/events"]) == {"get"}
    assert {"/healthz", "/readyz"} <= set(paths)


@pytest.mark.parametrize("last", ["²", "x", "-1", "", "9" * 400, "1.5"])
async def test_an_odd_last_number_reads_from_the_beginning(person: Person, last: str) -> None:
    await person.says("hello")

    read = await person.http.get(
        f"/api/conversations/{person.id}/events?limit_s=0.2",
        headers={"Authorization": person.headers["Authorization"].encode(), "Last-Event-ID": last.encode("latin-1")},
    )

    assert (read.status_code, "hello" in read.text) == (200, True)


@pytest.mark.parametrize("given", ["fr-BE", "FR", "fr_BE"])
async def test_the_widget_speaks_the_language_of_any_tag(http: httpx.AsyncClient, given: str) -> None:
    texts = (await http.get(f"/api/widget/{given}")).json()

    assert (texts["language"], texts["direction"]) == ("fr", "ltr")
