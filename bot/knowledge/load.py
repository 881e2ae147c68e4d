"""Turn the folder of knowledge files into values, or say everything that stands in the way.

The files are `services/*.yml`, `rights/*.yml` and `places.yml`; each holds one list, named after its folder or file.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.knowledge.document import Document, Pointer, read
from bot.knowledge.fault import Fault
from bot.knowledge.models import Knowledge, Place, Right, Service


class KnowledgeError(Exception):
    """The knowledge cannot be used. Its text lists every fault, one a line, as `file:line: message`."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{fault.path}:{fault.line}: {fault.message}" for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Entry[Value: (Service, Right, Place)]:
    """A value with the place it was read from."""

    value: Value
    document: Document
    pointer: Pointer

    def fault(self, pointer: Pointer, message: str) -> Fault:
        """An error about a part of this entry, on the line of that part."""
        return Fault(self.document.path, self.document.line_of((*self.pointer, *pointer)), message)


@dataclass(frozen=True, slots=True)
class Entries:
    """All entries that fit their schema, and the faults of those that do not."""

    services: tuple[Entry[Service], ...]
    rights: tuple[Entry[Right], ...]
    places: tuple[Entry[Place], ...]
    faults: tuple[Fault, ...]


def load(folder: Path) -> Knowledge:
    """Read all knowledge. Ids are unique, and those that places refer to exist.

    Raises:
        KnowledgeError: with every fault, not only the first.
    """
    entries = read_entries(folder)
    if entries.faults:
        raise KnowledgeError(entries.faults)
    return Knowledge(
        services={entry.value.id: entry.value for entry in entries.services},
        rights={entry.value.id: entry.value for entry in entries.rights},
        places={entry.value.id: entry.value for entry in entries.places},
    )


def read_entries(folder: Path) -> Entries:
    """Read as much as can be read: faults in one entry do not hide those in the others."""
    faults: list[Fault] = []
    services = tuple(_entries(sorted(folder.glob("services/*.yml")), folder / "services", "services", Service, faults))
    services_are_whole = not faults
    rights = tuple(_entries(sorted(folder.glob("rights/*.yml")), folder / "rights", "rights", Right, faults))
    places_file = folder / "places.yml"
    places = tuple(_entries([places_file] * places_file.is_file(), places_file, "places", Place, faults))
    faults += _duplicates(services)
    faults += _duplicates(rights)
    faults += _duplicates(places)
    faults += _repeated_facts(rights)
    if services_are_whole:  # Otherwise a reference may be right, and its service the one that could not be read.
        faults += _unknown_references(places, {entry.value.id for entry in services})
    return Entries(services, rights, places, tuple(sorted(faults)))


def _entries[Value: (Service, Right, Place)](
    paths: Sequence[Path], expected: Path, key: str, model: type[Value], faults: list[Fault]
) -> Iterator[Entry[Value]]:
    if not paths:
        faults.append(Fault(expected, 1, f"no {key} found here"))
    for path in paths:
        document = read(path)
        faults += document.faults
        if document.faults and document.data is None:
            continue
        if not isinstance(document.data, Mapping) or set(document.data) != {key}:
            faults.append(Fault(path, 1, f"the file must hold one list, `{key}:`"))
            continue
        items = document.data[key]
        if not isinstance(items, list):
            faults.append(Fault(path, document.line_of((key,)), f"`{key}` must be a list"))
            continue
        for position, item in enumerate(items):
            pointer: Pointer = (key, position)
            try:
                yield Entry(model.model_validate(item), document, pointer)
            except ValidationError as error:
                faults += (_schema_fault(document, pointer, item, detail) for detail in error.errors())


def _schema_fault(document: Document, pointer: Pointer, item: object, detail: Any) -> Fault:
    field = ".".join(str(part) for part in detail["loc"])
    name = item.get("id", "entry without id") if isinstance(item, Mapping) else "entry"
    subject = f"{name}: {field}" if field else str(name)
    message = detail["msg"].removeprefix("Value error, ")
    return Fault(document.path, document.line_of((*pointer, *detail["loc"])), f"{subject}: {message}")


def _duplicates[Value: (Service, Right, Place)](entries: Sequence[Entry[Value]]) -> Iterator[Fault]:
    first: dict[str, Entry[Value]] = {}
    for entry in entries:
        known: Entry[Value] = first.setdefault(entry.value.id, entry)
        if known is not entry:
            where = f"{known.document.path.name}:{known.document.line_of((*known.pointer, 'id'))}"
            yield entry.fault(("id",), f"the id {entry.value.id} is already used in {where}")


def _repeated_facts(rights: Sequence[Entry[Right]]) -> Iterator[Fault]:
    seen: set[str] = set()
    for entry in rights:
        for position, fact in enumerate(entry.value.facts):
            if fact.id in seen:
                yield entry.fault(("facts", position, "id"), f"the fact id {fact.id} is already used")
            seen.add(fact.id)


def _unknown_references(places: Sequence[Entry[Place]], services: set[str]) -> Iterator[Fault]:
    for entry in places:
        for field in ("specialised_centre", "welfare_centre"):
            wanted = getattr(entry.value, field)
            if wanted is not None and wanted not in services:
                yield entry.fault((field,), f"{entry.value.id}: {field}: no service has the id {wanted}")
