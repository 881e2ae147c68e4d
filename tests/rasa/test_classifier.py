"""The classifier learns, is stored as plain numbers, and says the same after loading."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any, Dict, List

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.classifier import NOTHING_SAID, SentenceIntentClassifier
from bot.nlu.reader import READINGS

TAUGHT = {
    "ask_shelter": ["where can i sleep tonight", "i need a bed", "we look for a safe house"],
    "unpaid_wages": ["my boss does not pay me", "i got no salary for two months", "he owes me money for my work"],
    "greet": ["hello", "good morning", "hi there"],
}
ASKED = ["a place to sleep please", "no wages since may", "bonjour", "ik heb geen loon gekregen", ""]
RESOURCE = Resource("classifier")


def sentences(taught: Dict[str, List[str]]) -> TrainingData:
    return TrainingData([Message({TEXT: t, INTENT: name}) for name, texts in taught.items() for t in texts])


def ranked(classifier: SentenceIntentClassifier, encoder: Any, texts: List[str]) -> List[Any]:
    messages = [Message({TEXT: t, READINGS: [[t]] if t else []}) for t in texts]
    encoder.process(messages)
    return [m.get(INTENT_RANKING_KEY) for m in classifier.process(messages)]


def dict_of(message: Message) -> Dict[str, float]:
    return {r["name"]: r["confidence"] for r in message.get(INTENT_RANKING_KEY)}


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    (tmp_path / "storage").mkdir()
    return LocalModelStorage.create(tmp_path / "storage")


@pytest.fixture
def context() -> ExecutionContext:
    return ExecutionContext(GraphSchema({}))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAKEN_CACHE", str(tmp_path / "cache"))


def trained(encoder: Any, storage: LocalModelStorage, context: ExecutionContext) -> SentenceIntentClassifier:
    config = SentenceIntentClassifier.get_default_config()
    classifier = SentenceIntentClassifier.create(config, storage, RESOURCE, context)
    assert classifier.train(encoder.process_training_data(sentences(TAUGHT))) == RESOURCE
    return classifier


def test_it_understands_other_words_and_other_languages_than_those_it_was_taught(
    encoder: Any, storage: LocalModelStorage, context: ExecutionContext
) -> None:
    classifier = trained(encoder, storage, context)

    best = [ranking[0]["name"] for ranking in ranked(classifier, encoder, ASKED)]

    assert best == ["ask_shelter", "unpaid_wages", "greet", "unpaid_wages", NOTHING_SAID]


def test_one_way_to_read_a_text_helps_another_that_says_nothing(
    encoder: Any, storage: LocalModelStorage, context: ExecutionContext
) -> None:
    classifier = trained(encoder, storage, context)
    typed, both = (
        Message({TEXT: "x", READINGS: [ways]}) for ways in (["qfx zb"], ["qfx zb", "my boss has not paid me"])
    )

    found = classifier.process(encoder.process([typed, both]))

    assert found[1].get(INTENT)["name"] == "unpaid_wages"
    assert found[1].get(INTENT)["confidence"] > dict_of(found[0])["unpaid_wages"]


def test_after_saving_and_loading_it_says_the_same(
    encoder: Any, storage: LocalModelStorage, context: ExecutionContext
) -> None:
    before = ranked(trained(encoder, storage, context), encoder, ASKED)

    loaded = SentenceIntentClassifier.load(SentenceIntentClassifier.get_default_config(), storage, RESOURCE, context)

    assert ranked(loaded, encoder, ASKED) == before


def test_confidences_are_shares_of_one_best_first(
    encoder: Any, storage: LocalModelStorage, context: ExecutionContext
) -> None:
    for ranking in ranked(trained(encoder, storage, context), encoder, ASKED[:-1]):
        confidences = [r["confidence"] for r in ranking]
        assert confidences == sorted(confidences, reverse=True)
        assert sum(confidences) == pytest.approx(1.0, abs=1e-5)


def test_nothing_that_could_run_code_is_stored(
    encoder: Any, storage: LocalModelStorage, context: ExecutionContext
) -> None:
    trained(encoder, storage, context)

    with storage.read_from(RESOURCE) as folder:
        files = [f for f in Path(folder).rglob("*") if f.is_file()]
        assert [f.name for f in files] == ["weights.npz"]
        for name in zipfile.ZipFile(files[0]).namelist():
            header = zipfile.ZipFile(files[0]).read(name)[:128]
            assert header.startswith(b"\x93NUMPY")
            # Object arrays are the ones that NumPy pickles.
            assert b"'|O'" not in header


@pytest.mark.parametrize("taught", [{}, {"greet": ["hello", "hi"]}], ids=["none", "one intent"])
def test_fewer_than_two_intents_are_refused(
    encoder: Any, storage: LocalModelStorage, context: ExecutionContext, taught: Dict[str, List[str]]
) -> None:
    classifier = SentenceIntentClassifier.create(
        SentenceIntentClassifier.get_default_config(), storage, RESOURCE, context
    )

    with pytest.raises(ValueError, match="at least two intents"):
        classifier.train(encoder.process_training_data(sentences(taught)))


def test_a_model_without_weights_is_not_loaded(storage: LocalModelStorage, context: ExecutionContext) -> None:
    with pytest.raises(ValueError):
        SentenceIntentClassifier.load(SentenceIntentClassifier.get_default_config(), storage, RESOURCE, context)
