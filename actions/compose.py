"""Puts replies together from the answers: pure, so that every rule of talking can be tested without Rasa."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from actions.cards import card, date_in_words
from actions.reply import Reply
from actions.resources import Resources
from bot.catalogue import N_, translate
from bot.intents import MACHINERY, URGENT
from bot.knowledge.answers import fill
from bot.knowledge.finder import find
from bot.knowledge.models import Place
from bot.languages import language as language_of
from bot.languages import offered

_HUMAN = N_("Talk to a human")
_MENU = N_("All topics")
_SOURCES = N_("Where is this from?")
_YES = N_("Yes")
_NO = N_("No")
_YES_ERASE = N_("Yes, erase")
_IN_DANGER = N_("Are you in danger now?")
_WHERE = N_(
    "Where are you, roughly? Write a municipality, a city or a postcode, and I look for help near you. "
    "You can also skip this."
)
_SKIP = N_("Skip")
_NEAR = N_("This may help you near {place}. What is open now comes first.")
_ANYWHERE = N_("This may help you. What is open now comes first.")
_NOTHING = N_("I know no place for that near you. These people can help you to find one.")
_FOR_WHOM = N_("Is it for somebody in particular? Then I can look more exactly.")
_FOR = {
    "woman": N_("A woman"),
    "man": N_("A man"),
    "family": N_("Children too"),
    "minor": N_("Under 18"),
}
_UNSURE = N_("I am not sure that I understood. Is it about one of these? You can also say it in other words.")
_UNSURE_AGAIN = N_("I still do not understand, and that is my fault. You can tap a topic, or a human can read it.")
_FROM = N_("What I said about this comes from:")
_NO_SOURCE = N_("This is about how this program works. The people who run it wrote it.")
_CHECKED = N_("{site}, checked {date}")
_UNCHECKED = N_("{site}, date unknown")
_CONFIRMED = N_("People who know it well last confirmed this on {date}.")
_PARTLY_CONFIRMED = N_("People who know it well confirmed a part of this, on {date}.")
_GENERAL = N_("It is general information, not legal advice. A centre or a lawyer can tell you what it means for you.")
_NO_ANSWERS_YET = N_(
    "I understand some {language}, but I cannot answer in it yet. Choose the language that is easiest for you."
)
_CHANGED = N_("Good, from now on in English. Write or tap what you need.")
_LIKELY_KINDS = 3

# Intents that say nothing about a person's situation: never asked back, never second to anything.
CONVERSATIONAL = MACHINERY | {
    *("greet", "goodbye", "thank", "affirm", "deny", "main_menu", "bot_challenge", "change_language"),
    *("not_understood", "out_of_scope", "inform_location", "nlu_fallback"),
}


def answer(reply: Reply, needs: Sequence[str], known: Resources, *, maybe_urgent: bool, under_18: bool) -> str | None:
    """Answer the needs of one message, most urgent first, within three bubbles.

    An urgent need has the floor; what else was said becomes choices. Of several other needs each gets its first
    bubble, which is complete alone, before any gets its second.

    Returns:
        the need (a `knowledge.Need`) that the person should be asked a place for, if any: now, or once it is clear that
        there is no danger.
    """
    by_intent = known.answers.by_intent
    wanted = [need for need in needs if need in by_intent]
    if under_18 and "minor" not in wanted and wanted and wanted[0] not in CONVERSATIONAL:
        wanted.append("minor")
    main = wanted[0] if wanted else "not_understood"
    others = [need for need in wanted[1:] if need not in CONVERSATIONAL]
    look_for = by_intent[main].need
    if main in URGENT:
        _say(reply, main, range(3), known)
        reply.offer(_tr(_HUMAN, reply), payload("ask_human"))
        for other in others:
            _offer_topic(reply, other, known)
        reply.handoff = {"urgency": 2, "topic": main}
        if main == "being_watched":
            # Nothing more may appear on a screen that somebody else may see.
            reply.handoff["quiet"] = True
        look_for = None
    else:
        asks = bool(look_for) or maybe_urgent
        firsts = [main, *others][: 2 if asks else 3]
        for topic in firsts:
            _say(reply, topic, range(1), known)
        if not asks:
            for topic in firsts:
                _say(reply, topic, range(1, 3), known)
        if maybe_urgent:
            reply.say(_tr(_IN_DANGER, reply))
            offer_yes_no(reply, "danger_now")
    _offer_next(reply, main, known)
    return look_for


def offer_yes_no(reply: Reply, question: str) -> None:
    """Yes and no, which carry what they answer: a tap on an old button must not answer a newer question."""
    reply.offer(_tr(_YES_ERASE if question == "erase" else _YES, reply), payload("affirm", question=question))
    reply.offer(_tr(_NO, reply), payload("deny", question=question))


def ask_place(reply: Reply) -> None:
    """Ask where the person is, with a way round it."""
    reply.say(_tr(_WHERE, reply))
    reply.offer_first(_tr(_SKIP, reply), payload("skip"))


def show_found(reply: Reply, need: str, place: Place | None, for_whom: str | None, known: Resources) -> None:
    """The nearest fitting services, open ones first, and a way to look more exactly."""
    now = known.now()
    found = find(known.knowledge, need=need, near=place, for_whom=for_whom, now=now, limit=_LIKELY_KINDS)
    cards = [
        card(
            hit.service,
            reply.language,
            now=now,
            today=known.today(),
            stale_after_days=known.stale_after_days,
            distance_km=hit.distance_km,
        )
        for hit in found
    ]
    if place and cards:
        names = place.names
        text = _tr(_NEAR, reply).format(place=names.get(reply.language) or names.get("fr") or place.id)
    else:
        text = _tr(_ANYWHERE if cards else _NOTHING, reply)
    lines = [text, *(f"{c['name']}: {c['phones'][0]['number']}" for c in cards if c["phones"])]
    reply.say("\n".join(lines), cards)
    if for_whom is None:
        reply.say(_tr(_FOR_WHOM, reply))
        for person, title in _FOR.items():
            reply.offer(_tr(title, reply), payload("inform_person", for_whom=person))
    reply.offer(_tr(_HUMAN, reply), payload("ask_human"))
    reply.offer(_tr(_MENU, reply), payload("main_menu"))


def show_menu(reply: Reply, group: int | None, known: Resources) -> None:
    """The groups of topics, or the topics of one group: every topic is at most three taps away."""
    menu = known.answers.menu
    main = known.answers.by_intent["main_menu"]
    if group is None or not 0 <= group < len(menu):
        reply.say(_filled(main.bubbles[0], reply, known))
        for number, part in enumerate(menu):
            reply.offer(_tr(part.title, reply), payload("main_menu", group=str(number)))
    else:
        reply.say(_tr(menu[group].title, reply))
        for topic in menu[group].topics:
            _offer_topic(reply, topic, known)


def ask_back(reply: Reply, ranking: Sequence[str], times: int, known: Resources) -> None:
    """Something was not understood: offer the likeliest topics; the second time the menu and a human, never a loop."""
    if times >= 2:
        reply.say(_tr(_UNSURE_AGAIN, reply))
        reply.offer(_tr(_HUMAN, reply), payload("ask_human"))
        reply.offer(_tr(_MENU, reply), payload("main_menu"))
        reply.offer(_title("ask_emergency_numbers", reply, known), payload("ask_emergency_numbers"))
        return
    reply.say(_tr(_UNSURE, reply))
    likely = [i for i in ranking if i in known.answers.by_intent and i not in CONVERSATIONAL][:_LIKELY_KINDS]
    for topic in likely:
        _offer_topic(reply, topic, known)
    reply.offer(_tr(_MENU, reply), payload("main_menu"))
    reply.offer(_tr(_HUMAN, reply), payload("ask_human"))


def show_sources(reply: Reply, topic: str, known: Resources) -> None:
    """Where the facts of an answer were read, and when they were last checked."""
    wanted = known.answers.by_intent.get(topic)
    facts = set(wanted.facts) if wanted else set()
    rights = [r for r in known.knowledge.rights.values() if facts.intersection(fact.id for fact in r.facts)]
    lines: list[str] = []
    for right in rights:
        for source in right.sources:
            site = source.url.split("/")[2].removeprefix("www.") if source.url and "//" in source.url else source.source
            checked = source.checked or right.assured_date
            if site and not any(line.startswith(site) for line in lines):
                words = _tr(_CHECKED if checked else _UNCHECKED, reply)
                lines.append(words.format(site=site, date=date_in_words(checked, reply.language) if checked else ""))
    if not lines:
        reply.say(_tr(_NO_SOURCE, reply))
    else:
        reply.say("\n".join([_tr(_FROM, reply), *lines[:4]]))
        reply.say("\n".join([*_confirmation(facts, known, reply), _tr(_GENERAL, reply)]))
    if wanted:
        _offer_topic(reply, topic, known)
        _offer_next(reply, topic, known, sources=False)


def _confirmation(facts: Collection[str], known: Resources, reply: Reply) -> list[str]:
    """When these facts were confirmed, by the one confirmed longest ago; nothing for drafts."""
    confirmations = known.knowledge.confirmations_of(facts)
    days = [confirmation.on for confirmation in confirmations if confirmation]
    if not days:
        return []
    words = _CONFIRMED if len(days) == len(confirmations) else _PARTLY_CONFIRMED
    return [_tr(words, reply).format(date=date_in_words(min(days), reply.language))]


def offer_languages(reply: Reply) -> None:
    """Every language that answers exist in, by its own name."""
    for code in offered():
        reply.offer(language_of(code).own_name, payload("change_language", language=code))


def language_missing(reply: Reply, name: str) -> None:
    """The person's language is understood, but there are no answers in it yet: languages are the first choice."""
    reply.say(_tr(_NO_ANSWERS_YET, reply).format(language=name))
    others = list(reply.choices)
    reply.choices.clear()
    offer_languages(reply)
    for choice in others:
        reply.offer(choice.title, choice.payload)


