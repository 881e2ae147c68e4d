"""Tells Rasa which language a message is in."""

from __future__ import annotations

from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.identification import identify
from bot.text import clean

LANGUAGE = "language"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class LanguageIdentifier(GraphComponent):
    """Identify the language of each message.

    Reads: text. Writes: language, {"code": a supported code or None, "is_sure": bool}. What to do with an unsure guess
    is decided in the dialogue, which knows the language of the conversation so far.
    """

    def __init__(self) -> None:
        """Load the detectors, so that the first message does not wait for them."""
        identify("good morning")

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageIdentifier:
        """Create the component (see parent class)."""
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing to learn: the detectors come trained."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set `language` on every message."""
        for message in messages:
            found = identify(clean(message.get(TEXT) or ""))
            message.set(LANGUAGE, {"code": found.code, "is_sure": found.is_sure}, add_to_output=True)
        return messages
