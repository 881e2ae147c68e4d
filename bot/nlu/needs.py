"""Finds every need that a message tells, when it tells more than one."""

from __future__ import annotations

from typing import Any, Dict, List, Text, Tuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

from bot.intents import URGENT
from bot.nlu.classifier import CLAUSE_PROBABILITIES, PROBABILITIES

NEEDS = "needs"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SeveralNeeds(GraphComponent):
    """List the needs of a message, in the order in which they are to be answered.

    Reads: intent, probabilities of message and clauses. Writes: needs, a list of intent names, and the intent, which is
    the first of them. The order is the contract's: danger, then requests, then stories; what is said first goes first.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Default configuration."""
        return {
            # How sure a single clause must be to count as a need of its own.
            "clause_confidence": 0.6,
            # A clause alone may be read wrongly; the whole message must not contradict it: at least this much of it.
            "message_confidence": 0.001,
            # The same for urgent intents, which change the whole answer (see safety.py).
            "urgent_clause_confidence": 0.7,
            "urgent_message_confidence": 0.02,
            "most": 3,
            # Intents that are no needs: they never stand beside another one.
            "not_a_need": [],
            "urgent": list(URGENT),
            # Besides all that begin with ask_.
            "requests": ["change_language", "delete_my_data", "fear_police", "check_job_offer", "report_suspicion"],
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
        """Set `needs` on every message, and the intent to the first of them."""
        for message in messages:
            main = (message.get(INTENT) or {}).get(INTENT_NAME_KEY)
            found = self._in_clauses(message)
            others = {name: at for name, at in found.items() if name != main}
            if main in self._config["not_a_need"] and others:
                main = min(others, key=lambda name: self._rank(name, others))
            elif main in found and others:
                main = min(found, key=lambda name: self._rank(name, found))
            rest = sorted((name for name in found if name != main), key=lambda name: self._rank(name, found))
            if main is not None and main != message.get(INTENT)[INTENT_NAME_KEY]:
                self._set_intent(message, main)
            message.set(NEEDS, [main, *rest][: self._config["most"]] if main else [], add_to_output=True)
        return messages

    def _in_clauses(self, message: Message) -> Dict[str, int]:
        """The needs that single clauses tell with confidence, each with the number of its first clause."""
        whole = message.get(PROBABILITIES) or {}
        found: Dict[str, int] = {}
        for number, clause in enumerate(message.get(CLAUSE_PROBABILITIES) or []):
            name, confidence = max(clause.items(), key=lambda item: item[1])
            kind = "urgent_" if name in self._config["urgent"] else ""
            if (
                name not in self._config["not_a_need"]
                and confidence >= self._config[f"{kind}clause_confidence"]
                and whole.get(name, 0.0) >= self._config[f"{kind}message_confidence"]
            ):
                found.setdefault(name, number)
        return found

    def _rank(self, name: str, found: Dict[str, int]) -> Tuple[int, int]:
        """Contract, rule 1 and 2: danger first, then a request before a story, then what is said first."""
        if name in self._config["urgent"]:
            kind = 0
        else:
            kind = 1 if name.startswith("ask_") or name in self._config["requests"] else 2
        return kind, found.get(name, 0)

    def _set_intent(self, message: Message, name: str) -> None:
        # As sure as the intent that gives way: both needs are there, only their order changes.
        intent = {"name": name, "confidence": message.get(INTENT)["confidence"]}
        ranking = [r for r in message.get(INTENT_RANKING_KEY) or [] if r["name"] != name]
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [intent, *ranking], add_to_output=True)
