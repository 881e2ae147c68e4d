"""Keeps the state of dialogues in the gateway's database, encrypted with each conversation's own key.

A tracker lives exactly as long as its conversation: erasing the conversation removes the row, and a save that comes
late, after the erasing, finds no key and stores nothing.
"""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from pathlib import Path
from typing import Any, Iterable, Optional, Text

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy.dialects import postgresql, sqlite

from bot.encryption import Cipher, MasterKey, Unreadable, WrappedKey

# Events of one dialogue that are kept; the state needs the slots and the last turns, not the whole story.
_MOST_EVENTS = 400
# Dialogues without a conversation (`rasa shell`, `rasa test`) that stay in memory.
_MOST_IN_MEMORY = 100

_METADATA = sa.MetaData()
_CONVERSATIONS = sa.Table(
    "conversations", _METADATA, sa.Column("id", sa.String, primary_key=True), sa.Column("wrapped_key", sa.LargeBinary)
)
_TRACKERS = sa.Table(
    "trackers",
    _METADATA,
    sa.Column("conversation_id", sa.String, primary_key=True),
    sa.Column("body", sa.LargeBinary),
)


class EncryptedTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Rasa's tracker store on the gateway's database (`BAKEN_DATABASE_URL`, `BAKEN_DATA`).

    Without a database in the environment, as in `rasa shell` and `rasa test`, trackers live in memory only.
    """

    def __init__(
        self,
        domain: Domain,
        host: Optional[EndpointConfig] = None,
        event_broker: Optional[EventBroker] = None,
        **kwargs: Any,
    ) -> None:
        """Connect lazily: the gateway may still be making the tables."""
        super().__init__(domain, event_broker, **kwargs)
        self._memory: OrderedDict[str, str] = OrderedDict()
        self._engine: Optional[sa.engine.Engine] = None
        url = os.environ.get("BAKEN_DATABASE_URL")
        if url:
            self._engine = _open_engine(url)
            self._key_file = Path(os.environ.get("BAKEN_DATA", ".baken/data")) / "master.key"

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the dialogue, unless its conversation is gone."""
        await self.stream_events(tracker)
        while len(tracker.events) > _MOST_EVENTS:
            tracker.events.popleft()
        serialised = self.serialise_tracker(tracker)
        if self._engine is None:
            self._memory[tracker.sender_id] = serialised
            while len(self._memory) > _MOST_IN_MEMORY:
                self._memory.popitem(last=False)
            return
        with self._engine.begin() as connection:
            cipher = self._cipher(connection, tracker.sender_id)
            if cipher is None:
                return
            insert = sqlite.insert if self._engine.dialect.name == "sqlite" else postgresql.insert
            row = insert(_TRACKERS).values(conversation_id=tracker.sender_id, body=cipher.encrypt(serialised))
            connection.execute(
                row.on_conflict_do_update(index_elements=["conversation_id"], set_={"body": row.excluded.body})
            )

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The dialogue so far, or None for a new one. Raises Unreadable when the master key was changed."""
        serialised = self._memory.get(sender_id) if self._engine is None else self._read(sender_id)
        return self.deserialise_tracker(sender_id, serialised) if serialised else None

    async def keys(self) -> Iterable[Text]:
        """Ids of the dialogues that are stored."""
        if self._engine is None:
            return list(self._memory)
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(_TRACKERS.c.conversation_id)).scalars())

    def _read(self, sender_id: str) -> Optional[str]:
        assert self._engine is not None
        with self._engine.connect() as connection:
            body = connection.execute(
                sa.select(_TRACKERS.c.body).where(_TRACKERS.c.conversation_id == sender_id)
            ).scalar_one_or_none()
            cipher = self._cipher(connection, sender_id) if body else None
        if body is None or cipher is None:
            return None
        try:
            serialised = cipher.decrypt(bytes(body))
            json.loads(serialised)
        except Unreadable:
            raise
        except ValueError:
            # A tracker that cannot be read is worth less than an answer: the dialogue begins anew.
            return None
        return serialised

    def _cipher(self, connection: sa.engine.Connection, conversation_id: str) -> Optional[Cipher]:
        wrapped = connection.execute(
            sa.select(_CONVERSATIONS.c.wrapped_key).where(_CONVERSATIONS.c.id == conversation_id)
        ).scalar_one_or_none()
        if wrapped is None:
            return None
        return MasterKey.load_or_create(self._key_file).cipher(WrappedKey(bytes(wrapped)))


def _open_engine(url: str) -> sa.engine.Engine:
    """A synchronous engine on the gateway's database; deleted and replaced rows are overwritten in SQLite's file."""
    engine = sa.create_engine(url.replace("+aiosqlite", "").replace("+asyncpg", ""), future=True)
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            for pragma in ("journal_mode=WAL", "secure_delete=ON", "busy_timeout=3000", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")

    return engine