def language_changed(reply: Reply) -> None:
    """Confirm the new language in that language; its catalogue says its own name in place of "English"."""
    reply.say(_tr(_CHANGED, reply))


def payload(intent: str, **entities: str) -> str:
    """What a button sends: `/intent{"entity": "value"}`, as Rasa reads it."""
    return f"/{intent}{json.dumps(entities, separators=(',', ':'))}" if entities else f"/{intent}"


def _say(reply: Reply, topic: str, numbers: range, known: Resources) -> None:
    wanted = known.answers.by_intent[topic]
    for number in numbers:
        if number >= len(wanted.bubbles):
            return
        services = _cards(topic, reply, known) if number == 0 else []
        reply.say(_filled(wanted.bubbles[number], reply, known), services)


def _cards(topic: str, reply: Reply, known: Resources) -> list[dict[str, object]]:
    now = known.now()
    return [
        card(
            known.services[service_id],
            reply.language,
            now=now,
            today=known.today(),
            stale_after_days=known.stale_after_days,
            distance_km=None,
        )
        for service_id in known.answers.by_intent[topic].services
    ]


def _offer_next(reply: Reply, topic: str, known: Resources, *, sources: bool = True) -> None:
    wanted = known.answers.by_intent[topic]
    for other in wanted.next:
        _offer_topic(reply, other, known)
    if topic != "ask_human":
        reply.offer(_tr(_HUMAN, reply), payload("ask_human"))
    if sources and wanted.facts and topic not in URGENT:
        reply.offer(_tr(_SOURCES, reply), payload("ask_source", topic=topic))
    reply.offer(_tr(_MENU, reply), payload("main_menu"))


def _offer_topic(reply: Reply, topic: str, known: Resources) -> None:
    reply.offer(_title(topic, reply, known), payload(topic))


def _title(topic: str, reply: Reply, known: Resources) -> str:
    return _tr(known.answers.by_intent[topic].title, reply)


def _tr(text: str, reply: Reply) -> str:
    return translate(text, reply.language)


def _filled(text: str, reply: Reply, known: Resources) -> str:
    return fill(_tr(text, reply), known.services, reply.language)
