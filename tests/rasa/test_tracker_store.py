"""The state of a dialogue lives encrypted, as long as its conversation, and no longer."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Tuple

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.encryption import MasterKey, Unreadable
from bot.rasa.tracker_store import EncryptedTrackerStore
from tests.rasa.conftest import ROOT

SAID = "canary my passport is in his drawer"
ID = "c0ffee" * 5

# As the gateway's first migration makes them.
SCHEMA = """
CREATE TABLE conversations (
    id VARCHAR(32) NOT NULL PRIMARY KEY, channel VARCHAR(16) NOT NULL, access_hash VARCHAR(64) NOT NULL UNIQUE,
    address BLOB, wrapped_key BLOB NOT NULL, language VARCHAR(8), last_seq INTEGER NOT NULL,
    created_at DATETIME NOT NULL, last_message_at DATETIME NOT NULL
);
CREATE TABLE trackers (
    conversation_id VARCHAR(32) NOT NULL PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE, body BLOB NOT NULL
);
"""


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "baken.db"
    monkeypatch.setenv("BAKEN_DATABASE_URL", f"sqlite+aiosqlite:///{file}")
    monkeypatch.setenv("BAKEN_DATA", str(tmp_path))
    monkeypatch.delenv("BAKEN_MASTER_KEY", raising=False)
    with sqlite3.connect(file) as connection:
        connection.executescript(SCHEMA)
    connection.close()
    open_conversation(file, ID)
    return file


def run(database: Path, statement: str, values: Tuple[object, ...] = ()) -> list:
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA foreign_keys=ON")
    with connection:
        rows = connection.execute(statement, values).fetchall()
    connection.close()
    return rows


def open_conversation(database: Path, conversation_id: str) -> None:
    wrapped = MasterKey.load_or_create(database.parent / "master.key").new_conversation_key()
    run(
        database,
        "INSERT INTO conversations VALUES (?, 'web', ?, NULL, ?, NULL, 0, '2026-01-01', '2026-01-01')",
        (conversation_id, f"hash of {conversation_id}", wrapped),
    )


def dialogue(domain: Domain, conversation_id: str = ID) -> DialogueStateTracker:
    tracker = DialogueStateTracker.from_events(conversation_id, [], domain.slots)
    tracker.update(UserUttered(SAID, {"name": "documents_taken", "confidence": 0.9}))
    tracker.update(SlotSet("language", "fr"))
    tracker.update(BotUttered("canary answer"))
    return tracker


def kept(database: Path) -> bytes:
    return b"".join(file.read_bytes() for file in database.parent.iterdir())


async def test_a_dialogue_goes_on_where_it_stopped(domain: Domain, database: Path) -> None:
    await EncryptedTrackerStore(domain).save(dialogue(domain))

    found = await EncryptedTrackerStore(domain).retrieve(ID)

    assert found is not None
    assert found.latest_message is not None and found.latest_message.text == SAID
    assert found.get_slot("language") == "fr"
    assert list(await EncryptedTrackerStore(domain).keys()) == [ID]


async def test_saving_again_replaces(domain: Domain, database: Path) -> None:
    store = EncryptedTrackerStore(domain)
    tracker = dialogue(domain)
    await store.save(tracker)
    tracker.update(SlotSet("language", "nl"))
    await store.save(tracker)

    found = await store.retrieve(ID)

    assert found is not None and found.get_slot("language") == "nl"
    assert run(database, "SELECT count(*) FROM trackers") == [(1,)]


async def test_nothing_that_was_said_can_be_read_in_the_files(domain: Domain, database: Path) -> None:
    await EncryptedTrackerStore(domain).save(dialogue(domain))

    assert run(database, "SELECT count(*) FROM trackers") == [(1,)]
    for secret in (b"canary", b"passport", b"documents_taken", b"language"):
        rows = run(database, "SELECT body FROM trackers")
        assert secret not in bytes(rows[0][0])
    for secret in (b"canary", b"passport", b"documents_taken"):
        assert secret not in kept(database)


async def test_a_save_that_comes_after_the_erasing_stores_nothing(domain: Domain, database: Path) -> None:
    store = EncryptedTrackerStore(domain)
    await store.save(dialogue(domain))
    run(database, "DELETE FROM conversations WHERE id = ?", (ID,))

    await store.save(dialogue(domain))

    assert run(database, "SELECT count(*) FROM trackers") == [(0,)]
    assert await store.retrieve(ID) is None


async def test_a_dialogue_nobody_opened_is_not_stored(domain: Domain, database: Path) -> None:
    store = EncryptedTrackerStore(domain)

    await store.save(dialogue(domain, "stranger"))

    assert await store.retrieve("stranger") is None
    assert list(await store.keys()) == []


async def test_one_conversation_cannot_read_another(domain: Domain, database: Path) -> None:
    open_conversation(database, "other")
    store = EncryptedTrackerStore(domain)
    await store.save(dialogue(domain))
    run(database, "INSERT INTO trackers SELECT 'other', body FROM trackers")

    with pytest.raises(Unreadable):
        await store.retrieve("other")


async def test_the_wrong_master_key_is_told_and_not_taken_for_a_new_dialogue(domain: Domain, database: Path) -> None:
    await EncryptedTrackerStore(domain).save(dialogue(domain))
    (database.parent / "master.key").unlink()

    with pytest.raises(Unreadable):
        await EncryptedTrackerStore(domain).retrieve(ID)


async def test_a_tracker_of_another_shape_begins_the_dialogue_anew(domain: Domain, database: Path) -> None:
    ((wrapped,),) = run(database, "SELECT wrapped_key FROM conversations")
    cipher = MasterKey.load_or_create(database.parent / "master.key").cipher(wrapped)
    run(database, "INSERT INTO trackers VALUES (?, ?)", (ID, cipher.encrypt("no json")))

    assert await EncryptedTrackerStore(domain).retrieve(ID) is None


async def test_a_very_long_dialogue_keeps_its_last_events_only(domain: Domain, database: Path) -> None:
    tracker = dialogue(domain)
    for number in range(600):
        tracker.update(BotUttered(f"line {number}"))
    store = EncryptedTrackerStore(domain)
    await store.save(tracker)

    found = await store.retrieve(ID)

    assert found is not None
    texts = [event.text for event in found.events if isinstance(event, BotUttered)]
    assert len(found.events) <= 400
    assert texts[-1] == "line 599"


async def test_without_a_database_dialogues_stay_in_memory(
    domain: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BAKEN_DATABASE_URL", raising=False)
    monkeypatch.setenv("BAKEN_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    store = EncryptedTrackerStore(domain)
    for number in range(150):
        await store.save(dialogue(domain, f"shell {number}"))

    found = await store.retrieve("shell 149")

    assert found is not None and found.latest_message is not None and found.latest_message.text == SAID
    assert await store.retrieve("shell 0") is None
    assert len(list(await store.keys())) == 100
    assert os.listdir(tmp_path) == []
