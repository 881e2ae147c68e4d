"""The parts of a running gateway, put together once and handed to whoever serves requests."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.conversations.hub import Hub
from bot.conversations.rasa import Brain
from bot.conversations.router import Router
from bot.conversations.store import Store
from bot.encryption import MasterKey
from bot.settings import Settings


def operator_token(master_key: MasterKey, conversation_id: str) -> str:
    """What lets whoever holds the master key erase a conversation over HTTP; it opens nothing else."""
    return master_key.fingerprint(f"operator {conversation_id}")


@dataclass
class Gateway:
    """Everything a request may need. `is_stopping` ends open streams, so that a stop does not wait for browsers."""

    settings: Settings
    engine: AsyncEngine
    master_key: MasterKey
    store: Store
    hub: Hub
    brain: Brain
    router: Router
    is_stopping: bool = False

    @classmethod
    def of(cls, request: Request) -> Gateway:
        """The gateway that serves this request."""
        gateway = request.app.state.gateway
        assert isinstance(gateway, cls)
        return gateway

    def stop_streams(self) -> None:
        """End every open event stream; their readers come back to the next gateway with the last number they saw."""
        self.is_stopping = True
        self.hub.ring_all()

    def reading_ticket(self, conversation_id: str) -> str:
        """A ticket that opens a conversation's event stream for clients that cannot send headers; it cannot write."""
        return self.master_key.fingerprint(f"read {conversation_id}")

    def may_read(self, conversation_id: str, ticket: str) -> bool:
        """Whether a ticket is this conversation's."""
        return hmac.compare_digest(ticket, self.reading_ticket(conversation_id))
