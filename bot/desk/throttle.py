"""Slows down whoever guesses passwords, without ever shutting a counsellor out."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

# Mistypes that cost nothing.
_FREE_FAILURES = 3
_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 8.0
# A name is forgotten after this long without a failure.
_FORGET_AFTER_S = 900.0
_MOST_NAMES = 1000


class Throttle:
    """How long the next try for a name has to wait, from the failures before it.

    The wait is served, then the password is looked at: a lock would let anybody keep a counsellor from the desk by
    failing in her name. State is per process and holds at most a thousand names, the oldest failure leaving first.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._clock = clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def delay_s(self, name: str) -> float:
        """Seconds before the next try for `name` is looked at; 0 after few or old failures."""
        count, last = self._failures.get(name, (0, 0.0))
        if count < _FREE_FAILURES or self._clock() - last > _FORGET_AFTER_S:
            return 0.0
        return float(min(_FIRST_DELAY_S * 2 ** min(count - _FREE_FAILURES, 10), _LONGEST_DELAY_S))

    def failed(self, name: str) -> None:
        """Count a failure."""
        now = self._clock()
        count, last = self._failures.pop(name, (0, now))
        self._failures[name] = (1 if now - last > _FORGET_AFTER_S else count + 1, now)
        if len(self._failures) > _MOST_NAMES:
            self._failures.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """Forget the failures of a name that signed in."""
        self._failures.pop(name, None)
