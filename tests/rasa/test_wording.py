"""Rasa's own responses are said in the language of the person."""

from __future__ import annotations

from typing import Any, Dict, Optional

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.catalogue import translate
from bot.rasa.nlg import CatalogueNLG
from tests.rasa.conftest import ROOT


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


async def said(domain: Domain, language: Optional[str], name: str = "utter_default") -> Optional[Dict[str, Any]]:
    tracker = DialogueStateTracker.from_events("somebody", [], domain.slots)
    if language:
        tracker.update(SlotSet("language", language))
    return await CatalogueNLG(EndpointConfig(), domain).generate(name, tracker, "rest")


@pytest.mark.parametrize("language", ["fr", "nl"])
async def test_text_and_buttons_are_translated(domain: Domain, language: str) -> None:
    english, translated = await said(domain, "en"), await said(domain, language)

    assert english is not None and translated is not None
    assert translated["text"] == translate(english["text"], language) != english["text"]
    for button, source in zip(translated["buttons"], english["buttons"]):
        assert button["title"] == translate(source["title"], language) != source["title"]
        assert button["payload"] == source["payload"]
    assert translated["custom"]["language"] == language


@pytest.mark.parametrize("language", [None, "en", "xx"])
async def test_without_a_translation_it_is_said_in_english(domain: Domain, language: Optional[str]) -> None:
    response = await said(domain, language)

    assert response is not None
    assert response["text"].startswith("I am sorry, that was not clear.")
    assert [b["payload"] for b in response["buttons"]] == ["/main_menu", "/ask_human", "/ask_emergency_numbers"]


async def test_one_persons_language_does_not_stay_for_the_next(domain: Domain) -> None:
    await said(domain, "fr")
    response = await said(domain, "en")

    assert response is not None and response["text"].startswith("I am sorry")


async def test_a_response_that_does_not_exist_is_none(domain: Domain) -> None:
    assert await said(domain, "fr", "utter_nothing") is None
