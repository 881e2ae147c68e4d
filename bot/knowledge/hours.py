"""Whether a service is open at a moment, from its opening hours in OpenStreetMap syntax."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, validate

from bot.knowledge.models import Service

BRUSSELS = ZoneInfo("Europe/Brussels")

# Rules that change later than this count as never changing, which keeps the search short.
_HORIZON_DAYS = 366

# Expressions that hold these say what happens on a public holiday, or do not mind it.
_COVERS_HOLIDAYS = ("PH", "24/7", "Mo-Su")


@dataclass(frozen=True, slots=True)
class Open:
    """Open now. `until` is None when it does not close."""

    until: datetime | None


@dataclass(frozen=True, slots=True)
class Closed:
    """Closed now. `opens_at` is None when no opening is foreseen."""

    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody wrote down the hours, or a public holiday makes them doubtful."""


type HoursState = Open | Closed | Unknown


def state(service: Service, now: datetime) -> HoursState:
    """How the hours of `service` stand at `now`, with times of Brussels in the answer.

    On a public holiday, hours that do not speak of holidays are unknown: offices may be shut.

    Args:
        now: with a time zone, whichever.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    now = now.astimezone(BRUSSELS)  # The library knows named zones only, not datetime.UTC.
    if service.opening_hours is None:
        return Unknown()
    hours = parse(service.opening_hours)
    if hours.is_unknown(now):
        return Unknown()
    if parse("PH").is_open(now) and not any(word in service.opening_hours for word in _COVERS_HOLIDAYS):
        return Unknown()
    change = hours.next_change(now)
    return Open(change) if hours.is_open(now) else Closed(change)


@lru_cache(maxsize=512)
def parse(expression: str) -> OpeningHours:
    """The opening hours that an expression stands for, in Belgium.

    Raises:
        ValueError: the expression is not OpenStreetMap syntax.
    """
    if not validate(expression):
        raise ValueError(f"not opening hours: {expression}")
    return OpeningHours(expression, timezone=BRUSSELS, country="BE", max_interval_days=_HORIZON_DAYS)
