"""Opening hours between OpenStreetMap syntax and HSDS schedules (RFC 5545 recurrence in fields).

Both say clock times of Brussels. HSDS would like an offset from UTC beside each time; a weekly rule that lives through
summer and winter time has none that is always right, so times go out without one. A day's end is 24:00 in
OpenStreetMap and 23:59 in HSDS, which has no 24:00.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

type Span = tuple[str, str]
"""When it opens and when it closes, as HH:MM; closing before opening means on the next day."""

_ALL_DAY: Span = ("00:00", "24:00")
_RULE = re.compile(r"(?:([A-Za-z,-]+) )?(off|closed|\d\d:\d\d-\d\d:\d\d(?:,\d\d:\d\d-\d\d:\d\d)*)")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True)
class Week:
    """An ordinary week: the spans of each open day (0 is Monday), and those of public holidays (None when unsaid)."""

    days: Mapping[int, tuple[Span, ...]]
    holidays: tuple[Span, ...] | None = None


def week_of(expression: str) -> Week | None:
    """The week that an expression in OpenStreetMap syntax means, or None when it means more than a week can say."""
    if expression == "24/7":
        return Week(dict.fromkeys(range(7), (_ALL_DAY,)), holidays=(_ALL_DAY,))
    days: dict[int, tuple[Span, ...]] = {}
    holidays: tuple[Span, ...] | None = None
    for rule in expression.split(";"):
        found = _RULE.fullmatch(rule.strip())
        selected = _days(found[1] or "Mo-Su") if found else None
        if found is None or selected is None:
            return None
        spans = () if found[2] in ("off", "closed") else tuple(_span(text) for text in found[2].split(","))
        for day in selected:  # A later rule takes the place of an earlier one.
            if day is None:
                holidays = spans
            else:
                days[day] = spans
    return Week({day: spans for day, spans in sorted(days.items()) if spans}, holidays)


def expression_of(days: Mapping[int, Iterable[Span]]) -> str:
    """The expression in OpenStreetMap syntax for the spans of each open day. The inverse of `week_of`."""
    by_times: dict[tuple[Span, ...], list[int]] = {}
    for day, spans in sorted(days.items()):
        by_times.setdefault(tuple(sorted(set(spans))), []).append(day)
    if by_times == {(_ALL_DAY,): list(range(7))}:
        return "24/7"
    return "; ".join(
        f"{_day_ranges(same)} {','.join(f'{opens}-{closes}' for opens, closes in spans)}"
        for spans, same in by_times.items()
    )


def byday(days: Iterable[int]) -> str:
    """Days as RFC 5545 writes them: MO,TU."""
    return ",".join(DAYS[day].upper() for day in days)


def days_of(text: str) -> list[int] | None:
    """The days of a BYDAY text, or None when it holds anything but days of the week, such as 2MO."""
    codes = [part.strip() for part in text.split(",")]
    known = {day.upper(): position for position, day in enumerate(DAYS)}
    return [known[code] for code in codes] if all(code in known for code in codes) else None


def in_words(days: Iterable[int], span: Span) -> str:
    """For people who read English: Monday, Tuesday, 09:00 to 17:00."""
    days = list(days)
    named = "every day" if len(days) == 7 else ", ".join(_NAMES[day] for day in days)
    return (
        f"{named[0].upper()}{named[1:]}, day and night"
        if span == _ALL_DAY
        else f"{named[0].upper()}{named[1:]}, " + (f"{span[0]} to {span[1]}")
    )


def holidays_in_words(spans: tuple[Span, ...] | None) -> str:
    """What happens on public holidays, or nothing when nobody said."""
    if spans is None:
        return ""
    if not spans:
        return "Closed on public holidays."
    return "On public holidays: " + ", ".join(f"{opens} to {closes}" for opens, closes in spans) + "."


def closing_for_hsds(closes: str) -> str:
    """A closing time as HSDS can write it."""
    return "23:59" if closes == "24:00" else closes


def span_of(opens_at: str, closes_at: str) -> tuple[Span, bool] | None:
    """The span of two HSDS times, and whether they claim to be UTC; None when one is no time."""
    opens, closes = _TIME.fullmatch(opens_at.strip()), _TIME.fullmatch(closes_at.strip())
    if opens is None or closes is None:
        return None
    start, end = f"{opens[1]}:{opens[2]}", f"{closes[1]}:{closes[2]}"
    if end == "23:59" or (end == "00:00" and start == "00:00"):
        end = "24:00"
    return (start, end), "Z" in (opens[3], closes[3])


def _span(text: str) -> Span:
    opens, closes = text.split("-")
    return opens, closes


def _days(text: str) -> list[int | None] | None:
    selected: list[int | None] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if part == "PH":
            selected.append(None)
        elif first in DAYS and (last or first) in DAYS:
            start, end = DAYS.index(first), DAYS.index(last or first)
            selected += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
        else:
            return None
    return selected


def _day_ranges(days: list[int]) -> str:
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(
        f"{DAYS[run[0]]}-{DAYS[run[-1]]}" if len(run) > 2 else ",".join(DAYS[day] for day in run) for run in runs
    )
