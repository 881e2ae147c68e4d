"""The page with the widget. To a browser without scripts it shows the answer that a link asks for."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.catalogue import translate
from bot.channels.links import Link
from bot.knowledge.answers import all_answers, fill
from bot.knowledge.load import KnowledgeError, load
from bot.knowledge.models import Phone, Service
from bot.languages import closest_offered, language
from bot.settings import ROOT

log = logging.getLogger(__name__)

router = APIRouter()

# What is shown for a link that names a language only.
_NO_TOPIC = "ask_emergency_numbers"

_templates = Environment(
    loader=FileSystemLoader(ROOT / "web" / "widget"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """An answer in the language of its reader; `services` are names with their phones."""

    language: str
    direction: str
    title: str
    bubbles: list[str]
    services: list[tuple[str, tuple[Phone, ...]]]


@router.get("/", include_in_schema=False)
def page(lang: str = "", topic: str = "") -> HTMLResponse:
    """The page. The widget takes the link out of the address itself; here it only serves those without scripts."""
    link = Link.from_query(lang, topic)
    return HTMLResponse(_templates.get_template("demo.html").render(answer=_shown(link)))


def _shown(link: Link) -> _Shown | None:
    if link == Link():
        return None
    code = closest_offered(link.language)
    try:
        services, answer = _services(), all_answers().by_intent[link.intent or _NO_TOPIC]
    except KnowledgeError:
        log.error("page_without_knowledge")
        return None
    return _Shown(
        language=code,
        direction=language(code).direction,
        title=translate(answer.title, code),
        bubbles=[fill(translate(bubble, code), services, code) for bubble in answer.bubbles],
        services=[(services[name].name_in(code), services[name].ready_phones) for name in answer.services],
    )


@lru_cache(maxsize=1)
def _services() -> Mapping[str, Service]:
    return {service.id: service for service in load(ROOT / "knowledge").showable_services()}
