"""What the bot of the browser tests answers."""

from __future__ import annotations

from bot.conversations.body import Body, Button
from bot.conversations.rasa import Reply

CARD = {
    "id": "pag-asa",
    "name": "PAG-ASA",
    "description": "Help, a safe place and a lawyer for victims of trafficking.",
    "phones": [{"number": "02 511 64 64", "tel": "+3225116464", "note": "also by message"}],
    "hours": "Open now until 17:00",
    "is_open": True,
    "address": "Cellebroersstraat 16B, 1000 Brussel",
    "conditions": None,
    "languages": "nl, fr, en",
    "url": "https://www.pag-asa.be/",
    "checked": "6 August 2026",
    "is_stale": False,
    "distance": "1.2 km",
}

BED = Body(
    "You can sleep somewhere safe tonight. It is free, and you decide. In danger, call 112.",
    buttons=(Button("Talk to a human", "/ask_human"), Button("My rights", "/ask_rights")),
)


def a_bed_for_tonight(text: str) -> Reply:
    """A first bubble with a number, then a place that helps with two choices."""
    where = Body("This centre helps people who were exploited:", services=(CARD,))
    return Reply((where, BED), language="en")


def in_the_chosen_language(text: str) -> Reply:
    """Answers a change of language in the new one, and everything else in English."""
    code = next((code for code in ("fr", "ar") if f'"{code}"' in text), "en")
    return Reply((Body({"fr": "Bonjour.", "ar": "مرحبا."}.get(code, "Hello.")),), language=code)
