"""What is still to be asked before going live, and whom: the file of it, each fault with its line."""

from datetime import date, datetime
from pathlib import Path

import pytest

from bot.knowledge.hours import BRUSSELS
from bot.knowledge.load import read_entries
from bot.knowledge.points import PointsFile, read_points

from .conftest import KNOWLEDGE, SERVICE, Write

TODAY = date(2026, 11, 23)
GOOD = """\
authorities:
  - {id: office, name: the office}
whom:
  services: {example-shelter: [office]}
  rights: {example-right: [office, example-shelter]}
points:
  - number: 1
    section: numbers
    ask: Is it open at night?
    whom: [example-shelter]
    services: [example-shelter]
  - number: 2
    section: use
    ask: Who owns which entry?
    whom: [office]
    everything: true
    confirmed: {by: The office, on: 2026-11-20}
"""


def read(folder: Path, text: str) -> PointsFile:
    path = folder / "to_confirm.yml"
    path.write_text(text, encoding="utf-8")
    return read_points(path, read_entries(folder), today=TODAY)


def test_a_good_file_is_read(write: Write) -> None:
    content, faults = (result := read(write(), GOOD)).content, result.faults

    assert faults == ()
    assert content is not None
    assert [point.number for point in content.points] == [1, 2]


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        ("whom: [example-shelter]", "whom: [nobody]", "10: error: no authority or service has the id nobody"),
        ("services: [example-shelter]", "services: [gone]", "11: error: no service has the id gone"),
        ("services: [example-shelter]", "rights: [gone]", "11: error: no topic of rights has the id gone"),
        ("{example-shelter: [office]}", "{gone: [office]}", "4: error: no service has the id gone"),
        ("    services: [example-shelter]\n", "", "7: error: points.0: name the `services` and `rights` it concerns"),
        ("everything: true", "everything: true\n    rights: [example-right]", "12: error: points.1: name the"),
        ("number: 2", "number: 1", "12: error: there are two points with the number 1"),
        ("section: use", "section: other", "13: error: points.1.section: Input should be 'numbers', 'law' or 'use'"),
        ("{example-right: [office, example-shelter]}", "{}", "5: error: whom.rights: nobody to ask is named for"),
        ("id: office,", "id: example-shelter,", "2: error: example-shelter is the id of a service as well"),
        ("- {id: office", "- {id: office, name: x}\n  - {id: office", "3: error: the authority office stands here"),
        ("on: 2026-11-20", "on: 2026-11-24", "17: error: point 2: confirmed.on is 2026-11-24, and today is only"),
        ("by: The office, ", "", "17: error: points.1.confirmed: needs `by` (a role or an organisation) and `on`"),
        ("points:\n", "points:\n  - [\n", "8: error: is not YAML"),
    ],
)
def test_a_fault_is_found_on_its_line(write: Write, good: str, bad: str, expected: str) -> None:
    assert good in GOOD
    folder = write()

    faults = [str(fault) for fault in read(folder, GOOD.replace(good, bad, 1)).faults]

    assert any(fault.startswith(f"{folder}/to_confirm.yml:{expected}") for fault in faults), faults


def test_a_line_for_emergencies_is_never_called_to_ask(write: Write) -> None:
    nobody_else = GOOD.replace("{example-shelter: [office]}", "{}")
    emergency = SERVICE.replace("serves: [shelter]", "serves: [suicide]")

    assert read(write(), nobody_else).faults == ()
    assert "say whom to ask instead" in str(read(write(service=emergency), nobody_else).faults[0])


def test_somebody_can_be_asked_about_every_service(write: Write) -> None:
    nobody_else = GOOD.replace("{example-shelter: [office]}", "{}")
    start, _, end = SERVICE.partition("    phones:\n")
    silent = start + "".join(end.splitlines(keepends=True)[1:])

    assert "has no contact: say whom to ask" in str(read(write(service=silent), nobody_else).faults[0])


def test_all_points_that_were_known_before_going_live_are_kept() -> None:
    result = read_points(KNOWLEDGE / "to_confirm.yml", read_entries(KNOWLEDGE), today=datetime.now(BRUSSELS).date())

    assert result.faults == ()
    assert result.content is not None
    assert [point.number for point in result.content.points] == list(range(1, 29))
