"""Decides the intent of a message from its sentence vector."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from threadpoolctl import threadpool_limits

from bot.nlu import intent_model
from bot.nlu.encoder import VECTORS
from bot.nlu.intent_model import IntentModel

# All probabilities by intent of the message and of each of its clauses; inside the pipeline only.
PROBABILITIES = "intent_probabilities"
CLAUSE_PROBABILITIES = "clause_probabilities"
# What a message without any letters, or about something else, is taken for: the person gets the menu.
NOTHING_SAID = "out_of_scope"

_FILE = "weights.npz"
_NEXT_TO_NOTHING = 1e-9


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SentenceIntentClassifier(IntentClassifier, GraphComponent):
    """Multinomial logistic regression and nearest training sentences on the sentence vector (see intent_model.py).

    Learns from the dense sentence feature. Reads: the vectors of the message and its clauses. Writes: intent,
    intent_ranking (best first), and the probabilities of the message and its clauses for the components behind it.
    The weights are stored as plain arrays (no pickle); loading without them raises ValueError.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Needs sentence features."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> List[Text]:
        """Checked by Rasa when the pipeline is built."""
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Default configuration."""
        return {
            # Inverse strength of the regularisation.
            "C": 3.0,
            # Weight of the nearest training sentences beside the regression; 0 goes without them.
            "say_of_neighbours": 1.0,
            # Factor on the logits, so that a confidence of 0.7 is right in about 70 % of cases.
            "sharpness": 0.7,
            # More take three times as long and understand no more.
            "max_iterations": 60,
            # A message that is this likely to have nothing to do with help gets no topic, even if one is likelier.
            "out_of_scope_above": 0.1,
            # Intents in `intent_ranking`.
            "ranking_length": 10,
        }

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Construct an untrained classifier."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model: Optional[IntentModel] = None

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceIntentClassifier:
        """Create the component (see parent class)."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceIntentClassifier:
        """Load trained weights. Raises ValueError when the model has none."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = IntentModel.load(Path(folder) / _FILE)
        return component

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Text:
        """A change of the arithmetic asks for a new training."""
        return hashlib.sha256(Path(__file__).read_bytes() + Path(intent_model.__file__).read_bytes()).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on all sentences that have an intent. Raises ValueError when there are fewer than two intents."""
        examples = [m for m in training_data.intent_examples if m.get(TEXT) and m.features]
        if not examples:
            raise ValueError("SentenceIntentClassifier: training data with at least two intents is needed")
        # Messages are judged on one thread (see the encoder); learning may use all cores.
        with threadpool_limits(os.cpu_count()):
            self._model = IntentModel.fit(
                np.stack([sentence_vector(m) for m in examples]),
                [m.get(INTENT) for m in examples],
                C=float(self._config["C"]),
                max_iterations=int(self._config["max_iterations"]),
            )
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(Path(folder) / _FILE)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set intent and ranking; a message without any text gets `NOTHING_SAID`."""
        for message in messages:
            probabilities, *clauses = self._probabilities(message.get(VECTORS) or []) or [{NOTHING_SAID: 1.0}]
            ranking = sorted(probabilities.items(), key=lambda item: -item[1])[: int(self._config["ranking_length"])]
            if probabilities.get(NOTHING_SAID, 0.0) >= self._config["out_of_scope_above"]:
                ranking.sort(key=lambda item: item[0] != NOTHING_SAID)
            named = [{"name": name, "confidence": value} for name, value in ranking]
            message.set(INTENT, named[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, named, add_to_output=True)
            message.set(PROBABILITIES, probabilities)
            message.set(CLAUSE_PROBABILITIES, clauses)
        return messages

    def _probabilities(self, readings: List[np.ndarray]) -> List[Dict[str, float]]:
        """By intent, for each reading: the geometric mean of the ways to read it, as shape (ways, width).

        A way that was read wrongly is unsure of everything, and gives way to one that is sure of something.
        """
        if not readings:
            return []
        if self._model is None:
            raise ValueError("SentenceIntentClassifier: not trained")
        shares = self._model.probabilities(
            np.concatenate(readings),
            say_of_neighbours=float(self._config["say_of_neighbours"]),
            sharpness=float(self._config["sharpness"]),
        )
        ends = np.cumsum([len(ways) for ways in readings])
        together = [np.exp(np.log(rows + _NEXT_TO_NOTHING).mean(axis=0)) for rows in np.split(shares, ends[:-1])]
        return [dict(zip(self._model.names, map(float, row / row.sum()))) for row in together]


def sentence_vector(message: Message) -> Optional[np.ndarray]:
    """The dense sentence feature of a message, shape (width,); None when it has none (nothing was written)."""
    _, feature = message.get_dense_features(TEXT, [])
    return None if feature is None else np.asarray(feature.features)[0]
