"""An entry is a draft until somebody answerable for it has confirmed it."""

from datetime import date
from pathlib import Path

import pytest

from bot.knowledge.check import check
from bot.knowledge.load import load, read_entries
from bot.knowledge.models import Confirmation

from .conftest import RIGHT, SERVICE, Write

TODAY = date(2026, 11, 23)
CONFIRMED = "    confirmed: {by: The shelter's desk, on: 2026-11-20}\n"


def found(folder: Path, *, stale_after_days: int = 90) -> list[str]:
    faults = check(folder, today=TODAY, stale_after_days=stale_after_days, intents={"ask_shelter"})
    return [str(fault).removeprefix(f"{folder}/") for fault in faults]


def test_what_nobody_confirmed_is_a_draft(write: Write) -> None:
    assert load(write()).services["example-shelter"].confirmed is None


def test_a_confirmation_says_who_and_when(write: Write) -> None:
    folder = write(service=SERVICE + CONFIRMED, right=RIGHT + CONFIRMED)
    knowledge = load(folder)

    expected = Confirmation(by="The shelter's desk", on=date(2026, 11, 20))
    assert knowledge.services["example-shelter"].confirmed == expected
    assert knowledge.rights["example-right"].confirmed == expected
    assert found(folder) == []


@pytest.mark.parametrize(
    ("confirmed", "expected"),
    [
        ("{by: The desk, on: 2026-11-24}", "17: error: example-shelter: confirmed.on is 2026-11-24, and today is only"),
        ("{on: 2026-11-20}", "17: error: example-shelter: confirmed: needs `by` (a role or an organisation) and `on`"),
        ("{by: The desk}", "17: error: example-shelter: confirmed: needs `by` (a role or an organisation) and `on`"),
        ("true", "17: error: example-shelter: confirmed: needs `by` (a role or an organisation) and `on`"),
        ("{by: '', on: 2026-11-20}", "17: error: example-shelter: confirmed.by: String should have at least 1"),
        ("{by: an@example.org, on: 2026-11-20}", "17: error: example-shelter: confirmed.by: is a role or an"),
        ("{by: The desk, on: soon}", "17: error: example-shelter: confirmed.on: Input should be a valid date"),
        ("{by: The desk, on: 2026-11-20, at: 9}", "17: error: example-shelter: confirmed.at: Extra inputs are not"),
    ],
)
def test_a_confirmation_that_cannot_be_is_an_error_on_its_line(write: Write, confirmed: str, expected: str) -> None:
    faults = found(write(service=f"{SERVICE}    confirmed: {confirmed}\n"))

    assert [fault.startswith(f"services/a.yml:{expected}") for fault in faults if "a.yml" in fault] == [True], faults


def test_other_days_that_are_still_to_come_are_errors_too(write: Write) -> None:
    faults = found(write(service=SERVICE.replace("2026-11-01", "2027-11-01")))

    assert [fault.partition(" is 2027")[0] for fault in faults] == [
        "services/a.yml:13: error: example-shelter: sources.0.checked",
        "services/a.yml:15: error: example-shelter: assured_date",
    ]


def test_a_confirmation_makes_an_old_entry_fresh_and_grows_stale_itself(write: Write) -> None:
    old = SERVICE.replace("assured_date: 2026-11-01", "assured_date: 2020-01-01")
    folder = write(service=old + CONFIRMED)

    assert found(folder) == []
    assert found(folder, stale_after_days=2) == [
        "rights/a.yml:11: warning: example-right: stale: last assured on 2026-11-01, more than 2 days ago",
        "services/a.yml:17: warning: example-shelter: stale: last confirmed on 2026-11-20, more than 2 days ago",
    ]


def test_what_is_confirmed_and_not_ready_stays_hidden_and_is_pointed_out(write: Write) -> None:
    folder = write(service=SERVICE.replace("ready: true\n", "ready: false\n") + CONFIRMED)

    assert load(folder).showable_services() == ()
    assert found(folder) == [
        "services/a.yml:16: warning: example-shelter: is confirmed, and yet `ready: false` hides it"
    ]


def test_one_sentence_can_be_confirmed_alone(write: Write) -> None:
    two = RIGHT.replace(
        "You may ask for a bed.}\n",
        "You may ask for a bed.}\n"
        "      - {id: example-right-2, text: It is free., confirmed: {by: A lawyer, on: 2026-11-22}}\n",
    )
    drafts = load(write(right=two))
    whole = load(write(right=two + CONFIRMED))

    facts = ("example-right-1", "example-right-2")
    assert [c and c.on for c in drafts.confirmations_of(facts)] == [None, date(2026, 11, 22)]
    assert [c and c.on for c in whole.confirmations_of(facts)] == [date(2026, 11, 20), date(2026, 11, 22)]
    assert drafts.rights["example-right"].sure_on == date(2026, 11, 1)
    assert whole.rights["example-right"].sure_on == date(2026, 11, 20)


def test_a_sentence_cannot_be_confirmed_tomorrow(write: Write) -> None:
    folder = write(right=RIGHT.replace("for a bed.}", "for a bed., confirmed: {by: A lawyer, on: 2026-11-24}}"))

    assert found(folder) == [
        "rights/a.yml:7: error: example-right: facts.0.confirmed.on is 2026-11-24, and today is only 2026-11-23"
    ]


def test_a_topic_without_any_date_is_sure_only_where_it_is_confirmed(write: Write) -> None:
    undated = RIGHT.replace("    assured_date: 2026-11-01\n", "")

    assert load(write(right=undated)).rights["example-right"].sure_on is None
    assert load(write(right=undated + CONFIRMED)).rights["example-right"].sure_on == date(2026, 11, 20)


def test_the_knowledge_names_no_mailbox_as_a_witness() -> None:
    entries = read_entries(Path(__file__).parents[2] / "knowledge")

    assert not [fault for fault in entries.faults if "confirmed" in fault.message]
