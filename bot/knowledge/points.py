"""What people must ask before others rely on the knowledge, and whom: `to_confirm.yml`, which is for staff only."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from bot.knowledge.document import Document, Pointer, read
from bot.knowledge.fault import Fault
from bot.knowledge.load import Entries
from bot.knowledge.models import Confirmation, Frozen, Identifier, Service, Text

Whom = Annotated[tuple[Identifier, ...], Field(min_length=1)]
"""Ids of services or of authorities, the best to ask first."""

# Their numbers stay free for people in need: questions go to somebody else.
_NEVER_CALLED_TO_ASK = frozenset({"emergency", "medical_emergency", "poison", "suicide"})


class Authority(Frozen):
    """Somebody who can confirm what no service can confirm by its own number."""

    id: Identifier
    name: Text
    contact: Text | None = None


class WhomByEntry(Frozen):
    """Whom to ask about an entry instead of the service itself, by id of service or right."""

    services: Mapping[Identifier, Whom] = {}
    rights: Mapping[Identifier, Whom] = {}


class Point(Frozen):
    """Something to settle before going live that is larger than one entry."""

    number: Annotated[int, Field(ge=1)]
    section: Literal["numbers", "law", "use"]
    ask: Text
    whom: Whom
    services: tuple[Identifier, ...] = ()
    rights: tuple[Identifier, ...] = ()
    everything: bool = False
    confirmed: Confirmation | None = None  # Without it the point is open.

    @model_validator(mode="after")
    def _concerns_something(self) -> Self:
        if self.everything == bool(self.services or self.rights):
            raise ValueError("name the `services` and `rights` it concerns, or write `everything: true`")
        return self


class ToConfirm(Frozen):
    """The whole file."""

    authorities: tuple[Authority, ...]
    whom: WhomByEntry
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class PointsFile:
    """What could be read, and everything that is wrong with it; `content` is None when it does not fit its schema."""

    content: ToConfirm | None
    faults: tuple[Fault, ...]


def read_points(path: Path, entries: Entries, *, today: date) -> PointsFile:
    """Read the file, and hold its ids against the knowledge."""
    document = read(path)
    if document.data is None:
        return PointsFile(None, document.faults or (Fault(path, 1, "the file is empty"),))
    try:
        content = ToConfirm.model_validate(document.data)
    except ValidationError as error:
        return PointsFile(None, (*document.faults, *_schema_faults(document, error)))
    faults = [*document.faults, *_twice(document, content), *_future_confirmations(document, content, today)]
    if not entries.faults:  # Otherwise an id may be right, and its entry the one that could not be read.
        services = {entry.value.id: entry.value for entry in entries.services}
        rights = {entry.value.id for entry in entries.rights}
        faults += _unknown_ids(document, content, services, rights)
        faults += _nobody_to_ask(document, content, services, rights)
    return PointsFile(content, tuple(sorted(faults)))


def _schema_faults(document: Document, error: ValidationError) -> Iterator[Fault]:
    for detail in error.errors():
        field = ".".join(str(part) for part in detail["loc"])
        message = detail["msg"].removeprefix("Value error, ")
        yield Fault(document.path, document.line_of(tuple(detail["loc"])), f"{field}: {message}")


def _twice(document: Document, content: ToConfirm) -> Iterator[Fault]:
    authorities: set[str] = set()
    for position, authority in enumerate(content.authorities):
        if authority.id in authorities:
            line = document.line_of(("authorities", position, "id"))
            yield Fault(document.path, line, f"the authority {authority.id} stands here twice")
        authorities.add(authority.id)
    numbers: set[int] = set()
    for position, point in enumerate(content.points):
        if point.number in numbers:
            line = document.line_of(("points", position, "number"))
            yield Fault(document.path, line, f"there are two points with the number {point.number}")
        numbers.add(point.number)


def _references(content: ToConfirm) -> Iterator[tuple[Pointer, str, Literal["service", "right", "whom"]]]:
    for service, whom in content.whom.services.items():
        yield ("whom", "services", service), service, "service"
        yield from ((("whom", "services", service), one, "whom") for one in whom)
    for right, whom in content.whom.rights.items():
        yield ("whom", "rights", right), right, "right"
        yield from ((("whom", "rights", right), one, "whom") for one in whom)
    for position, point in enumerate(content.points):
        yield from ((("points", position, "whom", n), one, "whom") for n, one in enumerate(point.whom))
        yield from ((("points", position, "services", n), one, "service") for n, one in enumerate(point.services))
        yield from ((("points", position, "rights", n), one, "right") for n, one in enumerate(point.rights))


def _unknown_ids(
    document: Document, content: ToConfirm, services: Collection[str], rights: Collection[str]
) -> Iterator[Fault]:
    authorities = {authority.id for authority in content.authorities}
    known = {"service": services, "right": rights, "whom": authorities | set(services)}
    names = {"service": "service", "right": "topic of rights", "whom": "authority or service"}
    for pointer, identifier, kind in _references(content):
        if identifier not in known[kind]:
            yield Fault(document.path, document.line_of(pointer), f"no {names[kind]} has the id {identifier}")
    for position, authority in enumerate(content.authorities):
        if authority.id in services:
            line = document.line_of(("authorities", position, "id"))
            yield Fault(document.path, line, f"{authority.id} is the id of a service as well")


def _nobody_to_ask(
    document: Document, content: ToConfirm, services: Mapping[str, Service], rights: Iterable[str]
) -> Iterator[Fault]:
    line = document.line_of(("whom", "services"))
    for service in services.values():
        if service.id in content.whom.services:
            continue
        if _NEVER_CALLED_TO_ASK.intersection(service.serves) and service.country in ("BE", "EU"):
            message = f"whom.services: {service.id} is a line for emergencies: say whom to ask instead"
            yield Fault(document.path, line, message)
        elif not (service.phones or service.email or service.url):
            yield Fault(document.path, line, f"whom.services: {service.id} has no contact: say whom to ask")
    for right in rights:
        if right not in content.whom.rights:
            line = document.line_of(("whom", "rights"))
            yield Fault(document.path, line, f"whom.rights: nobody to ask is named for {right}")


def _future_confirmations(document: Document, content: ToConfirm, today: date) -> Iterator[Fault]:
    for position, point in enumerate(content.points):
        if point.confirmed and point.confirmed.on > today:
            line = document.line_of(("points", position, "confirmed", "on"))
            message = f"point {point.number}: confirmed.on is {point.confirmed.on}, and today is only {today}"
            yield Fault(document.path, line, message)
