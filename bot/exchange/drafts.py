"""What others know as drafts for editors: in `knowledge/drafts/`, which nothing that people see ever reads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from bot.exchange.files import read_file, write_new
from bot.exchange.incoming import Incoming, NotCarried, index, read
from bot.exchange.parts import Loss, plain
from bot.exchange.schema import VERSION
from bot.knowledge.document import read as read_document
from bot.knowledge.load import load
from bot.knowledge.models import Assured, Service, Source

FOLDER = "drafts"

State = Literal["new", "changed", "same", "left out"]

_IMPORTED = "imported on "
_LAST_FIELDS = (*Assured.model_fields, "ready", "staff_note")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one entry: `changed` holds the names of our fields that differ, `reason` why it was left out."""

    name: str
    state: State
    id: str = ""
    changed: tuple[str, ...] = ()
    reason: str = ""
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts in the order of the file; `drafts` is None when there was nothing to write."""

    verdicts: tuple[Verdict, ...]
    drafts: Path | None
    remark: str


def import_file(path: Path, knowledge_folder: Path, today: date) -> Report:
    """Write what is new or changed as drafts into a new file.

    Raises:
        ExchangeError: the file cannot be read.
        KnowledgeError: our own knowledge cannot be read, so that nothing can be compared.
    """
    entries, remark = read_file(path)
    known = index(load(knowledge_folder).services.values())
    waiting = _waiting(knowledge_folder / FOLDER)
    origin = Source(source=f"{plain(path.name)} (HSDS {VERSION})", seen=f"{_IMPORTED}{today}")
    verdicts: list[Verdict] = []
    drafts: list[Service] = []
    seen: set[str] = set()
    for number, entry in enumerate(entries, start=1):
        verdict, draft = _judge(entry, number, known, waiting, origin, seen)
        verdicts.append(verdict)
        if draft is not None:
            drafts.append(draft)
    written = None
    if drafts:
        slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "services"
        target = knowledge_folder / FOLDER / f"{slug}-{today}.yml"
        written = write_new(target, _as_yaml(drafts, f"{slug}{path.suffix}", today))
    return Report(tuple(verdicts), written, remark)


def _judge(
    entry: Any,
    number: int,
    known: Mapping[str, Service],
    waiting: Mapping[str, Sequence[Service]],
    origin: Source,
    seen: set[str],
) -> tuple[Verdict, Service | None]:
    name = plain(str(entry.get("name", "")))[:100] if isinstance(entry, dict) else ""
    name = name or f"entry {number}"
    try:
        incoming = read(entry, known)
    except NotCarried as error:
        return Verdict(name, "left out", reason=str(error)), None
    service = incoming.service
    if service.id in seen:
        return Verdict(name, "left out", service.id, reason="its id stands in the file twice"), None
    seen.add(service.id)
    ours = incoming.known
    changed = _differences(ours, service) if ours else ()
    if ours and not changed:
        return Verdict(name, "same", service.id, losses=incoming.losses), None
    if any(not _differences(draft, service) for draft in waiting.get(service.id, ())):
        return Verdict(name, "same", service.id, reason="as in a draft", losses=incoming.losses), None
    verdict = Verdict(name, "changed" if ours else "new", service.id, changed, losses=incoming.losses)
    return verdict, _draft(incoming, changed, origin)


def _draft(incoming: Incoming, changed: Sequence[str], origin: Source) -> Service:
    ours = incoming.known
    notes = [f"Differs from what we show in: {', '.join(changed)}."] if changed else []
    notes += [f"Not carried over: {'; '.join(map(str, incoming.losses))}."] if incoming.losses else []
    notes += [ours.staff_note] if ours and ours.staff_note else []
    service = incoming.service
    return service.model_copy(
        update={"sources": (*service.sources, origin), "staff_note": " ".join(notes) or None, "ready": False}
    )


def _differences(one: Service, other: Service) -> tuple[str, ...]:
    """The names of the fields that differ, leaving out what is for staff and where a draft came from."""
    # A number that we know and do not show is no news.
    hidden: set[tuple[str, str]] = {(p.type, p.local) for p in one.phones if one.ready and not p.ready}
    first, second = _comparable(one, hidden), _comparable(other, hidden)
    return tuple(name for name in first if first[name] != second[name])


def _comparable(service: Service, hidden: set[tuple[str, str]]) -> dict[str, Any]:
    fields = service.model_dump(exclude={"ready", "staff_note"})
    fields["phones"] = [
        phone.model_dump(exclude={"ready", "staff_note"})
        for phone in service.phones
        if (phone.type, phone.local) not in hidden
    ]
    fields["sources"] = [
        source.model_dump() for source in service.sources if not (source.seen or "").startswith(_IMPORTED)
    ]
    return fields


def _waiting(folder: Path) -> dict[str, list[Service]]:
    """The drafts that lie there already, by id. One that an editor is in the middle of changing counts as none."""
    found: dict[str, list[Service]] = {}
    for path in sorted(folder.glob("*.yml")):
        data = read_document(path).data
        items = data.get("services") if isinstance(data, dict) else None
        for item in items if isinstance(items, list) else ():
            try:
                service = Service.model_validate(item)
            except ValidationError:
                continue
            found.setdefault(service.id, []).append(service)
    return found


def _as_yaml(drafts: Sequence[Service], file_name: str, today: date) -> str:
    head = (
        f"# Drafts from {file_name} (HSDS {VERSION}), imported on {today}. Nobody is shown these.\n"
        "# Check each one, move it into a file of knowledge/services/ or copy what is right, and set `ready`.\n"
    )
    entries = [_fields(draft) for draft in drafts]
    return head + yaml.safe_dump({"services": entries}, allow_unicode=True, sort_keys=False, width=116)


def _fields(service: Service) -> dict[str, Any]:
    dumped = service.model_dump(exclude_defaults=True)
    order = [name for name in Service.model_fields if name not in _LAST_FIELDS] + list(_LAST_FIELDS)
    return {name: _lists(dumped[name]) for name in order if name in dumped}


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lists(inner) for name, inner in value.items()}
    return [_lists(inner) for inner in value] if isinstance(value, list | tuple) else value
