"""Finds every need that a message tells, when it tells more than one."""

from __future__ import annotations

from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.classifier import CLAUSE_PROBABILITIES, PROBABILITIES

NEEDS = "needs"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SeveralNeeds(GraphComponent):
    """List the needs of a message: its intent first, then what single clauses say with confidence.

    Reads: intent, probabilities of message and clauses. Writes: needs, a list of intent names, the intent first,
    then the others by confidence.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Default configuration."""
        return {
            # How sure a single clause must be to count as a need of its own.
            "clause_confidence": 0.6,
            # A clause alone may be read wrongly; the whole message must not contradict it: at least this much of it.
            "message_confidence": 0.001,
            "most": 3,
            # Intents that are no needs: they never stand beside another one.
            "not_a_need": [],
        }

    def __init__(self, config: Dict[Text, Any]) -> None:
        """Construct the component."""
        self._config = config

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SeveralNeeds:
        """Create the component (see parent class)."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """Set `needs` on every message."""
        for message in messages:
            main = (message.get(INTENT) or {}).get(INTENT_NAME_KEY)
            whole = message.get(PROBABILITIES) or {}
            found: Dict[str, float] = {}
            for clause in message.get(CLAUSE_PROBABILITIES) or []:
                name, confidence = max(clause.items(), key=lambda item: item[1])
                if (
                    name != main
                    and name not in self._config["not_a_need"]
                    and confidence >= self._config["clause_confidence"]
                    and whole.get(name, 0.0) >= self._config["message_confidence"]
                ):
                    found[name] = max(found.get(name, 0.0), confidence)
            others = sorted(found, key=lambda name: -found[name])
            if main in self._config["not_a_need"] and others:
                main, others = others[0], others[1:]
                message.set(INTENT, {"name": main, "confidence": found[main]}, add_to_output=True)
            message.set(NEEDS, [main, *others][: self._config["most"]] if main else [], add_to_output=True)
        return messages
