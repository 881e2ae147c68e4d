"""A message gets the right help: through the gateway, Rasa, the trained model and the action server."""

from __future__ import annotations

from typing import Any

import httpx

from tests.conftest import Person, answered
from tests.endtoend.conftest import Baken, until_ready


def text_of(messages: list[dict[str, Any]]) -> str:
    return "\n".join(m["text"] for m in messages if m["sender"] != "person")


def with_choices(seen: list[dict[str, Any]]) -> bool:
    """The reply is complete: its last bubble carries the choices."""
    return bool(seen[-1].get("buttons"))


async def test_papers_taken_told_in_dutch_is_answered_in_dutch_with_a_centre(person: Person) -> None:
    await person.says("Mijn baas heeft mijn paspoort afgepakt")

    seen = await person.reads(with_choices)

    assert {m["language"] for m in seen if m["sender"] == "bot"} == {"nl"}
    assert "PAG-ASA" in text_of(seen) and "papieren" in text_of(seen)
    assert any(s["id"] == "pag-asa" for m in seen for s in m.get("services", []))


async def test_no_bed_tonight_asks_where_and_then_names_places(person: Person) -> None:
    await person.says("je n'ai nulle part où dormir ce soir")
    asked = await person.reads(with_choices)
    assert any(b["payload"] == "/skip" for b in asked[-1]["buttons"])

    await person.says("molenbek")
    found = await person.reads(with_choices, after=asked[-1]["seq"])

    assert "Molenbeek-Saint-Jean" in text_of(found)
    cards = [s for m in found for s in m.get("services", [])]
    assert cards and all(card["phones"] or card["address"] or card["url"] for card in cards)
    assert {m["language"] for m in found if m["sender"] == "bot"} == {"fr"}


async def test_skipping_the_place_still_finds_help(person: Person) -> None:
    await person.says("I need a free lawyer")
    asked = await person.reads(with_choices)

    await person.taps("/skip", "Skip")
    found = await person.reads(with_choices, after=asked[-1]["seq"])

    assert any(m.get("services") for m in found)


async def test_a_threat_to_life_gets_112_first_and_a_human_is_asked_for(person: Person) -> None:
    await person.says("he is going to kill me")

    seen = await person.reads(answered(sender="system"))

    first = next(m for m in seen if m["sender"] == "bot")
    assert "112" in first["text"].splitlines()[0]
    assert first["services"][0]["phones"][0]["tel"] == "112"


async def test_two_needs_in_one_message_are_both_answered(person: Person) -> None:
    await person.says("mon patron ne me paie pas et il garde mon passeport")

    seen = await person.reads(with_choices)

    assert "passeport" in text_of(seen) or "papiers" in text_of(seen)
    assert "paie" in text_of(seen)
    assert sum(m["sender"] == "bot" for m in seen) <= 3


async def test_buttons_alone_lead_to_a_topic_in_three_taps(person: Person) -> None:
    await person.taps("/main_menu", "Topics")
    groups = await person.reads(with_choices)
    await person.taps(groups[-1]["buttons"][3]["payload"])
    topics = await person.reads(with_choices, after=groups[-1]["seq"])
    wages = next(b for b in topics[-1]["buttons"] if b["payload"] == "/unpaid_wages")
    await person.taps(wages["payload"], wages["title"])

    seen = await person.reads(with_choices, after=topics[-1]["seq"])

    assert "pay" in text_of(seen)


async def test_where_an_answer_is_from_can_be_asked(person: Person) -> None:
    await person.says("what is the reflection period of 45 days")
    seen = await person.reads(with_choices)
    source = next(b for b in seen[-1]["buttons"] if b["payload"].startswith("/ask_source"))

    await person.taps(source["payload"], source["title"])
    told = await person.reads(with_choices, after=seen[-1]["seq"])

    assert "ejustice.just.fgov.be" in text_of(told)


async def test_another_language_can_be_asked_for_at_any_time(person: Person) -> None:
    await person.says("hello, good evening")
    english = await person.reads(with_choices)

    await person.says("can we speak French please")
    french = await person.reads(with_choices, after=english[-1]["seq"])
    await person.says("ok")
    still_french = await person.reads(with_choices, after=french[-1]["seq"])

    assert {m["language"] for m in french if m["sender"] == "bot"} == {"fr"}
    assert {m["language"] for m in still_french if m["sender"] == "bot"} == {"fr"}


