"""Danger first: the last word on whether a message is urgent.

Two opinions are heard: the classifier's, on the whole message and on each clause, and that of the expressions of danger
that each language has in data/expressions/. Either alone may act when it is sure; together they act sooner; and when
neither is sure enough the person is asked.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.intents import URGENT
from bot.nlu import danger, expressions
from bot.nlu.classifier import CLAUSE_PROBABILITIES, PROBABILITIES
from bot.nlu.needs import NEEDS
from bot.text import clean

# True when danger is possible but not sure: the person is then asked, on top of the normal answer.
MAYBE_URGENT = "maybe_urgent"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class UrgentIntents(GraphComponent):
    """Raise a message to an urgent intent when the urgent intents together are likely enough.

    Reads: text, intent, needs, probabilities of message and clauses. Writes: intent, intent_ranking (best first),
    needs, maybe_urgent. Stands after FallbackClassifier, so that no threshold can take an urgent intent away again.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Default configuration."""
        return {
            "intents": list(URGENT),
            # Summed probability of the urgent intents in the whole message.
            "act_above": 0.14,
            # The same in a single clause, a cry for help inside a long story, when the whole message does not
            # contradict it: clauses alone raise twice as many false alarms as they find cries.
            "act_above_in_clause": 0.8,
            "clause_contradicted_below": 0.02,
            # Either of these, when an expression of danger is there as well.
            "act_above_with_expression": 0.05,
            # Between this, in the message or a clause, and acting, the person is asked whether there is danger now.
            "ask_above": 0.06,
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
    ) -> UrgentIntents:
        """Create the component (see parent class)."""
        danger.find_danger("")
        return cls(config)

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Text:
        """The expressions are not in the config."""
        return hashlib.sha256(Path(danger.__file__).read_bytes() + expressions.fingerprint().encode()).hexdigest()

    def process(self, messages: List[Message]) -> List[Message]:
        """Decide for every message."""
        for message in messages:
            whole = message.get(PROBABILITIES) or {}
            clauses = message.get(CLAUSE_PROBABILITIES) or []
            in_whole = self._urgent(whole)
            in_clause = max((self._urgent(clause) for clause in clauses), default=0.0)
            current = (message.get(INTENT) or {}).get(INTENT_NAME_KEY)
            said = danger.find_danger(clean(message.get(TEXT) or ""))
            acts = in_whole >= self._config["act_above"] or (
                in_clause >= self._config["act_above_in_clause"]
                and in_whole >= self._config["clause_contradicted_below"]
            )
            acts = acts or bool(said and max(in_whole, in_clause) >= self._config["act_above_with_expression"])
            # What was found to be a need is never answered after something else, or not at all.
            acts = acts or bool(set(self._config["intents"]).intersection(message.get(NEEDS) or []))
            if acts and current not in self._config["intents"]:
                source = whole if in_whole >= self._config["act_above"] else max([whole, *clauses], key=self._urgent)
                # What was said in so many words decides which of the four it is.
                named = {name: source.get(name, 0.0) + said.get(name, 0) for name in self._config["intents"]}
                self._raise(message, named, max(in_whole, in_clause))
            is_urgent = (message.get(INTENT) or {}).get(INTENT_NAME_KEY) in self._config["intents"]
            maybe = bool(said) or max(in_whole, in_clause) >= self._config["ask_above"]
            message.set(MAYBE_URGENT, bool(maybe and not is_urgent), add_to_output=True)
        return messages

    def _urgent(self, probabilities: Dict[str, float]) -> float:
        return sum(probabilities.get(name, 0.0) for name in self._config["intents"])

    def _raise(self, message: Message, probabilities: Dict[str, float], confidence: float) -> None:
        name = max(self._config["intents"], key=lambda intent: probabilities.get(intent, 0.0))
        intent = {"name": name, "confidence": confidence}
        ranking = [r for r in message.get(INTENT_RANKING_KEY) or [] if r["name"] != name]
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [intent, *ranking], add_to_output=True)
        needs = [need for need in message.get(NEEDS) or [] if need != name]
        message.set(NEEDS, [name, *needs], add_to_output=True)
