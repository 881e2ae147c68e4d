"""Opening hours mean the same on both sides."""

from __future__ import annotations

import pytest

from bot.exchange.hours import Week, days_of, expression_of, span_of, week_of

WORKDAYS = range(5)


@pytest.mark.parametrize(
    ("expression", "again"),
    [
        ("24/7", "24/7"),
        ("Mo-Fr 09:00-12:00,13:00-17:00", "Mo-Fr 09:00-12:00,13:00-17:00"),
        ("Mo,Tu,Th,Fr 16:00-22:00; We,Sa 14:00-22:00; Su,PH off", "Mo,Tu,Th,Fr 16:00-22:00; We,Sa 14:00-22:00"),
        ("Mo-Su 20:00-08:00", "Mo-Su 20:00-08:00"),
        ("Mo-Fr 09:00-17:00; We 10:00-12:00", "Mo,Tu,Th,Fr 09:00-17:00; We 10:00-12:00"),
        ("09:00-17:00", "Mo-Su 09:00-17:00"),
        ("Sa-Mo 10:00-11:00", "Mo,Sa,Su 10:00-11:00"),
    ],
)
def test_a_week_can_be_said_both_ways(expression: str, again: str) -> None:
    week = week_of(expression)

    assert week is not None
    assert expression_of(week.days) == again


def test_what_happens_on_public_holidays_is_kept_beside_the_week() -> None:
    assert week_of("Mo-Fr 09:00-17:00; PH off") == Week(dict.fromkeys(WORKDAYS, (("09:00", "17:00"),)), ())
    assert week_of("Mo-Fr 09:00-17:00") == Week(dict.fromkeys(WORKDAYS, (("09:00", "17:00"),)), None)


@pytest.mark.parametrize("expression", ["Apr-Sep: Mo-Fr 09:00-17:00", "Sa[1] 09:00-12:00", "sunrise-sunset"])
def test_more_than_a_week_is_not_pressed_into_one(expression: str) -> None:
    assert week_of(expression) is None


@pytest.mark.parametrize(
    ("opens", "closes", "span"),
    [
        ("09:00", "17:00:00", (("09:00", "17:00"), False)),
        ("09:00+01:00", "17:00+01:00", (("09:00", "17:00"), False)),
        ("09:00Z", "17:00Z", (("09:00", "17:00"), True)),
        ("00:00", "23:59", (("00:00", "24:00"), False)),
        ("00:00", "00:00", (("00:00", "24:00"), False)),
        ("20:00", "00:00", (("20:00", "00:00"), False)),
        ("9 am", "5 pm", None),
        ("09:00", "24:30", None),
    ],
)
def test_times_of_other_directories_are_read(opens: str, closes: str, span: object) -> None:
    assert span_of(opens, closes) == span


def test_days_of_a_month_are_no_days_of_the_week() -> None:
    assert days_of("MO, FR") == [0, 4]
    assert days_of("2MO") is None
    assert days_of("") is None
