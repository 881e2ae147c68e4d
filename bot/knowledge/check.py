"""Everything that can be wrong with the knowledge and that a machine can see."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path

import phonenumbers

from bot.knowledge.document import Pointer
from bot.knowledge.fault import Fault, Severity
from bot.knowledge.hours import parse
from bot.knowledge.load import Entry, read_entries
from bot.knowledge.models import Phone, Place, Right, Service

# One bubble of the chat.
SHOWN_TEXT_LIMIT = 320


def check(folder: Path, *, today: date, stale_after_days: int, intents: Collection[str]) -> list[Fault]:
    """Look at every entry, and report by file and line.

    Args:
        today: the day that age is counted from.
        stale_after_days: an entry assured or confirmed longer ago than this gets a warning.
        intents: the names that rights may answer.
    """
    entries = read_entries(folder)
    faults = list(entries.faults)
    numbers = {phone.e164 for service in entries.services for phone in service.value.phones if phone.e164}
    for service in entries.services:
        faults += _assurance(service, today, stale_after_days)
        faults += _future_dates(service, today, _dates_of(service.value))
        faults += _confirmed_and_hidden(service)
        faults += _phones(service)
        faults += _opening_hours(service)
        faults += _long_texts(service, _shown_in_service(service.value))
    for right in entries.rights:
        faults += _assurance(right, today, stale_after_days)
        faults += _future_dates(right, today, (*_dates_of(right.value), *_dates_of_facts(right.value)))
        faults += _unknown_intents(right, intents)
        faults += _uncertain_facts(right)
        if not entries.faults:
            faults += _numbers_of_nobody(right, numbers)
        faults += _long_texts(right, _shown_in_right(right.value))
    return sorted(faults)


def _fault[Value: (Service, Right, Place)](
    entry: Entry[Value], pointer: Pointer, message: str, severity: Severity = "error"
) -> Fault:
    line = entry.document.line_of((*entry.pointer, *pointer))
    return Fault(entry.document.path, line, f"{entry.value.id}: {message}", severity)


def _assurance[Value: (Service, Right)](entry: Entry[Value], today: date, stale_after_days: int) -> Iterator[Fault]:
    value = entry.value
    if not value.sources:
        yield _fault(entry, ("sources",), "no source is given")
    if value.sure_on is None:
        yield _fault(entry, ("assured_date",), "nobody knows when this was last right", "warning")
    elif value.is_stale(today, stale_after_days):
        confirmed = value.sure_on != value.assured_date
        word, pointer = ("confirmed", ("confirmed", "on")) if confirmed else ("assured", ("assured_date",))
        message = f"stale: last {word} on {value.sure_on}, more than {stale_after_days} days ago"
        yield _fault(entry, pointer, message, "warning")


def _dates_of(value: Service | Right) -> Iterator[tuple[Pointer, date | None]]:
    yield ("assured_date",), value.assured_date
    for position, source in enumerate(value.sources):
        yield ("sources", position, "checked"), source.checked
    if value.confirmed:
        yield ("confirmed", "on"), value.confirmed.on


def _dates_of_facts(right: Right) -> Iterator[tuple[Pointer, date | None]]:
    for position, fact in enumerate(right.facts):
        if fact.confirmed:
            yield ("facts", position, "confirmed", "on"), fact.confirmed.on


def _future_dates[Value: (Service, Right)](
    entry: Entry[Value], today: date, dates: Iterable[tuple[Pointer, date | None]]
) -> Iterator[Fault]:
    for pointer, day in dates:
        if day is not None and day > today:
            yield _fault(entry, pointer, f"{'.'.join(map(str, pointer))} is {day}, and today is only {today}")


def _confirmed_and_hidden(entry: Entry[Service]) -> Iterator[Fault]:
    if entry.value.confirmed and not entry.value.ready:
        yield _fault(entry, ("ready",), "is confirmed, and yet `ready: false` hides it", "warning")


def _phones(entry: Entry[Service]) -> Iterator[Fault]:
    for position, phone in enumerate(entry.value.phones):
        message = _phone_problem(phone, entry.value.country)
        if message:  # A number that nobody sees can wait.
            yield _fault(entry, ("phones", position), message, "error" if phone.ready else "warning")


def _phone_problem(phone: Phone, country: str) -> str | None:
    # 112, the only number of the whole Union, is checked as people here dial it.
    region = "BE" if country == "EU" else country
    try:
        number = phonenumbers.parse(phone.local, region)
    except phonenumbers.NumberParseException:
        return f"{phone.local} is not a phone number"
    if phone.e164 is None:
        if phonenumbers.is_valid_short_number_for_region(number, region):
            return None
        return f"{phone.local} is not a short number of {region}; any other number needs e164"
    if not phonenumbers.is_valid_number(number):
        return f"{phone.local} is not a valid phone number of {region}"
    expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None if phone.e164 == expected else f"{phone.local} is {expected}, not {phone.e164}"


def _opening_hours(entry: Entry[Service]) -> Iterator[Fault]:
    if entry.value.opening_hours is not None:
        try:
            parse(entry.value.opening_hours)
        except ValueError as error:
            yield _fault(entry, ("opening_hours",), str(error))


def _unknown_intents(entry: Entry[Right], intents: Collection[str]) -> Iterator[Fault]:
    for position, intent in enumerate(entry.value.intents):
        if intent not in intents:
            yield _fault(entry, ("intents", position), f"no intent is called {intent}")


def _uncertain_facts(entry: Entry[Right]) -> Iterator[Fault]:
    shown = {_bare(fact.text) for fact in entry.value.facts}
    for position, text in enumerate(entry.value.facts_to_verify):
        if _bare(text) in shown:
            yield _fault(entry, ("facts_to_verify", position), "this stands in `facts` as well, where it is shown")


def _numbers_of_nobody(entry: Entry[Right], numbers: Collection[str]) -> Iterator[Fault]:
    for position, fact in enumerate(entry.value.facts):
        for found in phonenumbers.PhoneNumberMatcher(fact.text, "BE"):
            if phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164) not in numbers:
                message = f"{found.raw_string} is not the number of any service: did it change there?"
                yield _fault(entry, ("facts", position, "text"), message, "warning")


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def _shown_in_service(service: Service) -> Iterator[tuple[Pointer, str | None]]:
    yield ("names", "nl"), service.names.nl
    yield ("names", "fr"), service.names.fr
    yield ("names", "en"), service.names.en
    yield ("eligibility",), service.eligibility
    yield ("description",), service.description
    yield ("alert",), service.alert
    yield ("sms",), service.sms
    yield ("hours_note",), service.hours_note
    yield ("conditions", "text"), service.conditions.text
    for position, phone in enumerate(service.phones):
        yield ("phones", position, "note"), phone.note


def _shown_in_right(right: Right) -> Iterator[tuple[Pointer, str | None]]:
    yield ("title",), right.title
    for position, fact in enumerate(right.facts):
        yield ("facts", position, "text"), fact.text


def _long_texts[Value: (Service, Right)](
    entry: Entry[Value], texts: Iterator[tuple[Pointer, str | None]]
) -> Iterator[Fault]:
    for pointer, text in texts:
        if text is not None and len(text) > SHOWN_TEXT_LIMIT:
            message = f"{'.'.join(map(str, pointer))} has {len(text)} characters, of at most {SHOWN_TEXT_LIMIT}"
            yield _fault(entry, pointer, message)
