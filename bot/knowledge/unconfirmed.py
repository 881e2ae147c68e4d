"""Which entries still need somebody's word, and in which order: by how soon a person would be sent there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from pathlib import Path

from bot.intents import URGENT
from bot.knowledge.answers import Answers, placeholders
from bot.knowledge.load import Entries
from bot.knowledge.models import Assured, Right, Service, Source
from bot.knowledge.points import ToConfirm
from bot.knowledge.questions import about_right, about_service


class Sent(IntEnum):
    """How soon somebody is sent to an entry; the soonest first."""

    IN_DANGER = 1  # The answers to danger, and the emergency numbers.
    TO_CENTRES = 2  # The recognised centres, and what is special for victims.
    BY_ANSWERS = 3  # Named in an answer.
    BY_SEARCH = 4  # Found by a search for help near a place, or read beside an answer.
    NOT_YET = 5  # Not ready to be shown.


@dataclass(frozen=True, slots=True)
class Open:
    """One entry that needs confirming. `file` is as seen from the folder of the knowledge."""

    id: str
    name: str
    file: Path
    sent: Sent
    is_emergency: bool
    is_text: bool  # A topic of rights, and no place or line.
    named: int  # In how many answers.
    reasons: tuple[str, ...]
    whom: tuple[str, ...]
    questions: tuple[str, ...]
    last_source: str


def unconfirmed(
    entries: Entries, answers: Answers, to_confirm: ToConfirm, folder: Path, *, today: date, stale_after_days: int
) -> list[Open]:
    """Every entry that is a draft, stale or holds something uncertain; soonest needed first."""
    contacts = Contacts(entries, to_confirm)
    uses = _Uses(answers)
    found: list[Open] = []
    for entry in entries.services:
        service = entry.value
        reasons = tuple(_reasons(service, today, stale_after_days))
        if reasons:
            found.append(
                Open(
                    id=service.id,
                    name=service.name_in("en"),
                    file=entry.document.path.relative_to(folder),
                    sent=uses.sent_to_service(service),
                    is_emergency="emergency" in service.serves,
                    is_text=False,
                    named=len(uses.of_service(service.id)),
                    reasons=reasons,
                    whom=contacts.for_service(service),
                    questions=tuple(about_service(service)),
                    last_source=last_source(service),
                )
            )
    for right_entry in entries.rights:
        right = right_entry.value
        reasons = tuple(_reasons_of_right(right, today, stale_after_days))
        if reasons:
            found.append(
                Open(
                    id=right.id,
                    name=right.title,
                    file=right_entry.document.path.relative_to(folder),
                    sent=uses.sent_to_right(right, entries),
                    is_emergency=right.urgent,
                    is_text=True,
                    named=len(uses.of_right(right)),
                    reasons=reasons,
                    whom=contacts.named(to_confirm.whom.rights.get(right.id, ())),
                    questions=tuple(about_right(right, today=today, stale_after_days=stale_after_days)),
                    last_source=last_source(right),
                )
            )
    return sorted(found, key=lambda one: (one.sent, one.is_text, not one.is_emergency, -one.named, one.id))


class Contacts:
    """How to reach those who can confirm something."""

    def __init__(self, entries: Entries, to_confirm: ToConfirm) -> None:
        self._services = {entry.value.id: entry.value for entry in entries.services}
        self._authorities = {authority.id: authority for authority in to_confirm.authorities}
        self._instead = to_confirm.whom.services

    def for_service(self, service: Service) -> tuple[str, ...]:
        """The service itself, or who is to be asked in its place."""
        instead = self._instead.get(service.id)
        if instead:
            return tuple(map(self._directly, instead))
        return (f"the service itself, {_reach(service)}",)

    def named(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Name and contact of services and authorities."""
        return tuple(self._one(identifier) for identifier in ids)

    def _one(self, identifier: str) -> str:
        instead = self._instead.get(identifier)
        if instead:
            return f"{self._services[identifier].name_in('en')}: {'; '.join(map(self._directly, instead))}"
        return self._directly(identifier)

    def _directly(self, identifier: str) -> str:
        authority = self._authorities.get(identifier)
        if authority:
            return f"{authority.name}, {authority.contact}" if authority.contact else authority.name
        service = self._services[identifier]
        return f"{service.name_in('en')}, {_reach(service)}"


