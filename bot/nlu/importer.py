"""Hands the training sentences to Rasa in a fraction of the time that Rasa's own reader takes.

Rasa reads YAML in plain Python, several times over, looks for entities in every sentence, and copies and fingerprints
every message at each of four merges. With 58,000 sentences that is most of a training after an edit.
"""

from __future__ import annotations

import copy
import hashlib
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Union

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.training_sentences import sentences

# The folder whose files hold sentences; all other files are Rasa's to read.
SENTENCES = "nlu"
_PLAIN = {TEXT, INTENT}


class Sentence(Message):
    """A training sentence: a text and its intent, cheap to copy and to compare."""

    def __deepcopy__(self, memo: Dict[int, Any]) -> Sentence:
        """A copy that shares what nobody can change."""
        twin = Sentence(output_properties=set(self.output_properties), time=self.time)
        twin.data = {k: v if isinstance(v, str) else copy.deepcopy(v, memo) for k, v in self.data.items()}
        twin.features = copy.deepcopy(self.features, memo)
        return twin

    def fingerprint(self) -> Text:
        """Changes with the text and the intent; once components have added to the message, with all of it."""
        if self._cached_fingerprint is None and not self.features and self.data.keys() == _PLAIN:
            said = f"{self.data[INTENT]}\n{self.data[TEXT]}"
            self._cached_fingerprint = hashlib.md5(said.encode("utf-8")).hexdigest()
        return super().fingerprint()


class SentenceImporter(RasaFileImporter):
    """Reads intents and their sentences from the files in `nlu/`, the rules and stories as Rasa does.

    Entities, synonyms and lookup tables are not for this product (places, ages and languages are found without being
    marked in sentences): a file that holds any raises ValueError, and so does a line that does not begin with "- ".
    """

    def __init__(
        self,
        config_file: Optional[Text] = None,
        domain_path: Optional[Text] = None,
        training_data_paths: Optional[Union[List[Text], Text]] = None,
    ) -> None:
        """Take over what the command line names (see parent class)."""
        given = [training_data_paths] if isinstance(training_data_paths, str) else training_data_paths or []
        paths = [p for g in map(Path, given) for p in (sorted(g.rglob("*.yml")) if g.is_dir() else [g])]
        self._sentence_files = [path for path in paths if path.parent.name == SENTENCES]
        others = [str(path) for path in paths if path.parent.name in ("rules", "stories")]
        super().__init__(config_file, domain_path, others)
        self._sentences: Optional[TrainingData] = None

    def get_nlu_data(self, language: Optional[Text] = "en") -> TrainingData:
        """All training sentences."""
        if self._sentences is None:
            found = [sentence for path in self._sentence_files for sentence in sentences(path)]
            self._sentences = TrainingData([Sentence({TEXT: text, INTENT: intent}) for intent, text in found])
        return self._sentences
