"""Answering what was asked or told: topics, the menu, asking back, sources, and yes or no to a question."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import compose
from actions.reply import Reply
from actions.requests import look_near
from actions.resources import resources
from actions.turn import Turn
from bot.languages import language as language_of
from bot.languages import offered


class ActionAnswer(Action):
    """Answers every need of the message from the catalogue of answers."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say the answer; remember what was asked back."""
        turn, known = Turn.of(tracker), resources()
        reply = Reply(turn.language)
        under_18 = bool(turn.entities.get("under_18"))
        look_for = compose.answer(
            reply, turn.needs, known, maybe_urgent=turn.maybe_urgent and not turn.is_tap, under_18=under_18
        )
        question: str | None = "danger_now" if turn.maybe_urgent and not turn.is_tap else None
        if turn.intent == "ask_help":
            ask_danger_first(reply)
            question = "danger_now"
        if look_for and question != "danger_now":
            place = known.knowledge.places.get(str(turn.slots.get("place") or ""))
            if place:
                # What refines the search is more useful now than other topics.
                reply.choices.clear()
                look_near(reply, turn, look_for, place)
            else:
                compose.ask_place(reply)
                question = "place"
        if turn.intent == "greet":
            compose.offer_languages(reply)
        missing = language_without_answers(turn)
        if missing and len(reply.bubbles) < 3:
            compose.language_missing(reply, missing)
        reply.send(dispatcher)
        topic = turn.needs[0] if turn.needs else None
        events: list[EventType] = [SlotSet("question", question), SlotSet("topic", topic)]
        if look_for or turn.intent not in compose.CONVERSATIONAL:
            events.append(SlotSet("looking_for", look_for))
        if turn.intent != "out_of_scope":
            events.append(SlotSet("misunderstood", 0))
        return events


class ActionAnswerQuestion(Action):
    """Yes or no: what it answers is in the button, or is the last question asked."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_answer_question"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Do what was agreed to; a typed yes never erases, only the button does."""
        turn, known = Turn.of(tracker), resources()
        reply = Reply(turn.language)
        tapped: Any = turn.entities.get("question")
        question = tapped or turn.slots.get("question")
        is_yes = turn.intent == "affirm"
        asked_next: str | None = None
        if question == "danger_now" and is_yes:
            compose.answer(reply, ["in_danger"], known, maybe_urgent=False, under_18=False)
        elif question == "erase" and is_yes and tapped:
            reply.erase = True
        elif question == "erase" and is_yes:
            compose.answer(reply, ["delete_my_data"], known, maybe_urgent=False, under_18=False)
            reply.choices.clear()
            compose.offer_yes_no(reply, "erase")
            asked_next = "erase"
        elif question == "danger_now" and turn.slots.get("looking_for"):
            # There is no danger: back to what was asked for.
            compose.ask_place(reply)
            asked_next = "place"
        else:
            compose.answer(reply, [turn.intent], known, maybe_urgent=False, under_18=False)
        reply.send(dispatcher)
        return [SlotSet("question", asked_next)]


class ActionShowMenu(Action):
    """The topics, for people who only tap."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_show_menu"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Groups first, then the topics of the group that was tapped."""
        turn = Turn.of(tracker)
        reply = Reply(turn.language)
        group = str(turn.entities.get("group", ""))
        compose.show_menu(reply, int(group) if group.isdecimal() and len(group) < 3 else None, resources())
        reply.send(dispatcher)
        return [SlotSet("question", None), SlotSet("misunderstood", 0)]


class ActionClarify(Action):
    """Asks back when the message was not understood."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_clarify"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Offer the likeliest topics; the second time in a row the menu and a human."""
        turn = Turn.of(tracker)
        times = int(turn.slots.get("misunderstood") or 0) + 1
        reply = Reply(turn.language)
        compose.ask_back(reply, turn.ranking, times, resources())
        if turn.maybe_urgent:
            ask_danger_first(reply)
        missing = language_without_answers(turn)
        if missing:
            compose.language_missing(reply, missing)
        reply.send(dispatcher)
        return [SlotSet("misunderstood", times), SlotSet("question", "danger_now" if turn.maybe_urgent else None)]


class ActionShowSources(Action):
    """Where an answer is from."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_show_sources"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Name the pages and the dates."""
        turn = Turn.of(tracker)
        reply = Reply(turn.language)
        compose.show_sources(reply, str(turn.entities.get("topic") or turn.slots.get("topic") or ""), resources())
        reply.send(dispatcher)
        return [SlotSet("question", None)]


def ask_danger_first(reply: Reply) -> None:
    """Yes and no to "are you in danger now?" stand before all other choices."""
    others = list(reply.choices)
    reply.choices.clear()
    compose.offer_yes_no(reply, "danger_now")
    for choice in others:
        reply.offer(choice.title, choice.payload)


def language_without_answers(turn: Turn) -> str | None:
    """The own name of the language a person surely writes in, when there are no answers in it; else None."""
    code, is_sure = turn.text_language
    if turn.is_tap or not is_sure or code is None or code in offered():
        return None
    return language_of(code).own_name
