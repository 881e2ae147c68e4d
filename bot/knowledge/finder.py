"""Which services to offer somebody: for this need and this person, open now first, nearest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, inf, radians, sin, sqrt
from typing import Literal, get_args

from bot.knowledge.hours import Closed, HoursState, Open, state
from bot.knowledge.models import Audience, Knowledge, Place, Service

Person = Literal["woman", "man", "minor", "family"]
PERSONS: frozenset[str] = frozenset(get_args(Person))

# A place within this distance can be reached by tram or bus, and so goes before a telephone line.
_LOCAL_KM = 20.0
_EARTH_RADIUS_KM = 6371.0

_GROUP_OF: dict[str, Audience] = {"woman": "women", "man": "men", "minor": "minors", "family": "families"}

# Who answers anybody, whatever the need, when nothing else is open.
_FALLBACK_NEEDS = ("specialised", "minors")


@dataclass(frozen=True, slots=True)
class Found:
    """A service to offer, holding only phones that may be shown.

    `distance_km` is None when the service has no place to go to, or when nobody said where the person is.
    """

    service: Service
    distance_km: float | None
    hours: HoursState


def find(
    knowledge: Knowledge,
    *,
    need: str,
    near: Place | None,
    for_whom: str | None,
    now: datetime,
    limit: int = 3,
) -> list[Found]:
    """The services to offer, best first.

    1. The welfare centre (CPAS/OCMW) of `near`, where the need is one it serves; those of others are never offered.
    2. To a minor, services for minors; to somebody unknown, services for anyone before those for one group.
    3. Open now, then closed (opening soonest first), then unknown hours.
    4. Within these: places close by, telephone lines for the region, the rest; each by distance.

    When none of them is a number that answers now, the last one gives way to a line that answers day and night.

    Args:
        need: one of `models.NEEDS`.
        for_whom: one of `PERSONS`, or None when unknown.
        now: with a time zone.
        limit: how many at most, 1 or more.
    """
    if for_whom is not None and for_whom not in PERSONS:
        raise ValueError(f"nobody is called {for_whom!r}: use one of {sorted(PERSONS)}")
    if need == "minors":  # Whoever asks, it is for a minor.
        for_whom = "minor"
    own_centre = near.welfare_centre if near else None
    other_centres = {place.welfare_centre for place in knowledge.places.values()} - {own_centre}
    suitable = [
        Found(service, _distance_km(service, near), state(service, now))
        for service in knowledge.showable_services()
        if service.id not in other_centres and _is_for(service, for_whom)
    ]
    fitting = [found for found in suitable if need in found.service.serves]
    fitting.sort(
        key=lambda found: (
            found.service.id != own_centre,
            _person_rank(found.service, for_whom),
            _hours_rank(found.hours),
            _nearness_rank(found, near),
        )
    )
    best = fitting[:limit]
    if not any(_answers_now(found) for found in best):
        best = [*best[: limit - 1], *_lines_day_and_night(suitable, for_whom)[:1]]
    return best


def _is_for(service: Service, person: str | None) -> bool:
    audiences = set(service.for_whom)
    if person is None:
        return audiences != {"minors"}
    return bool(audiences & {"anyone", _GROUP_OF[person]})


def _person_rank(service: Service, person: str | None) -> int:
    if person == "minor":
        return int("minors" not in service.for_whom)
    if person is None:
        return int(not ("anyone" in service.for_whom or {"women", "men"} <= set(service.for_whom)))
    return 0


def _hours_rank(hours: HoursState) -> tuple[int, float]:
    match hours:
        case Open():
            return (0, 0.0)
        case Closed(opens_at):
            return (1, opens_at.timestamp() if opens_at else inf)
        case _:
            return (2, 0.0)


def _nearness_rank(found: Found, near: Place | None) -> tuple[int, float]:
    is_line = not _has_coordinates(found.service)
    if near is None:
        return (int(not is_line), 0.0)
    if is_line:
        return (1, 0.0) if near.region in found.service.regions else (3, 0.0)
    distance_km = inf if found.distance_km is None else found.distance_km
    return (0 if distance_km <= _LOCAL_KM else 2, distance_km)


def _answers_now(found: Found) -> bool:
    return isinstance(found.hours, Open) and any(phone.type == "voice" for phone in found.service.phones)


def _lines_day_and_night(suitable: Iterable[Found], person: str | None) -> list[Found]:
    lines = [
        found
        for found in suitable
        if set(found.service.serves).intersection(_FALLBACK_NEEDS)
        and _answers_now(found)
        and found.hours == Open(until=None)
        and not _has_coordinates(found.service)
    ]
    return sorted(lines, key=lambda found: _person_rank(found.service, person))


def _has_coordinates(service: Service) -> bool:
    return service.location is not None and service.location.latitude is not None


def _distance_km(service: Service, near: Place | None) -> float | None:
    """Great-circle distance: coordinates are too rough for anything better."""
    location = service.location
    if near is None or location is None or location.latitude is None or location.longitude is None:
        return None
    south, north = radians(near.latitude), radians(location.latitude)
    east = radians(location.longitude - near.longitude)
    half_chord = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin(east / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(half_chord))
