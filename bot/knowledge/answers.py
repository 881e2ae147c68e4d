"""What is answered to each intent: the words in English, what they rest on, and where they lead."""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Any

import phonenumbers
from pydantic import Field, ValidationError

from bot.knowledge.document import Document, read
from bot.knowledge.fault import Fault
from bot.knowledge.load import KnowledgeError
from bot.knowledge.models import Frozen, Knowledge, Need, Service, Text

ANSWERS_FILE = Path(__file__).resolve().parent.parent.parent / "knowledge" / "answers.yml"

# At most 320 characters a bubble, at most three bubbles; buttons must fit a phone's width.
BUBBLE_LENGTH = 320
TITLE_LENGTH = 30

_PLACEHOLDER = re.compile(r"^(phone|name|address)_(\w+)$")


class Answer(Frozen):
    """The answer to one intent. Shown: title (on buttons) and bubbles; the first bubble is complete alone."""

    title: Annotated[Text, Field(max_length=TITLE_LENGTH)]
    bubbles: Annotated[tuple[Text, ...], Field(min_length=1, max_length=3)]
    services: Annotated[tuple[str, ...], Field(max_length=3)] = ()
    facts: tuple[str, ...] = ()
    next: Annotated[tuple[str, ...], Field(max_length=4)] = ()
    need: Need | None = None


class MenuGroup(Frozen):
    """Topics that stand together for people who only tap."""

    title: Annotated[Text, Field(max_length=TITLE_LENGTH)]
    topics: Annotated[tuple[str, ...], Field(min_length=1, max_length=8)]


class Answers(Frozen):
    """All answers by intent, and the menu."""

    by_intent: Mapping[str, Answer]
    menu: tuple[MenuGroup, ...]


def load_answers(path: Path) -> Answers:
    """Read answers.yml. Raises KnowledgeError with every fault in it."""
    answers, faults, _ = _read(path)
    if faults or answers is None:
        raise KnowledgeError(faults)
    return answers


@lru_cache(maxsize=1)
def all_answers() -> Answers:
    """The answers of this installation, read once a process. Raises KnowledgeError."""
    return load_answers(ANSWERS_FILE)


def menu() -> tuple[MenuGroup, ...]:
    """The menu of this installation. Raises KnowledgeError."""
    return all_answers().menu


def check_answers(path: Path, knowledge: Knowledge, intents: Collection[str]) -> list[Fault]:
    """Everything wrong with the answers: schema, unknown or unready references, length, an intent without an answer."""
    answers, faults, document = _read(path)
    if answers is None:
        return faults

    def fault(pointer: tuple[str | int, ...], message: str) -> None:
        faults.append(Fault(path, document.line_of(pointer), message))

    services = {service.id: service for service in knowledge.showable_services()}
    facts = {fact.id for right in knowledge.rights.values() for fact in right.facts}
    for intent in sorted(set(intents) - set(answers.by_intent)):
        fault((), f"the intent {intent} has no answer")
    for intent, answer in answers.by_intent.items():
        if intent not in intents:
            fault((intent,), f"{intent} is no intent")
        for service_id in answer.services:
            if service_id not in services:
                fault((intent, "services"), f"{intent}: {service_id} is unknown or not ready to be shown")
        for fact_id in answer.facts:
            if fact_id not in facts:
                fault((intent, "facts"), f"{intent}: no fact has the id {fact_id}")
        for other in answer.next:
            if other not in answers.by_intent:
                fault((intent, "next"), f"{intent}: next leads to {other}, which has no answer")
        for number, bubble in enumerate(answer.bubbles):
            pointer = (intent, "bubbles", number)
            for digits in phonenumbers.PhoneNumberMatcher(bubble, "BE"):
                fault(
                    pointer, f"{intent}: {digits.raw_string} stands in digits: write {{phone_…}} with the service's id"
                )
            try:
                shown = fill(bubble, services, "en")
            except KeyError as error:
                fault(pointer, f"{intent}: {error.args[0]} is no phone, name or address that is ready to be shown")
                continue
            if len(shown) > BUBBLE_LENGTH:
                fault(pointer, f"{intent}: {len(shown)} characters, at most {BUBBLE_LENGTH} are shown in a bubble")
    for position, group in enumerate(answers.menu):
        for topic in group.topics:
            if topic not in answers.by_intent:
                fault(("menu", position), f"the menu leads to {topic}, which has no answer")
    return faults


def fill(text: str, services: Mapping[str, Service], language: str) -> str:
    """Put numbers, names and addresses of services into a text. Raises KeyError for what may not be shown."""
    return text.format_map(_Placeholders(services, language))


def placeholders(text: str) -> set[str]:
    """The names of the placeholders in a text. Raises ValueError for stray braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def address(service: Service, language: str) -> str:
    """The address on one line, in Dutch for Dutch readers and in French, the more frequent one, for all others."""
    if service.location is None or service.address_secret:
        raise KeyError(f"address_{service.id}")
    street = service.location.street.nl if language == "nl" else service.location.street.fr
    # Bilingual names are written French first: "Ixelles / Elsene".
    cities = service.location.city.split(" / ")
    return f"{street}, {service.location.postal_code} {cities[-1] if language == 'nl' else cities[0]}"


class _Placeholders(dict[str, str]):
    def __init__(self, services: Mapping[str, Service], language: str) -> None:
        super().__init__()
        self._services = {service_id.replace("-", "_"): service for service_id, service in services.items()}
        self._language = language

    def __missing__(self, key: str) -> str:
        found = _PLACEHOLDER.match(key)
        service = self._services.get(found[2]) if found else None
        if found is None or service is None:
            raise KeyError(key)
        if found[1] == "phone":
            if not service.ready_phones:
                raise KeyError(key)
            return service.ready_phones[0].local
        return service.name_in(self._language) if found[1] == "name" else address(service, self._language)


def _read(path: Path) -> tuple[Answers | None, list[Fault], Document]:
    document = read(path)
    faults = list(document.faults)
    if not isinstance(document.data, dict):
        faults.append(Fault(path, 1, "the file must hold one answer for each intent"))
        return None, faults, document
    data: dict[str, Any] = dict(document.data)
    menu = data.pop("menu", [])
    try:
        return Answers.model_validate({"by_intent": data, "menu": menu}), faults, document
    except ValidationError as error:
        faults += _schema_faults(document, error)
        return None, faults, document


def _schema_faults(document: Document, error: ValidationError) -> Iterator[Fault]:
    for detail in error.errors():
        place = detail["loc"][1:] if detail["loc"][0] == "by_intent" else detail["loc"]
        where = ".".join(str(part) for part in place)
        yield Fault(document.path, document.line_of(tuple(place)), f"{where}: {detail['msg']}")
