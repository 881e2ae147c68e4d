"""How fast messages may go out. No clock of its own."""

from __future__ import annotations


class Pace:
    """So many at once, and from then on one every `interval_s` (the generic cell rate algorithm)."""

    def __init__(self, interval_s: float, burst: int) -> None:
        """`burst`: how many may go without waiting after a rest."""
        self._interval_s = interval_s
        self._credit_s = interval_s * (burst - 1)
        self._free_at = 0.0

    def reserve(self, now: float) -> float:
        """Take the next place; the seconds to wait until it comes, 0 when it is now."""
        start = max(self._free_at, now)
        self._free_at = start + self._interval_s
        return max(0.0, start - now - self._credit_s)

    def is_rested(self, now: float) -> bool:
        """Whether forgetting this pace would change nothing."""
        return self._free_at <= now
