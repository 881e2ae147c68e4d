"""What the actions look things up in, read once when the action server starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from bot.database import utc_now
from bot.knowledge.answers import Answers, load_answers
from bot.knowledge.hours import BRUSSELS
from bot.knowledge.load import load
from bot.knowledge.models import Knowledge, Service

KNOWLEDGE_FOLDER = Path(__file__).resolve().parent.parent / "knowledge"


@dataclass(frozen=True)
class Resources:
    """Knowledge and answers, and how old a fact may be before it is shown as stale (days)."""

    knowledge: Knowledge
    answers: Answers
    services: Mapping[str, Service]
    stale_after_days: int

    def now(self) -> datetime:
        """The moment that opening hours are judged by."""
        return utc_now()

    def today(self) -> date:
        """The day in Brussels."""
        return self.now().astimezone(BRUSSELS).date()


@lru_cache(maxsize=1)
def resources() -> Resources:
    """The resources of this process. Raises KnowledgeError when a file is faulty: better not to start than to guess."""
    knowledge = load(KNOWLEDGE_FOLDER)
    return Resources(
        knowledge=knowledge,
        answers=load_answers(KNOWLEDGE_FOLDER / "answers.yml"),
        services={service.id: service for service in knowledge.showable_services()},
        stale_after_days=int(os.environ.get("BAKEN_STALE_AFTER_DAYS", "120")),
    )
