"""The page of what must be confirmed before people rely on it: made from the data, committed as docs/to-confirm.md."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bot.knowledge.answers import load_answers
from bot.knowledge.fault import Fault
from bot.knowledge.load import KnowledgeError, read_entries
from bot.knowledge.points import Point, ToConfirm, read_points
from bot.knowledge.unconfirmed import Contacts, Open, Sent, unconfirmed
from bot.operation.environments import OperationError
from bot.settings import ROOT

KNOWLEDGE = ROOT / "knowledge"
POINTS = KNOWLEDGE / "to_confirm.yml"
PAGE = ROOT / "docs" / "to-confirm.md"
COMMAND = "./baken facts to-confirm --out docs/to-confirm.md"

_STATE = re.compile(r"^State of (\d{4}-\d{2}-\d{2}); older than (\d+) days counts as stale\.", re.MULTILINE)
_SECTIONS = {"numbers": "Numbers and addresses", "law": "Law and rights", "use": "Use"}
_GROUPS = {
    Sent.IN_DANGER: "1. Where somebody in danger is sent",
    Sent.TO_CENTRES: "2. The centres, and what is special for victims",
    Sent.BY_ANSWERS: "3. What answers name",
    Sent.BY_SEARCH: "4. What a search for help finds, or what stands beside an answer",
    Sent.NOT_YET: "5. Not shown yet",
}


def page(*, today: date, stale_after_days: int) -> str:
    """The page in Markdown. Raises KnowledgeError with every fault of the files it is made from."""
    entries = read_entries(KNOWLEDGE)
    points = read_points(POINTS, entries, today=today)
    faults = sorted({*entries.faults, *points.faults})
    if faults or points.content is None:
        raise KnowledgeError(faults)
    answers = load_answers(KNOWLEDGE / "answers.yml")
    found = unconfirmed(entries, answers, points.content, KNOWLEDGE, today=today, stale_after_days=stale_after_days)
    contacts = Contacts(entries, points.content)
    total = len(entries.services) + len(entries.rights)
    lines = [
        *_head(today, stale_after_days, found, total),
        "",
        *_points(points.content, contacts, today, stale_after_days),
        *_entries(found),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def write(path: Path, text: str) -> None:
    """Replace the file in one step, so that it is never half-written. Raises OperationError."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise OperationError(f"{path} cannot be written: {error.strerror}") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.chmod(0o644)  # As other pages; temporary files are for their owner alone.
        temporary.replace(path)
    except OSError as error:
        raise OperationError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)


def check_page() -> Iterator[Fault]:
    """A warning when the committed page is not the one that the data makes, as of the day it carries."""
    if not PAGE.is_file():
        return
    text = PAGE.read_text(encoding="utf-8")
    state = _STATE.search(text)
    if state is None or text != page(today=date.fromisoformat(state[1]), stale_after_days=int(state[2])):
        yield Fault(PAGE, 1, f"is not what the knowledge makes any more: run {COMMAND}", "warning")


def _head(today: date, stale_after_days: int, found: list[Open], total: int) -> list[str]:
    return f"""\
# What must be confirmed before going live

State of {today}; older than {stale_after_days} days counts as stale. {len(found)} of {total} entries are open.
Made by `{COMMAND}` from `knowledge/`: change that, and make the page again.

Work from the top: what comes first is where somebody is sent first. Ask every question, mend the entry in the file
that is named, and write who confirmed it (a role or an organisation, no person's name) and when:

```yaml
    confirmed: {{by: PAG-ASA, on: {today}}}
```

Say who you are, and tell nobody's story. Emergency and crisis lines are never called to ask: whom to ask instead is
named. How to edit: [For editors](editing.md).
""".splitlines()


def _points(content: ToConfirm, contacts: Contacts, today: date, stale_after_days: int) -> Iterator[str]:
    open_points = [point for point in content.points if not _is_settled(point, today, stale_after_days)]
    yield "## Points to settle"
    yield ""
    yield f"{len(open_points)} of {len(content.points)} are open. They stand in `knowledge/to_confirm.yml`."
    yield ""
    for section, title in _SECTIONS.items():
        of_section = [point for point in open_points if point.section == section]
        if of_section:
            yield f"### {title}"
            yield ""
            for point in of_section:
                yield f"- [ ] **{point.number}.** {_one_line(point.ask)}"
                yield f"  - Ask: {'; '.join(contacts.named(point.whom))}"
                yield f"  - Concerns: {_concerned(point)}"
            yield ""


def _is_settled(point: Point, today: date, stale_after_days: int) -> bool:
    return point.confirmed is not None and (today - point.confirmed.on).days <= stale_after_days


def _concerned(point: Point) -> str:
    if point.everything:
        return "every entry"
    groups = {"services": point.services, "rights": point.rights}
    return "; ".join(f"{name} {', '.join(f'`{one}`' for one in ids)}" for name, ids in groups.items() if ids)


def _entries(found: list[Open]) -> Iterator[str]:
    for sent, title in _GROUPS.items():
        group = [one for one in found if one.sent == sent]
        if group:
            yield f"## {title}"
            yield ""
            for one in group:
                yield from _entry(one)


def _entry(one: Open) -> Iterator[str]:
    yield f"### {one.name} (`{one.id}`)"
    yield ""
    yield f"`knowledge/{one.file.as_posix()}` · {', '.join(one.reasons)}"
    yield ""
    yield f"Ask: {'; '.join(one.whom)}"
    yield ""
    yield from (f"- [ ] {_one_line(question)}" for question in one.questions)
    yield ""
    yield f"Last source: {_one_line(one.last_source)}"
    yield ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
