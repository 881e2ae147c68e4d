"""Cards of services: everything somebody needs to go or call there, in words, ready to show on any channel."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date, format_time, get_day_names

from bot.catalogue import N_, translate
from bot.knowledge.answers import address
from bot.knowledge.hours import BRUSSELS, Closed, HoursState, Open, state
from bot.knowledge.models import Phone, Service

_OPEN_ALWAYS = N_("Open day and night")
_OPEN_UNTIL = N_("Open now, until {time}")
_OPENS_TODAY = N_("Closed now, opens today at {time}")
_OPENS = N_("Closed now, opens {day} at {time}")
_CLOSED = N_("Closed now")
_HOURS_UNKNOWN = N_("Opening hours: please call first")
_FREE = N_("free call")
_PAID_078 = N_("not a free number")
_KM = N_("about {km} km away")
_MAY_HAVE_CHANGED = N_("{date} (this may have changed)")
_NEVER_CHECKED = N_("date unknown (this may have changed)")


def card(
    service: Service, language: str, *, now: datetime, today: date, stale_after_days: int, distance_km: float | None
) -> dict[str, Any]:
    """One card, in `language`; only what is ready to be shown. Numbers carry `tel`, the form to dial."""

    def tr(text: str | None) -> str | None:
        return translate(text, language) if text else None

    hours = state(service, now)
    description = " ".join(filter(None, (tr(service.description), tr(service.eligibility), tr(service.alert))))
    return {
        "id": service.id,
        "name": service.name_in(language),
        "description": description,
        "phones": [_phone(phone, language) for phone in service.ready_phones],
        "hours": ". ".join(filter(None, (_hours(hours, language, now), tr(service.hours_note)))),
        "is_open": True if isinstance(hours, Open) else False if isinstance(hours, Closed) else None,
        "address": address(service, language) if service.location and not service.address_secret else None,
        "conditions": tr(service.conditions.text),
        "languages": ", ".join(service.languages) or None,
        "url": service.url,
        "checked": _checked(service, language, today, stale_after_days),
        "is_stale": service.is_stale(today, stale_after_days),
        "distance": _distance(distance_km, language),
    }


def date_in_words(day: date, language: str) -> str:
    """A date as people of that language write it; English where CLDR has none."""
    return format_date(day, format="long", locale=language)


def _phone(phone: Phone, language: str) -> dict[str, Any]:
    notes = [translate(_FREE, language)] if phone.cost == "free" else []
    if phone.cost == "rate_078":
        notes.append(translate(_PAID_078, language))
    if phone.note:
        notes.append(translate(phone.note, language))
    return {
        "number": phone.local,
        "tel": phone.e164 or phone.local.replace(" ", ""),
        "note": ", ".join(notes) or None,
    }


def _hours(hours: HoursState, language: str, now: datetime) -> str:
    if isinstance(hours, Open):
        if hours.until is None or hours.until - now > timedelta(days=2):
            return translate(_OPEN_ALWAYS, language)
        return translate(_OPEN_UNTIL, language).format(time=_time(hours.until, language))
    if isinstance(hours, Closed):
        if hours.opens_at is None:
            return translate(_CLOSED, language)
        opens = hours.opens_at.astimezone(BRUSSELS)
        time = _time(opens, language)
        if opens.date() == now.astimezone(BRUSSELS).date():
            return translate(_OPENS_TODAY, language).format(time=time)
        day = get_day_names("wide", locale=language)[opens.weekday()]
        return translate(_OPENS, language).format(day=day, time=time)
    return translate(_HOURS_UNKNOWN, language)


def _time(moment: datetime, language: str) -> str:
    return format_time(moment.astimezone(BRUSSELS), "HH:mm", locale=language)


def _checked(service: Service, language: str, today: date, stale_after_days: int) -> str:
    if service.sure_on is None:
        return translate(_NEVER_CHECKED, language)
    day = date_in_words(service.sure_on, language)
    stale = service.is_stale(today, stale_after_days)
    return translate(_MAY_HAVE_CHANGED, language).format(date=day) if stale else day


def _distance(distance_km: float | None, language: str) -> str | None:
    if distance_km is None:
        return None
    return translate(_KM, language).format(km=f"{max(distance_km, 0.5):.0f}" if distance_km >= 1.5 else "1")
