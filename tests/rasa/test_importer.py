"""Training sentences reach Rasa as they stand in the files, and a faulty file is named."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT

from bot.nlu.importer import Sentence, SentenceImporter
from bot.nlu.training_sentences import sentences

ROOT = Path(__file__).resolve().parent.parent.parent

TWO = """version: "3.1"
nlu:
  - intent: greet
    examples: |
      - hello
      - good morning: everyone
  - intent: goodbye
    examples: |
      - bye 👋
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "nlu").mkdir()
    (tmp_path / "nlu" / "en.yml").write_text(TWO, encoding="utf-8")
    return tmp_path


def test_rasas_own_reader_would_read_the_same(data: Path) -> None:
    ours = SentenceImporter(training_data_paths=[str(data)]).get_nlu_data()
    theirs = RasaFileImporter(training_data_paths=[str(data)]).get_nlu_data()

    said = [{(m.get(TEXT), m.get(INTENT)) for m in found.training_examples} for found in (ours, theirs)]
    assert said[0] == said[1] == {("hello", "greet"), ("good morning: everyone", "greet"), ("bye 👋", "goodbye")}


def test_rules_and_stories_are_read_too() -> None:
    paths = [str(ROOT / "data")]
    importer = TrainingDataImporter.load_from_config(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), paths)

    rules = {step.block_name for step in importer.get_stories().story_steps}

    theirs = RasaFileImporter(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data" / "rules")])
    assert rules >= {step.block_name for step in theirs.get_stories().story_steps} != set()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (TWO.replace("- bye", "bye"), "goodbye"),
        (TWO.replace("intent: goodbye", "synonym: goodbye"), "synonym"),
        (TWO + "      -\n", "goodbye"),
        ("nlu: [", "while parsing"),
        ("version: 1", "nlu"),
    ],
)
def test_a_faulty_file_is_named_with_its_fault(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "xx.yml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match=rf"xx\.yml.*{fault}(?s:.*)"):
        sentences(path)


def test_a_sentence_is_known_again_by_text_and_intent_and_changes_with_what_is_added() -> None:
    first, same, other = (Sentence({TEXT: "bye", INTENT: i}) for i in ("goodbye", "goodbye", "greet"))
    assert first == same == copy.deepcopy(first) != other

    same.set("language", "en")
    assert first != same
