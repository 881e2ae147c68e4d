"""The list to telephone from: what is open, whom to ask what, and what comes first."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.knowledge.answers import load_answers
from bot.knowledge.load import read_entries
from bot.knowledge.points import read_points
from bot.knowledge.unconfirmed import Open, Sent, unconfirmed

from .conftest import KNOWLEDGE, RIGHT, SERVICE, Write
from .test_points import GOOD

TODAY = date(2026, 11, 23)
CONFIRMED = "    confirmed: {by: The desk, on: 2026-11-20}\n"
ANSWERS = """\
ask_shelter:
  title: A bed
  bubbles: ["Call {phone_example_shelter}."]
  facts: [example-right-1]
menu: []
"""


def still_open(folder: Path, *, points: str = GOOD, answers: str = ANSWERS) -> list[Open]:
    (folder / "to_confirm.yml").write_text(points, encoding="utf-8")
    (folder / "answers.yml").write_text(answers, encoding="utf-8")
    return opened(folder)


def opened(folder: Path, *, drafts_only: bool = False) -> list[Open]:
    entries = read_entries(folder)
    if drafts_only:  # As if nobody had confirmed anything yet.
        drafts = [
            replace(entry, value=entry.value.model_copy(update={"confirmed": None})) for entry in entries.services
        ]
        entries = replace(entries, services=tuple(drafts))
    content = read_points(folder / "to_confirm.yml", entries, today=TODAY).content
    assert content is not None
    answers = load_answers(folder / "answers.yml")
    return unconfirmed(entries, answers, content, folder, today=TODAY, stale_after_days=90)


def test_drafts_are_listed_with_whom_to_ask_what(write: Write) -> None:
    shelter, right = still_open(write(), points=GOOD.replace("{example-shelter: [office]}", "{}"))

    assert (shelter.id, shelter.sent, str(shelter.file)) == ("example-shelter", Sent.BY_ANSWERS, "services/a.yml")
    assert shelter.reasons == ("nobody confirmed it",)
    assert shelter.whom == ("the service itself, 02 511 64 64",)
    asked = " ".join(shelter.questions)
    for said in ("02 511 64 64", "it is free", "24/7", "languages", "papers", "Who is helped"):
        assert said in asked
    assert shelter.last_source == "https://shelter.example/contact; last known to be right: 2026-11-01"
    assert right.reasons == ("nobody confirmed 1 of 1 sentences", "1 not certain")
    assert right.whom == ("the office", "Example shelter, 02 511 64 64")
    assert right.questions == (
        "Is this right? “You may ask for a bed.” (`example-right-1`)",
        "Not certain, and not shown: “It may cost something.”",
    )


def test_somebody_else_is_asked_where_the_number_must_stay_free(write: Write) -> None:
    shelter, _ = still_open(write())

    assert shelter.whom == ("the office",)


def test_what_is_confirmed_and_certain_is_not_listed(write: Write) -> None:
    certain = RIGHT.replace("    facts_to_verify: [It may cost something.]\n", "") + CONFIRMED

    assert still_open(write(service=SERVICE + CONFIRMED, right=certain)) == []


def test_what_is_confirmed_and_partly_uncertain_or_confirmed_long_ago_is_listed(write: Write) -> None:
    long_ago = SERVICE.replace("2026-11-01", "2026-01-01") + CONFIRMED.replace("2026-11-20", "2026-02-01")
    shelter, right = still_open(write(service=long_ago, right=RIGHT + CONFIRMED))

    assert shelter.reasons == ("stale, last right on 2026-02-01",)
    assert right.reasons == ("1 not certain",)
    assert right.questions == ("Not certain, and not shown: “It may cost something.”",)


def test_a_number_that_is_not_shown_is_asked_about(write: Write) -> None:
    hidden = SERVICE.replace("ready: true}", "ready: false}").replace("ready: true\n", "ready: false\n")
    shelter = next(one for one in still_open(write(service=hidden), answers="menu: []\n") if one.id != "example-right")

    assert shelter.sent == Sent.NOT_YET
    assert "Is 02 511 64 64 right? We do not show it yet." in shelter.questions[0]


def test_emergency_numbers_and_centres_come_first() -> None:
    found = opened(KNOWLEDGE, drafts_only=True)
    order = [one.id for one in found]

    assert order[:2] == ["be-112", "be-101"]
    assert [one.sent for one in found] == sorted(one.sent for one in found)
    assert {"pag-asa", "payoke", "surya", "national-line"} <= set(order[:40])
    assert order.index("surya") < order.index("cire") < order.index("albatros") < order.index("woman-do")
    assert all(one.whom and one.questions and one.last_source for one in found)
