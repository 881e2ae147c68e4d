"""What stands on the card of a place or line."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from actions.cards import card
from bot.knowledge.hours import BRUSSELS
from bot.knowledge.models import Confirmation
from tests.actions.conftest import LANGUAGES, MONDAY_NOON, Standing


def at(day: int, hour: int) -> datetime:
    """A moment of November 2026 in Brussels; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, tzinfo=BRUSSELS)


def shown(known: Standing, service: str, language: str = "en", *, now: datetime = at(23, 10), **more: Any) -> Any:
    options = {"today": date(2026, 11, 23), "stale_after_days": 120, "distance_km": None} | more
    return card(known.services[service], language, now=now, **options)


@pytest.mark.parametrize(
    ("service", "now", "is_open", "words"),
    [
        ("be-112", at(23, 3), True, "Open day and night"),
        ("pag-asa", at(23, 10), True, "Open now, until 17:00"),
        ("pag-asa", at(23, 7), False, "Closed now, opens today at 09:00"),
        ("pag-asa", at(23, 18), False, "Closed now, opens Tuesday at 09:00"),
        ("pag-asa", at(21, 12), False, "Closed now, opens Monday at 09:00"),
        ("payoke", at(23, 10), None, "Opening hours: please call first"),
    ],
)
def test_hours_are_told_in_words(
    known: Standing, service: str, now: datetime, is_open: bool | None, words: str
) -> None:
    found = shown(known, service, now=now)

    assert found["hours"].startswith(words)
    assert found["is_open"] is is_open


@pytest.mark.parametrize(("language", "day"), [("nl", "dinsdag"), ("fr", "mardi")])
def test_days_are_named_in_the_language_of_the_person(known: Standing, language: str, day: str) -> None:
    assert day in shown(known, "pag-asa", language, now=at(23, 18))["hours"]


def test_a_stale_fact_is_marked_with_its_date(known: Standing) -> None:
    assured = known.services["pag-asa"].sure_on
    assert assured is not None

    fresh = shown(known, "pag-asa", today=assured + timedelta(days=120))
    stale = shown(known, "pag-asa", today=assured + timedelta(days=121))

    assert (fresh["is_stale"], stale["is_stale"]) == (False, True)
    assert stale["checked"] == f"{fresh['checked']} (this may have changed)"


def test_a_fact_without_a_date_counts_as_stale(known: Standing) -> None:
    undated = known.services["pag-asa"].model_copy(update={"assured_date": None, "confirmed": None})

    found = card(undated, "en", now=MONDAY_NOON, today=date(2026, 11, 23), stale_after_days=9999, distance_km=None)

    assert found["is_stale"]
    assert found["checked"] == "date unknown (this may have changed)"


def test_a_card_carries_the_day_on_which_it_was_last_confirmed(known: Standing) -> None:
    confirmation = Confirmation(by="PAG-ASA", on=date(2026, 11, 20))
    confirmed = known.services["pag-asa"].model_copy(
        update={"confirmed": confirmation, "assured_date": date(2022, 1, 1)}
    )

    found = card(confirmed, "en", now=MONDAY_NOON, today=date(2026, 11, 23), stale_after_days=120, distance_km=None)

    assert (found["checked"], found["is_stale"]) == ("November 20, 2026", False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_secret_addresses_are_on_no_card(known: Standing, language: str) -> None:
    secret = [service.id for service in known.services.values() if service.address_secret]

    assert secret
    assert all(shown(known, service, language)["address"] is None for service in secret)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_can_be_dialled_and_belongs_to_what_may_be_shown(known: Standing, language: str) -> None:
    for service in known.services.values():
        phones = shown(known, service.id, language)["phones"]
        assert [phone["number"] for phone in phones] == [phone.local for phone in service.phones if phone.ready]
        for phone in phones:
            assert phone["tel"].removeprefix("+").isdigit(), (service.id, phone)


def test_what_staff_notes_say_is_on_no_card(known: Standing) -> None:
    for service in known.services.values():
        notes = [service.staff_note, *(phone.staff_note for phone in service.phones)]
        assert not any(note in str(shown(known, service.id)) for note in notes if note), service.id


@pytest.mark.parametrize(
    ("km", "words"),
    [
        (None, None),
        (0.1, "about 1 km away"),
        (1.4, "about 1 km away"),
        (1.6, "about 2 km away"),
        (12.2, "about 12 km away"),
    ],
)
def test_distances_are_rough(known: Standing, km: float | None, words: str | None) -> None:
    assert shown(known, "pag-asa", distance_km=km)["distance"] == words


def test_addresses_are_dutch_for_dutch_readers_and_french_for_others(known: Standing) -> None:
    location = known.services["pag-asa"].location
    assert location is not None

    assert shown(known, "pag-asa", "nl")["address"].startswith(location.street.nl)
    assert shown(known, "pag-asa", "en")["address"].startswith(location.street.fr)
