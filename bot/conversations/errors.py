"""Everything that can go wrong with a conversation and be explained to somebody."""

from __future__ import annotations


class BakenError(Exception):
    """Anything that can be explained to a person.

    BakenError
    ├── RasaUnavailable   no usable answer in time      the person sees the emergency card
    ├── UnknownConversation   erased or never there     404; the same for a wrong token, so that nothing can be guessed
    ├── HandoffGone       taken, closed or unknown      409; `holder` names who has it, when somebody has
    ├── NotYours          somebody else's conversation  403
    └── TooManyMessages   slow down                     429; Retry-After in seconds
    """


class RasaUnavailable(BakenError):
    """Rasa did not answer, or with something that is no answer."""


class UnknownConversation(BakenError):
    """There is no such conversation for this token."""


class HandoffGone(BakenError):
    """The handoff cannot be claimed any more."""

    def __init__(self, holder: str | None = None) -> None:
        """`holder` is the name of the counsellor who has it."""
        super().__init__(f"taken by {holder}" if holder else "closed or erased")
        self.holder = holder


class NotYours(BakenError):
    """Only the counsellor who claimed a conversation can write in it."""


class TooManyMessages(BakenError):
    """More unanswered messages than one person can need."""

    retry_after_s = 5
