"""What the page with the widget shows without scripts, and what the widget is told about a link."""

from __future__ import annotations

import httpx
import pytest

from bot.channels.links import Link, telegram_address, web_address
from bot.knowledge.links import topics
from bot.languages import CODES


async def test_without_scripts_a_link_shows_its_answer_in_its_language_with_numbers_to_tap(
    http: httpx.AsyncClient,
) -> None:
    shown = (await http.get("/", params={"lang": "fr", "topic": "shelter"})).text

    notice = shown.partition("<noscript>")[2].partition("</noscript>")[0]
    assert 'lang="fr" dir="ltr"' in notice
    assert 'href="tel:+32' in notice
    assert "{" not in notice


async def test_without_scripts_a_link_with_a_language_only_shows_the_emergency_numbers_in_it(
    http: httpx.AsyncClient,
) -> None:
    shown = (await http.get("/", params={"lang": "nl"})).text

    assert 'lang="nl" dir="ltr"' in shown and 'href="tel:112"' in shown.partition("</section>")[0]


@pytest.mark.parametrize(
    "query", ["", "?lang=xx&topic=weather", "?lang=&topic=", "?topic=%00", f"?lang={'a' * 5000}", "?lang=%22%3E%3Cb%3E"]
)
async def test_a_link_that_nobody_knows_is_the_plain_page(http: httpx.AsyncClient, query: str) -> None:
    plain = await http.get("/")

    assert (await http.get(f"/{query}")).text == plain.text
    assert plain.status_code == 200 and "<baken-chat link>" in plain.text


@pytest.mark.parametrize("topic", sorted(topics()))
async def test_every_topic_has_a_first_tap_and_a_page_without_scripts(http: httpx.AsyncClient, topic: str) -> None:
    tap = (await http.get("/api/widget/fr-BE", params={"topic": topic})).json()["topic"]

    assert tap["payload"] == f'/{topics()[topic]}{{"language":"fr"}}'
    assert tap["title"] in (await http.get("/", params={"lang": "fr", "topic": topic})).text.replace("&#39;", "'")


@pytest.mark.parametrize(("tag", "is_supported"), [("ro", True), ("fil", True), ("xx", False), ("work", False)])
async def test_the_widget_is_told_whether_a_language_is_known(
    http: httpx.AsyncClient, tag: str, is_supported: bool
) -> None:
    told = (await http.get(f"/api/widget/{tag}", params={"topic": "weather"})).json()

    assert (told["is_supported"], told["topic"]) == (is_supported, None)


@pytest.mark.parametrize("topic", [*sorted(topics()), None])
@pytest.mark.parametrize("code", CODES)
def test_what_a_link_is_made_of_comes_out_of_it_again(code: str, topic: str | None) -> None:
    link = Link(code, topics()[topic] if topic else None)
    start = telegram_address("info_bot", code, topic).partition("start=")[2]

    assert Link.from_start(start) == link
    assert len(start) <= 64 and start.replace("_", "").replace("-", "").isalnum()
    query = httpx.URL(web_address("https://a.example/", code, topic)).params
    assert Link.from_query(query["lang"], query.get("topic")) == link
