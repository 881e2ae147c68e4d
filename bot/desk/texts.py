"""What the console says to counsellors, in the languages they work in."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

from bot.catalogue import N_, translate
from bot.languages import SOURCE, parse

# The languages of the desk in Brussels.
CONSOLE_LANGUAGES = ("nl", "fr", "en")

_TEXTS = {
    "sign_in": N_("Sign in"),
    "sign_out": N_("Sign out"),
    "desk": N_("Counsellors' desk"),
    "name": N_("Name"),
    "password": N_("Password"),
    "wrong": N_("The name or the password is not right."),
    "slow_down": N_("Too many people are signing in. Try again in some seconds."),
    "ended": N_("Your session has ended. Sign in again."),
    "not_from_here": N_("This request did not come from the console. Open the console and try again."),
    "waiting": N_("Waiting"),
    "mine": N_("With me"),
    "others": N_("With colleagues"),
    "nobody": N_("Nobody is waiting."),
    "pick": N_("Choose somebody in the queue. The most urgent is on top."),
    "urgency_2": N_("Urgent"),
    "urgency_1": N_("Soon"),
    "urgency_0": N_("Normal"),
    "awaits_reply": N_("Waits for your answer"),
    "minutes": N_("{n} min"),
    "waits": N_("Waiting for {waited}"),
    "asked": N_("Asked {waited} ago"),
    "no_topic": N_("No topic yet"),
    "no_language": N_("Language unknown"),
    "claim": N_("Take this conversation"),
    "hand_back": N_("Hand back to the program"),
    "close": N_("Close"),
    "close_sure": N_("Close the conversation? The person is told."),
    "back": N_("Back to the queue"),
    "conversation": N_("Conversation"),
    "answer": N_("Your answer"),
    "send": N_("Send"),
    "not_sent": N_("Not sent. Your text is still here; try again."),
    "empty": N_("Write something first."),
    "too_long": N_("The text is longer than {n} characters. Send it in parts."),
    "locked_waiting": N_("The program is answering. Take the conversation to write yourself."),
    "locked_other": N_("{name} has this conversation. You can read it."),
    "locked_nobody": N_("A counsellor who is no longer here has this conversation. You can read it."),
    "locked_closed": N_("This conversation was handed back or closed. The program answers."),
    "taken": N_("{name} has taken this conversation already."),
    "taken_nobody": N_("This conversation is no longer waiting."),
    "not_yours": N_("Only the counsellor who took a conversation can write in it."),
    "erased": N_("This conversation is not here. It may have been erased by the person, or by itself."),
    "person": N_("Person"),
    "bot": N_("Program"),
    "counsellor": N_("Counsellor"),
    "system": N_("Note"),
    "notify": N_("Notify me"),
    "notified": N_("Notifications are on"),
    "news": N_("New in the queue"),
    "offline": N_("No connection. Trying again…"),
    "help": N_("Keyboard"),
    "help_move": N_("Next or previous in the queue"),
    "help_enter": N_("Open the selected conversation; once open, take it"),
    "help_send": N_("Send the answer"),
    "help_reply": N_("Go to the answer"),
    "help_leave": N_("Leave the answer, close this help"),
    "help_help": N_("Show this help"),
    "ok": N_("Close help"),
}


@cache
def texts(language: str) -> MappingProxyType[str, str]:
    """All texts of the console in one language, by key."""
    return MappingProxyType({key: translate(text, language) for key, text in _TEXTS.items()})


def preferred(accept_language: str) -> str:
    """The language of `CONSOLE_LANGUAGES` that a browser's Accept-Language asks for first; English otherwise."""
    wanted: list[tuple[float, str]] = []
    for part in accept_language[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        code = parse(tag)
        if code in CONSOLE_LANGUAGES and weight > 0:
            wanted.append((weight, code))
    return max(wanted, key=lambda pair: pair[0])[1] if wanted else SOURCE