def last_source(value: Assured) -> str:
    """The source that was checked last, and the day to which the entry was known to be right."""
    dated = [source for source in value.sources if source.checked]
    newest: Source | None = max(dated, key=lambda source: source.checked or date.min, default=None)
    newest = newest or next(iter(value.sources), None)
    if newest is None:
        return "none"
    seen = f" ({newest.seen})" if newest.seen else ""
    return f"{newest.url or newest.source}{seen}; last known to be right: {value.sure_on or 'nobody knows'}"


def _reach(service: Service) -> str:
    voice = [phone for phone in service.phones if phone.type == "voice"]
    ready = [phone.local for phone in voice if phone.ready]
    unsure = [f"{phone.local} (not confirmed yet)" for phone in voice if not phone.ready]
    ways = [*ready, *(unsure if not ready else ()), *filter(None, (service.email, service.url))]
    return " or ".join(ways[:2]) or "no contact is known"


def _reasons(value: Assured, today: date, stale_after_days: int) -> Iterator[str]:
    if value.confirmed is None:
        yield "nobody confirmed it"
    if value.sure_on is None:
        yield "nobody knows when it was last right"
    elif value.is_stale(today, stale_after_days):
        yield f"stale, last right on {value.sure_on}"
    if value.confirmed is None and value.confidence == "low":
        yield "low confidence"


def _reasons_of_right(right: Right, today: date, stale_after_days: int) -> Iterator[str]:
    drafts = sum(right.confirmation_of(fact) is None for fact in right.facts)
    for reason in _reasons(right, today, stale_after_days):
        if reason == "nobody confirmed it":
            if drafts:
                yield f"nobody confirmed {drafts} of {len(right.facts)} sentences"
        else:
            yield reason
    if right.facts_to_verify:
        yield f"{len(right.facts_to_verify)} not certain"


class _Uses:
    """Which answers lead where."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers.by_intent
        self._services = {
            intent: {*answer.services, *_in_words(answer.bubbles)} for intent, answer in answers.by_intent.items()
        }

    def of_service(self, service_id: str) -> set[str]:
        return {intent for intent, services in self._services.items() if service_id in services}

    def of_right(self, right: Right) -> set[str]:
        facts = {fact.id for fact in right.facts}
        return {intent for intent, answer in self._answers.items() if facts.intersection(answer.facts)}

    def sent_to_service(self, service: Service) -> Sent:
        uses = self.of_service(service.id)
        if not service.ready:
            return Sent.NOT_YET
        if uses.intersection(URGENT) or "emergency" in service.serves:
            return Sent.IN_DANGER
        if "specialised" in service.serves:
            return Sent.TO_CENTRES
        return Sent.BY_ANSWERS if uses else Sent.BY_SEARCH

    def sent_to_right(self, right: Right, entries: Entries) -> Sent:
        uses = self.of_right(right)
        if right.urgent or uses.intersection(URGENT):
            return Sent.IN_DANGER
        centres = {entry.value.id for entry in entries.services if entry.value.kind == "specialised_centre"}
        of_centres = {intent for intent, answer in self._answers.items() if centres and centres <= {*answer.services}}
        if of_centres.intersection(right.intents):
            return Sent.TO_CENTRES
        return Sent.BY_ANSWERS if uses else Sent.BY_SEARCH


def _in_words(bubbles: tuple[str, ...]) -> Iterator[str]:
    for bubble in bubbles:
        for placeholder in placeholders(bubble):
            yield placeholder.partition("_")[2].replace("_", "-")
