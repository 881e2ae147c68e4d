"""Decides what the encoder gets to see of a message: all of it and its clauses, in every way to read them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import text as cleaning
from bot.nlu import expressions, idioms, phrases, reading, writing
from bot.nlu.language import LANGUAGE
from bot.nlu.reading import encoder_text
from bot.nlu.training_sentences import files, sentences
from bot.nlu.writing import LANGUAGES, Writing
from bot.text import clauses, clean

# Of a message: the whole first, then its clauses; each a list of texts that say the same, as it was typed first.
# Inside the pipeline only, never put out.
READINGS = "readings"

_FILE = "writings.json"
_HELPERS = (__file__, *(module.__file__ for module in (writing, reading, idioms, phrases, cleaning)))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class MessageReader(GraphComponent):
    """Cuts a message into clauses, and gives text that was typed in Latin letters its own writing back (writing.py).

    Reads: text, language. Writes: readings. Learns how a language is written from all of its sentences.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Default configuration."""
        # Whether text is given its own writing back.
        return {"restores": True}

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Construct a component that restores nothing yet."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._writings: Dict[str, Writing] = {}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageReader:
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
    ) -> MessageReader:
        """Load what was learnt. Raises ValueError when there is nothing."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            learnt = json.loads((Path(folder) / _FILE).read_text(encoding="utf-8"))
        component._writings = {code: Writing(code, texts) for code, texts in learnt.items()}
        return component

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Text:
        """Which language a sentence is in stands in the name of its file, which Rasa does not see."""
        digest = hashlib.sha256(expressions.fingerprint().encode())
        for path in (*map(Path, _HELPERS), *(path for code in sorted(LANGUAGES) for path in files(code))):
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Learn how the languages are written."""
        learnt = {}
        for code in sorted(LANGUAGES) if self._config["restores"] else ():
            learnt[code] = [clean(text) for path in files(code) for _, text in sentences(path)]
        self._writings = {code: Writing(code, texts) for code, texts in learnt.items()}
        with self._model_storage.write_to(self._resource) as folder:
            (Path(folder) / _FILE).write_text(json.dumps(learnt, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training sentences are read as they stand; what is restored resembles those in their own writing."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set `readings` on every message; none on one in which nothing was written."""
        for message in messages:
            written = message.get(TEXT) or ""
            whole = encoder_text(written)
            if not whole:
                continue
            code = (message.get(LANGUAGE) or {}).get("code")
            spoken = expressions.by_language().get(code)
            # Cut from the whole text: what the encoder sees of a long one is broken off in the middle of a sentence.
            parts = clauses(idioms.say_plainly(clean(written)), spoken.links if spoken else ())
            message.set(READINGS, [self._ways(text, code) for text in [whole, *(p for p in parts if p != whole)]])
        return messages

    def _ways(self, text: str, code: Any) -> List[str]:
        known = self._writings.get(code)
        restored = known.restored(text) if known else None
        return [text, encoder_text(restored)] if restored else [text]
