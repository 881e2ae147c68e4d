"""The trained model and the real encoder, each loaded once for all tests of Rasa's environment."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

# These tests need Rasa and run in its environment, with rasa-env/pytest.ini; the other one has none to run them with.
collect_ignore_glob = [] if importlib.util.find_spec("rasa") else ["test_*.py"]

Parsed = Dict[str, Any]
Understand = Callable[[str], Parsed]

URGENT = ("in_danger", "medical_emergency", "suicidal_thoughts", "being_watched")


@pytest.fixture(scope="session")
def understand() -> Understand:
    """What the trained model makes of a message, through Rasa's own loading and parsing."""
    given = os.environ.get("BAKEN_TEST_MODEL")
    if not given or not Path(given).is_file():
        pytest.fail("BAKEN_TEST_MODEL must name a trained model (./baken train prints its path).", pytrace=False)
    import structlog
    from rasa.core.agent import Agent

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    agent = Agent.load(given)
    loop = asyncio.new_event_loop()
    known: Dict[str, Parsed] = {}

    def parse(text: str) -> Parsed:
        if text not in known:
            known[text] = loop.run_until_complete(agent.parse_message(text))
        return known[text]

    return parse


@pytest.fixture(scope="session")
def encoder() -> Any:
    from bot.nlu.encoder import SentenceEncoder

    return SentenceEncoder({**SentenceEncoder.get_default_config(), "alias": "encoder"}, "encoder")


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What reads messages for the encoder, trained on the real sentences and loaded from its storage."""
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from bot.nlu.reader import MessageReader

    context, resource = ExecutionContext(GraphSchema({})), Resource("reader")
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("reader"))
    config = MessageReader.get_default_config()
    MessageReader.create(config, storage, resource, context).train(TrainingData())
    return MessageReader.load(config, storage, resource, context)


def intent(parsed: Parsed) -> str:
    return str(parsed["intent"]["name"])


def entities(parsed: Parsed) -> Dict[str, Any]:
    return {e["entity"]: e["value"] for e in parsed["entities"]}


def labelled(language: str) -> List[Dict[str, str]]:
    """The held-out sentences of one language, with the intent that people gave them."""
    import yaml

    data = yaml.safe_load((ROOT / "tests" / "nlu" / f"{language}.yml").read_text(encoding="utf-8"))
    return [
        {"text": line[2:], "intent": block["intent"]}
        for block in data["nlu"]
        for line in block["examples"].splitlines()
        if line.startswith("- ")
    ]
