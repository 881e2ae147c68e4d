"""Says the responses of domain.yml in the person's language."""

from __future__ import annotations

from typing import Any, Dict, Optional, Text

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.catalogue import translate
from bot.languages import SOURCE


class CatalogueNLG(TemplatedNaturalLanguageGenerator):
    """Rasa's own templates, translated by the catalogue; the language is the slot `language`."""

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        """As Rasa's endpoints.yml expects it."""
        super().__init__(domain.responses)

    async def generate(
        self,
        utter_action: Text,
        tracker: DialogueStateTracker,
        output_channel: Text,
        **kwargs: Any,
    ) -> Optional[Dict[Text, Any]]:
        """The response with text and button titles translated, and its language for the gateway."""
        response = await super().generate(utter_action, tracker, output_channel, **kwargs)
        if response is None:
            return None
        language = tracker.get_slot("language") or SOURCE
        if response.get("text"):
            response["text"] = translate(response["text"], language)
        response["buttons"] = [
            {**button, "title": translate(button["title"], language)} for button in response.get("buttons") or []
        ]
        response["custom"] = {**(response.get("custom") or {}), "language": language}
        return response
