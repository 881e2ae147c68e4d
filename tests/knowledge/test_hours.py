"""Whether somebody answers now, on the clock of Brussels."""

from datetime import UTC, datetime

import pytest

from bot.knowledge.hours import BRUSSELS, Closed, HoursState, Open, Unknown, state
from bot.knowledge.models import Knowledge


def at(day: int, hour: int, month: int = 11) -> datetime:
    """A moment of 2026; 23 November is a Monday."""
    return datetime(2026, month, day, hour, tzinfo=BRUSSELS)


@pytest.mark.parametrize(
    ("service", "now", "expected"),
    [
        ("be-112", at(25, 3, 12), Open(until=None)),
        ("pag-asa", at(23, 10), Open(until=at(23, 17))),
        ("pag-asa", at(23, 18), Closed(opens_at=at(24, 9))),
        ("pag-asa", at(21, 12), Closed(opens_at=at(23, 9))),
        ("pierre-dangle", at(23, 3), Open(until=at(23, 8))),
        ("be-1733", at(23, 3), Open(until=at(23, 8))),  # The night from Sunday to Monday.
        ("be-1733", at(23, 12), Closed(opens_at=at(23, 18))),
        ("payoke", at(23, 10), Unknown()),
        ("belrefugees-hub", at(23, 3), Unknown()),
    ],
)
def test_hours_are_read(knowledge: Knowledge, service: str, now: datetime, expected: HoursState) -> None:
    assert state(knowledge.services[service], now) == expected


def test_the_clock_of_the_reader_does_not_matter(knowledge: Knowledge) -> None:
    assert state(knowledge.services["pag-asa"], datetime(2026, 11, 23, 8, 30, tzinfo=UTC)) == Open(until=at(23, 17))


def test_on_a_public_holiday_office_hours_are_doubtful(knowledge: Knowledge) -> None:
    christmas = at(25, 10, 12)

    assert state(knowledge.services["pag-asa"], christmas) == Unknown()
    assert state(knowledge.services["be-1733"], christmas) == Open(until=at(28, 8, 12))


def test_a_moment_without_a_time_zone_is_refused(knowledge: Knowledge) -> None:
    with pytest.raises(ValueError, match="time zone"):
        state(knowledge.services["pag-asa"], datetime(2026, 11, 23, 10))
