"""The few things that the gateway itself says, when Rasa cannot or when only the gateway knows."""

from __future__ import annotations

from bot.catalogue import N_, translate
from bot.conversations.body import Body, Button
from bot.languages import SOURCE

_CARD = N_(
    "I cannot answer this moment. In danger, call {phone_112} now: it is free, day and night. "
    "Talk to somebody about exploitation: {phone_line} or PAG-ASA {phone_centre}."
)
_CARD_NEXT = N_("Your message is not lost. You can also ask for a human here.")
_HUMAN = N_("Talk to a human")
_EMERGENCY = N_("Emergency numbers")

_ASKED_HERE = N_("A counsellor is at the desk and will read what you wrote here. You are next.")
_ASKED_QUEUE = N_("A counsellor is at the desk and will read what you wrote here. People before you: {n}.")
_ASKED_NOBODY = N_(
    "No counsellor is at the desk right now. Your question stays here, and a counsellor reads it when one comes back."
)
_HOURS = N_("The desk is usually open: {hours}.")
_NOW = N_("If you cannot wait: in danger {phone_112}, or {phone_line}. You can also go on writing with me.")
_ALREADY = N_("Your question for a counsellor still stands.")
_JOINED = N_("A counsellor is here now: {name}. A human answers from now on.")
_BACK = N_("The counsellor has left the conversation. I am the program again, and I am here for you.")
_CLOSED = N_("The counsellor has closed the conversation. You can write again at any time.")
_GONE = N_(
    "The counsellor is no longer here. Your question stays, and another counsellor reads it. Until then I answer again."
)
_ERASED = N_("Everything is erased.")

# These numbers are also in knowledge/services; they stand here because this text is for when everything else is down.
# A test holds both equal.
NUMBERS = {"phone_112": "112", "phone_line": "078 055 800", "phone_centre": "02 511 64 64"}


def emergency_card(language: str | None) -> list[Body]:
    """What a person gets when Rasa does not answer in time."""
    language = language or SOURCE
    say = _CARD_NEXT
    return [
        Body(translate(_CARD, language).format(**NUMBERS)),
        Body(
            translate(say, language),
            buttons=(
                Button(translate(_HUMAN, language), "/ask_human"),
                Button(translate(_EMERGENCY, language), "/ask_emergency_numbers"),
            ),
        ),
    ]


def asked_for_human(language: str | None, *, is_new: bool, before: int, present: int, hours: str) -> list[Body]:
    """Who answers and when, honestly: `before` people wait in front, `present` counsellors are at the desk."""
    language = language or SOURCE
    if not is_new:
        return [Body(translate(_ALREADY, language))]
    if present and before:
        return [Body(translate(_ASKED_QUEUE, language).format(n=before))]
    if present:
        return [Body(translate(_ASKED_HERE, language))]
    lines = [translate(_ASKED_NOBODY, language)]
    if hours:
        lines.append(translate(_HOURS, language).format(hours=hours))
    return [Body(" ".join(lines)), Body(translate(_NOW, language).format(**NUMBERS))]


def joined(language: str | None, name: str) -> Body:
    """A counsellor took over."""
    return Body(translate(_JOINED, language or SOURCE).format(name=name))


def handed_back(language: str | None) -> Body:
    """The bot answers again."""
    return Body(translate(_BACK, language or SOURCE))


def closed(language: str | None) -> Body:
    """The counsellor ended it."""
    return Body(translate(_CLOSED, language or SOURCE))


def counsellor_gone(language: str | None) -> Body:
    """The counsellor left without a word; somebody else will come."""
    return Body(translate(_GONE, language or SOURCE))


def erased(language: str | None) -> str:
    """The last line on channels that cannot simply vanish."""
    return translate(_ERASED, language or SOURCE)
