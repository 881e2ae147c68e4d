"""What people ask to be done: find help near, ask for a human, erase."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import compose
from actions.reply import Reply
from actions.resources import resources
from actions.turn import Turn
from bot.knowledge.models import Place


def look_near(reply: Reply, turn: Turn, need: str, place: Place | None) -> None:
    """Add what was found to a reply, for the person it is for as far as known."""
    for_whom = turn.entities.get("for_whom") or turn.slots.get("for_whom")
    if for_whom is None and turn.slots.get("under_18"):
        for_whom = "minor"
    compose.show_found(reply, need, place, str(for_whom) if for_whom else None, resources())


class ActionFindServices(Action):
    """Goes on with a search when the person says where, for whom, or skips."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_find_services"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Show what was found; without a search under way, ask what to look for."""
        turn, known = Turn.of(tracker), resources()
        reply = Reply(turn.language)
        need = turn.slots.get("looking_for")
        if need:
            place_id = turn.entities.get("place") or turn.slots.get("place")
            look_near(reply, turn, str(need), known.knowledge.places.get(str(place_id or "")))
        elif turn.intent == "inform_location":
            compose.answer(reply, turn.needs, known, maybe_urgent=False, under_18=False)
        else:
            compose.show_menu(reply, None, known)
        reply.send(dispatcher)
        return [SlotSet("question", None), SlotSet("misunderstood", 0)]


class ActionRequestCounsellor(Action):
    """Asks for a human. Who answers and when, the gateway says: only it knows who is there."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_request_counsellor"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say so, and hand over with what is known about the urgency."""
        turn, known = Turn.of(tracker), resources()
        reply = Reply(turn.language)
        compose.answer(reply, ["ask_human"], known, maybe_urgent=False, under_18=False)
        # The gateway adds who answers and when; the lines that answer now come with it.
        del reply.bubbles[1:]
        soon = bool(turn.slots.get("under_18")) or turn.maybe_urgent
        reply.handoff = {"urgency": 1 if soon else 0, "topic": turn.slots.get("topic")}
        for other in turn.needs[1:]:
            if other in known.answers.by_intent and other not in compose.CONVERSATIONAL:
                reply.handoff["topic"] = other
        reply.send(dispatcher)
        return [SlotSet("question", None), SlotSet("misunderstood", 0)]


class ActionEraseConversation(Action):
    """Asks whether everything should be erased; the button that says yes does it."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_erase_conversation"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Ask once; erasing cannot be undone."""
        turn = Turn.of(tracker)
        reply = Reply(turn.language)
        compose.answer(reply, ["delete_my_data"], resources(), maybe_urgent=False, under_18=False)
        reply.choices.clear()
        compose.offer_yes_no(reply, "erase")
        reply.send(dispatcher)
        return [SlotSet("question", "erase")]
