"""`baken check`: everything that an editor can get wrong, with file and line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import yaml

from bot.conversations.wording import NUMBERS
from bot.intents import MACHINERY
from bot.knowledge.answers import check_answers, load_answers
from bot.knowledge.check import check
from bot.knowledge.document import read
from bot.knowledge.fault import Fault
from bot.knowledge.links import check_links, load_topics
from bot.knowledge.load import KnowledgeError, load, read_entries
from bot.knowledge.models import Knowledge
from bot.knowledge.points import read_points
from bot.knowledge.sheets import check_sheets
from bot.operation.catalogues import check_catalogues
from bot.operation.environments import OperationError
from bot.operation.expressions import check_expressions
from bot.operation.sentences import check_sentences
from bot.operation.to_confirm import POINTS, check_page
from bot.settings import ROOT

KNOWLEDGE = ROOT / "knowledge"

_ON_THE_EMERGENCY_CARD = {"phone_112": "be-112", "phone_line": "national-line", "phone_centre": "pag-asa"}


def intents() -> set[str]:
    """The intents of the domain that people mean something by."""
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    return set(domain["intents"]) - MACHINERY


def faults(*, today: date, stale_after_days: int) -> list[Fault]:
    """All faults, in the order of files and lines, with paths as seen from the repository."""
    domain = read(ROOT / "domain.yml")
    if domain.faults:
        return [_relative(fault) for fault in domain.faults]  # Without intents nothing else can be judged.
    names = intents()
    found = check(KNOWLEDGE, today=today, stale_after_days=stale_after_days, intents=names)
    found += read_points(POINTS, read_entries(KNOWLEDGE), today=today).faults
    try:
        knowledge = load(KNOWLEDGE)
    except KnowledgeError:
        pass  # Its faults are among those of `check`.
    else:
        found += check_answers(KNOWLEDGE / "answers.yml", knowledge, names)
        found += _check_emergency_card(knowledge)
    with suppress(KnowledgeError):
        found += check_page()
    found += _check_links_and_sheets()
    try:
        found += check_catalogues()
    except OperationError:
        if not any(fault.severity == "error" for fault in found):
            raise
        # A file that cannot be read has no texts to collect; it is named already.
    found += check_sentences(ROOT, names | MACHINERY)
    found += check_expressions(ROOT)
    found += _check_rules(names | MACHINERY)
    return sorted({_relative(fault) for fault in found})


def _check_emergency_card(knowledge: Knowledge) -> Iterator[Fault]:
    """The card that needs neither Rasa nor the knowledge carries numbers of its own; they may not differ."""
    path = ROOT / "bot" / "conversations" / "wording.py"
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next((n for n, text in enumerate(lines, start=1) if text.startswith("NUMBERS = ")), 1)
    ready = {service.id: service.ready_phones for service in knowledge.showable_services()}
    for name, service_id in _ON_THE_EMERGENCY_CARD.items():
        numbers = [phone.local for phone in ready.get(service_id, ())]
        if NUMBERS[name] not in numbers[:1]:
            shown = numbers[0] if numbers else "none"
            yield Fault(path, line, f"{name} is {NUMBERS[name]}, and the number of {service_id} is {shown}")


def _check_links_and_sheets() -> Iterator[Fault]:
    links = KNOWLEDGE / "links.yml"
    # Faults of the answers are named by `check_answers`; without answers nothing can be said about what leads to them.
    with suppress(KnowledgeError):
        yield from check_links(links, load_answers(KNOWLEDGE / "answers.yml"))
    try:
        yield from check_sheets(KNOWLEDGE / "sheets.yml", load_topics(links))
    except KnowledgeError as error:
        yield from error.faults


def _check_rules(names: set[str]) -> Iterator[Fault]:
    answered: set[str] = set()
    for path in sorted((ROOT / "data" / "rules").glob("*.yml")):
        document = read(path)
        yield from document.faults
        data = document.data if isinstance(document.data, dict) else {}
        for position, rule in enumerate(data.get("rules") or []):
            steps = rule.get("steps") if isinstance(rule, dict) else None
            if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
                yield Fault(path, document.line_of(("rules", position)), "a rule needs a list of `steps`")
                continue
            for step in steps:
                intent = step.get("intent")
                if intent and intent != "nlu_fallback" and intent not in names:
                    yield Fault(path, document.line_of(("rules", position)), f"{intent} is no intent of domain.yml")
                answered.add(intent)
    for intent in sorted(names - answered):
        yield Fault(ROOT / "domain.yml", 1, f"the intent {intent} has no rule in data/rules/")


def _relative(fault: Fault) -> Fault:
    path = fault.path if not fault.path.is_absolute() else fault.path.relative_to(ROOT)
    return Fault(Path(path), fault.line, fault.message, fault.severity)
