"""Tells listeners in this process that something changed. What changed they read from the database themselves."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

# The topic of everything that changes the counsellors' queue.
QUEUE = "queue"
# The topic of everything: for those who look for work wherever something changed.
ANY = "*"


class Hub:
    """Wakes whoever listens to a topic (a conversation's id, `QUEUE` or `ANY`).

    Nothing is passed but the wake-up: a slow listener misses no message, since it reads everything after its last
    number, and costs no memory, since a bell can only ring once at a time.
    """

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._bells: dict[str, set[asyncio.Event]] = defaultdict(set)

    def ring(self, topic: str) -> None:
        """Wake everybody who listens to `topic`, or to `ANY`."""
        for bell in (*self._bells.get(topic, ()), *self._bells.get(ANY, ())):
            bell.set()

    def ring_all(self) -> None:
        """Wake everybody, so that streams can end when the gateway stops."""
        for topic in list(self._bells):
            self.ring(topic)

    @contextmanager
    def listen(self, topic: str) -> Iterator[asyncio.Event]:
        """A bell for the time of the block; the listener clears it before it reads."""
        bell = asyncio.Event()
        self._bells[topic].add(bell)
        try:
            yield bell
        finally:
            self._bells[topic].discard(bell)
            if not self._bells[topic]:
                del self._bells[topic]
