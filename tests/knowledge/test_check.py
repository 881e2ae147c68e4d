"""What `check` finds, each shown by breaking one thing in good knowledge."""

from datetime import date, datetime
from pathlib import Path

import pytest

from bot.knowledge.check import check
from bot.knowledge.fault import Fault
from bot.knowledge.hours import BRUSSELS
from bot.knowledge.models import Knowledge

from .conftest import KNOWLEDGE, RIGHT, SERVICE, Write

TODAY = date(2026, 11, 23)


def faults_of(folder: Path) -> list[Fault]:
    return check(folder, today=TODAY, stale_after_days=90, intents={"ask_shelter"})


def test_good_knowledge_has_no_faults(write: Write) -> None:
    assert faults_of(write()) == []


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        ("02 511 64 64", "02 511 64", "9: error: example-shelter: 02 511 64 is not a valid phone number of BE"),
        ('"+3225116464"', '"+3225116465"', "9: error: example-shelter: 02 511 64 64 is +3225116464, not +3225116465"),
        ('e164: "+3225116464", ', "", "9: error: example-shelter: 02 511 64 64 is not a short number of BE"),
        ("02 511 64 64", "call us", "9: error: example-shelter: call us is not a phone number"),
        ("24/7", "from nine to five", "10: error: example-shelter: not opening hours: from nine to five"),
        ("A bed for the night.", "bed " * 81, "7: error: example-shelter: description has 323 characters, of at most"),
        ("    assured_date: 2026-11-01\n", "", "2: warning: example-shelter: nobody knows when this was last right"),
        (
            "assured_date: 2026-11-01",
            "assured_date: 2026-08-01",
            "15: warning: example-shelter: stale: last assured on",
        ),
        (
            '[{url: "https://shelter.example/contact", checked: 2026-11-01}]',
            "[]",
            "13: error: example-shelter: no source is given",
        ),
        ("ready: true\n", "ready: maybe\n", "16: error: example-shelter: ready: Input should be a valid boolean"),
    ],
)
def test_a_fault_in_a_service_is_found(write: Write, good: str, bad: str, expected: str) -> None:
    assert good in SERVICE
    folder = write(service=SERVICE.replace(good, bad))

    found = [str(fault) for fault in faults_of(folder) if fault.path.name == "a.yml"]

    assert [text.startswith(f"{folder}/services/a.yml:{expected}") for text in found] == [True], found


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        ("ask_shelter", "ask_weather", "4: error: example-right: no intent is called ask_weather"),
        (
            "It may cost something.",
            "you may ask for a bed",
            "8: error: example-right: this stands in `facts` as well, where it is shown",
        ),
        ("You may ask for a bed.", "bed " * 81, "7: error: example-right: facts.0.text has 323 characters"),
        ("[{source: a law}]", "[]", "9: error: example-right: no source is given"),
    ],
)
def test_a_fault_in_a_right_is_found(write: Write, good: str, bad: str, expected: str) -> None:
    assert good in RIGHT
    folder = write(right=RIGHT.replace(good, bad))

    found = [str(fault) for fault in faults_of(folder)]

    assert [text.startswith(f"{folder}/rights/a.yml:{expected}") for text in found] == [True], found


def test_a_number_in_a_fact_that_no_service_has_any_more_is_pointed_out(write: Write) -> None:
    known, gone = (RIGHT.replace("ask for a bed", f"call {number}") for number in ("02 511 64 64", "02 511 64 65"))

    assert faults_of(write(right=known)) == []
    (fault,) = faults_of(write(right=gone))
    assert (fault.line, fault.severity) == (7, "warning")
    assert fault.message == "example-right: 02 511 64 65 is not the number of any service: did it change there?"


def test_a_wrong_number_that_nobody_sees_is_a_warning(write: Write) -> None:
    hidden = SERVICE.replace("02 511 64 64", "02 511 64").replace("ready: true}", "ready: false}")

    assert [fault.severity for fault in faults_of(write(service=hidden))] == ["warning"]


def test_the_knowledge_has_no_errors_but_the_known_ones(knowledge: Knowledge) -> None:
    intents = {intent for right in knowledge.rights.values() for intent in right.intents}

    today = datetime.now(BRUSSELS).date()  # Editors write days that were still to come when this was written.

    faults = check(KNOWLEDGE, today=today, stale_after_days=90, intents=intents)

    assert [str(fault) for fault in faults if fault.severity == "error"] == []
