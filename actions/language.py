"""The language of the conversation: from what is written, from what is chosen, and never from a guess alone."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import compose
from actions.reply import Reply
from actions.resources import resources
from actions.turn import Turn
from bot.languages import SOURCE, closest_offered, offered, parse
from bot.languages import language as language_of

# Shorter messages may be a place or a name: they are looked at for a language only when none is known yet.
_FEWEST_WORDS = 2


def language_for(turn: Turn) -> str:
    """The offered language to answer this turn in.

    A language that the person asks for goes first. What is written changes it only when the identification is sure
    and the message is more than a place or a name. Then comes the language so far, then what the channel knows
    (the person's choice there, or the app's language), then even an unsure guess, then English.
    """
    # A link names the language within what it sends; somebody who tells a story may name one by the way.
    asked = turn.entities.get("language") if turn.is_tap or turn.intent == "change_language" else None
    if asked:
        return closest_offered(parse(str(asked)))
    before = parse(turn.slots.get("language")) or parse(turn.metadata.get("language"))
    written, is_sure = turn.text_language
    names_a_place = turn.intent == "inform_location" or "place" in turn.entities
    if turn.is_tap or not written:
        return closest_offered(before) if before else SOURCE
    is_telling = turn.word_count >= (5 if names_a_place else _FEWEST_WORDS)
    if is_sure and (is_telling or (before is None and not names_a_place)):
        return closest_offered(written)
    return closest_offered(before or (SOURCE if names_a_place else written))


class ActionSetLanguage(Action):
    """Fills the slot `language` before anything is answered (a custom slot mapping in domain.yml)."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_set_language"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Decide, and remember."""
        return [SlotSet("language", language_for(Turn.of(tracker)))]


class ActionChangeLanguage(Action):
    """Confirms another language, or shows the list of languages."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_change_language"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """The slot is set already: say it, in that language."""
        turn = Turn.of(tracker)
        reply = Reply(turn.language)
        asked = parse(str(turn.entities["language"])) if turn.entities.get("language") else None
        if asked in offered():
            compose.language_changed(reply)
            compose.show_menu(reply, None, resources())
        elif asked:
            compose.language_missing(reply, language_of(asked).own_name)
        else:
            compose.answer(reply, ["change_language"], resources(), maybe_urgent=False, under_18=False)
            reply.choices.clear()
            compose.offer_languages(reply)
        reply.send(dispatcher)
        return [SlotSet("question", None)]
