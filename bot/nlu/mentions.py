"""The entities of Baken: place, language, and whether somebody is under 18."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import age, expressions, language_names, phrases, places
from bot.nlu.language import LANGUAGE
from bot.text import clean

# Written alone, a place or a language says its intent by itself; words like "Flagey" say nothing to the encoder.
_SURE = 0.97


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Mentions(GraphComponent, EntityExtractorMixin):
    """Find places, names of languages and ages under 18 by list and by rule.

    Reads: text. Writes: entities `place` (id in knowledge/places.yml), `language` (code) and `under_18` (bool; the age
    itself is not kept); and the intent when the text is nothing but a place or a language.
    """

    def __init__(self) -> None:
        """Read the lists once, so that the first message does not wait for them."""
        places.gazetteer()
        language_names.find_language("")
        age.says_under_18("")

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Mentions:
        """Create the component (see parent class)."""
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Text:
        """The list of places and the rules are not in the config."""
        files = (places.PLACES_FILE, *(Path(m.__file__) for m in (places, age, language_names, phrases)))
        rules = b"".join(f.read_bytes() for f in files) + expressions.fingerprint().encode()
        return hashlib.sha256(rules).hexdigest()

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the entities to every message."""
        for message in messages:
            text = clean(message.get(TEXT) or "")
            place = places.find_place(text)
            spoken = (message.get(LANGUAGE) or {}).get("code")
            language = language_names.find_language(text, spoken)
            under_18 = age.says_under_18(text)
            found: Dict[Text, Any] = {
                "place": place.place_id if place else None,
                "language": language,
                "under_18": under_18,
            }
            entities = [
                {"entity": name, "value": value, "start": 0, "end": len(text), "extractor": "Mentions"}
                for name, value in found.items()
                if value is not None
            ]
            message.set(ENTITIES, [*message.get(ENTITIES, []), *entities], add_to_output=True)
            if place and place.is_whole:
                _set_intent(message, "inform_location")
            elif language and language_names.is_only_a_language(text):
                _set_intent(message, "change_language")
        return messages


def _set_intent(message: Message, name: str) -> None:
    intent = {"name": name, "confidence": _SURE}
    ranking = [r for r in message.get(INTENT_RANKING_KEY) or [] if r["name"] != name]
    message.set(INTENT, intent, add_to_output=True)
    message.set(INTENT_RANKING_KEY, [intent, *ranking], add_to_output=True)
