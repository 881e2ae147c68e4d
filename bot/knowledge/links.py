"""The names that links and printed codes use for topics: knowledge/links.yml."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from bot.knowledge.answers import Answers, all_answers
from bot.knowledge.document import Document, read
from bot.knowledge.fault import Fault
from bot.knowledge.load import KnowledgeError
from bot.languages import CODES

LINKS_FILE = Path(__file__).resolve().parent.parent.parent / "knowledge" / "links.yml"

# Telegram takes 64 of [A-Za-z0-9_-]; `_` parts language from topic there.
_NAME = re.compile(r"[a-z]{2,20}(-[a-z]{2,20}){0,2}")


@lru_cache(maxsize=1)
def topics() -> Mapping[str, str]:
    """The intent of each name, read once a process. Raises KnowledgeError."""
    return load_topics(LINKS_FILE)


def load_topics(path: Path) -> Mapping[str, str]:
    """Read the names. Raises KnowledgeError with every fault in them."""
    document, faults = _read(path)
    if faults or not isinstance(document.data, dict):
        raise KnowledgeError(faults)
    return dict(document.data)


def check_links(path: Path, known: Answers) -> list[Fault]:
    """Everything wrong with the names; what they lead to must be within reach of people who only tap."""
    document, faults = _read(path)
    if faults or not isinstance(document.data, dict):
        return faults
    reachable = {topic for group in known.menu for topic in group.topics}
    return [
        Fault(path, document.line_of((name,)), f"{name}: {intent} is no topic of the menu in answers.yml")
        for name, intent in document.data.items()
        if intent not in reachable
    ]


def intent_of(topic: str) -> str | None:
    """The intent that a link's topic means: a name of links.yml, or an intent of the menu; None for anything else."""
    if topic in topics():
        return topics()[topic]
    # Links made before the names existed carry the intent itself.
    return topic if any(topic in group.topics for group in all_answers().menu) else None


def _read(path: Path) -> tuple[Document, list[Fault]]:
    document = read(path)
    faults = list(document.faults)
    if document.data is None and faults:
        return document, faults
    if not isinstance(document.data, dict):
        return document, [*faults, Fault(path, 1, "the file must hold one intent for each name")]
    for name, intent in document.data.items():
        line = document.line_of((name,))
        if not _NAME.fullmatch(name):
            faults.append(Fault(path, line, f"{name}: a name has small letters and hyphens only"))
        elif name in CODES:
            faults.append(Fault(path, line, f"{name}: this is the code of a language"))
        if not isinstance(intent, str):
            faults.append(Fault(path, line, f"{name}: an intent is missing"))
    return document, faults
