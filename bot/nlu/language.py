"""Tells Rasa which language a message is in."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Text, Tuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.identification import ENOUGH_LETTERS, Identified, identify, is_of_another_script
from bot.languages import CODES
from bot.nlu import language_model
from bot.nlu.language_model import LanguageModel
from bot.nlu.training_sentences import FOLDER, sentences
from bot.text import clean

LANGUAGE = "language"

_FILE = "languages.npz"
# Sentences of each language that teach; three times as many take three times as long and change nothing.
_MOST_OF_A_LANGUAGE = 1500


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class LanguageIdentifier(GraphComponent):
    """Identify the language of each message: two detectors that come trained, and a model of our own sentences.

    Reads: text. Writes: language, {"code": a supported code or None, "is_sure": bool}. What to do with an unsure guess
    is decided in the dialogue, which knows the language of the conversation so far.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Default configuration."""
        return {
            # Above this, the own model needs nobody to agree.
            "sure_alone": 0.9,
            # Below this, and against the detectors, it is not believed.
            "believed_above": 0.4,
        }

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Load the detectors, so that the first message does not wait for them."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self.model: Optional[LanguageModel] = None
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
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LanguageIdentifier:
        """Load the own model. Raises ValueError when there is none."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component.model = LanguageModel.load(Path(folder) / _FILE)
        return component

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Text:
        """Which language a sentence is in stands in the name of its file, which Rasa does not see."""
        files = sorted(FOLDER.glob("*.yml"))
        digest = hashlib.sha256(Path(language_model.__file__).read_bytes())
        for path in files:
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from data/nlu/: each file is named after its language."""
        self.model = LanguageModel.fit(training_sentences())
        with self._model_storage.write_to(self._resource) as folder:
            self.model.save(Path(folder) / _FILE)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training sentences get no language: nothing that learns from them asks for it."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set `language` on every message."""
        for message in messages:
            found = self.identify(clean(message.get(TEXT) or ""))
            message.set(LANGUAGE, {"code": found.code, "is_sure": found.is_sure}, add_to_output=True)
        return messages

    def identify(self, text: str) -> Identified:
        """The language of a cleaned text; sure when a script leaves no choice or enough voices agree."""
        detected = identify(text)
        letters = sum(map(str.isalpha, text))
        if self.model is None or not letters or is_of_another_script(text):
            return detected
        shares = self.model.probabilities([text])[0]
        own, share = self.model.codes[int(shares.argmax())], float(shares.max())
        if share >= self._config["sure_alone"] or own == detected.code:
            agreed = own == detected.code and letters >= ENOUGH_LETTERS
            return Identified(own, agreed or (share >= self._config["sure_alone"] and letters >= ENOUGH_LETTERS))
        if detected.is_sure or share < self._config["believed_above"]:
            return Identified(detected.code, False)
        return Identified(own, False)


def training_sentences() -> Iterator[Tuple[str, str]]:
    """Training sentences with letters in them, cleaned, and the language of their file."""
    for path in sorted(FOLDER.glob("*.yml")):
        if path.stem not in CODES:
            continue
        found = sentences(path)
        for _, said in found[:: max(1, round(len(found) / _MOST_OF_A_LANGUAGE))]:
            text = clean(said)
            if any(map(str.isalpha, text)):
                yield text, path.stem