async def test_when_rasa_is_killed_the_card_comes_then_the_answer_and_the_next_message_is_answered(
    baken: Baken, person: Person, http: httpx.AsyncClient
) -> None:
    await person.says("bonjour, vous êtes là ?")
    before = await person.reads(with_choices)

    baken.kill("rasa")
    await person.says("mon patron garde mon passeport")
    card = await person.reads(answered(2), after=before[-1]["seq"] + 1, within_s=4)
    assert "112" in card[0]["text"] and card[0]["language"] == "fr"
    late = await person.reads(with_choices, after=card[-1]["seq"], within_s=90)
    assert "PAG-ASA" in text_of(late)

    await until_ready(http)
    await person.says("merci beaucoup")
    after = await person.reads(answered(), after=late[-1]["seq"])
    assert all("112" not in m["text"] for m in after)


async def test_when_the_gateway_is_killed_nothing_is_lost_and_nothing_doubled(
    baken: Baken, person: Person, http: httpx.AsyncClient
) -> None:
    await person.says("I work 16 hours a day without rest")
    before = await person.reads(with_choices)

    await person.says("my boss has not paid me for three months", client_id="sent before the kill")
    baken.kill("gateway")
    await until_ready(http)
    await person.says("my boss has not paid me for three months", client_id="sent before the kill")
    await person.says("where can i get food")
    await person.reads(lambda seen: with_choices(seen) and seen[-1]["seq"] > before[-1]["seq"] + 4)

    everything = await person.reads(lambda seen: with_choices(seen) and seen[-1]["seq"] > before[-1]["seq"] + 4)
    said = [m["text"] for m in everything if m["sender"] == "person"]
    assert said.count("my boss has not paid me for three months") == 1
    assert [m["seq"] for m in everything] == list(range(1, len(everything) + 1))


async def test_erasing_leaves_no_word_in_the_data_folder_or_the_logs(baken: Baken, person: Person) -> None:
    words = "zonnebloemkwartier mijn chef pakte alles af"
    await person.says(words)
    await person.reads(with_choices)
    assert files_with(baken, b"zonnebloemkwartier") == []

    gone = await person.http.delete(f"/api/conversations/{person.id}", headers=person.headers)

    assert gone.status_code == 204
    assert files_with(baken, b"zonnebloemkwartier") == files_with(baken, person.id.encode()) == []
    assert "zonnebloemkwartier" not in baken.output


async def test_tapping_yes_to_erase_erases(person: Person) -> None:
    await person.says("delete everything i wrote")
    seen = await person.reads(with_choices)

    await person.taps(seen[-1]["buttons"][0]["payload"], seen[-1]["buttons"][0]["title"])
    end = await person.reads(answered(sender="erased"), after=seen[-1]["seq"] + 1)

    assert end[-1]["sender"] == "erased"


async def test_an_operator_erases_from_the_command_line(baken: Baken, person: Person) -> None:
    await person.says("hello")
    await person.reads(with_choices)

    first, second = baken.run("erase", person.id), baken.run("erase", person.id)

    assert (first.returncode, first.stdout.strip()) == (0, "erased")
    assert (second.returncode, second.stdout.strip()) == (1, "there is no such conversation")


def test_rasa_and_the_action_server_listen_on_loopback_only(baken: Baken) -> None:
    for name in ("BAKEN_RASA_URL", "BAKEN_ACTIONS_URL"):
        port = int(baken.environment[name].rpartition(":")[2])
        assert listening_addresses(port) == {"0100007F"}


def files_with(baken: Baken, words: bytes) -> list[str]:
    return [str(path) for path in baken.data.rglob("*") if path.is_file() and words in path.read_bytes()]


def listening_addresses(port: int) -> set[str]:
    """Local addresses, as the kernel writes them, on which something listens at `port`."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as rows:
            for row in list(rows)[1:]:
                address, number = row.split()[1].split(":")
                if int(number, 16) == port and row.split()[3] == "0A":
                    found.add(address)
    return found
