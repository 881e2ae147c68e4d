"""How well the trained model understands sentences it has never seen, and several needs at once."""

from __future__ import annotations

import pytest

from bot.languages import CODES
from tests.rasa.conftest import URGENT, Understand, entities, intent, labelled


@pytest.mark.parametrize("language", CODES)
def test_at_least_85_of_100_unseen_sentences_are_understood(understand: Understand, language: str) -> None:
    rows = labelled(language)

    right = sum(intent(understand(row["text"])) == row["intent"] for row in rows)

    assert len(rows) >= (300 if language in ("en", "fr", "nl") else 190)
    assert right / len(rows) >= 0.85


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_at_least_95_of_100_urgent_sentences_are_taken_as_urgent(understand: Understand, language: str) -> None:
    urgent = [row["text"] for row in labelled(language) if row["intent"] in URGENT]

    missed = [text for text in urgent if intent(understand(text)) not in URGENT]

    assert len(urgent) == 40
    assert len(missed) / len(urgent) <= 0.05, missed


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_who_is_not_taken_as_urgent_although_it_is_is_asked_at_least(understand: Understand, language: str) -> None:
    urgent = [row["text"] for row in labelled(language) if row["intent"] in URGENT]

    ignored = [t for t in urgent if intent(understand(t)) not in URGENT and not understand(t)["maybe_urgent"]]

    assert len(ignored) <= 1, ignored


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_few_others_get_a_false_alarm(understand: Understand, language: str) -> None:
    others = [row["text"] for row in labelled(language) if row["intent"] not in URGENT]

    alarms = [text for text in others if intent(understand(text)) in URGENT]

    assert len(alarms) / len(others) <= 0.05, alarms


@pytest.mark.parametrize(
    "text",
    [
        "mon patron ne me paie pas et il garde mon passeport",
        "my boss does not pay me and he keeps my passport",
        "mijn baas betaalt mij niet en hij houdt mijn paspoort",
        "Mi jefe no me paga. También guarda mi pasaporte.",
    ],
)
def test_two_needs_in_one_message_are_both_found(understand: Understand, text: str) -> None:
    assert set(understand(text)["needs"]) == {"unpaid_wages", "documents_taken"}


def test_a_single_need_is_not_doubled(understand: Understand) -> None:
    assert understand("where can i sleep tonight")["needs"] == ["ask_shelter"]


def test_a_greeting_is_no_need_beside_another(understand: Understand) -> None:
    parsed = understand("good morning my friend, I need a place to sleep tonight")

    assert intent(parsed) == "ask_shelter"
    assert parsed["needs"] == ["ask_shelter"]


def test_at_most_three_needs_are_told(understand: Understand) -> None:
    parsed = understand(
        "I need a lawyer for free. Where can I sleep tonight? I am hungry and I have no food. "
        "My boss does not pay me. He keeps my passport. I need to see a doctor without papers."
    )

    assert len(parsed["needs"]) == 3
    assert len(set(parsed["needs"])) == 3


def test_only_true_or_false_is_kept_of_an_age(understand: Understand) -> None:
    parsed = understand("i am 15 and they make me steal")

    assert entities(parsed) == {"under_18": True}
    assert "15" not in str(parsed["entities"])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        *(
            ("Molenbeek", "molenbeek"),
            ("molenbek", "molenbeek"),
            ("schaarbeek", "schaerbeek"),
            ("in 1070", "anderlecht"),
        ),
        *(
            ("مولنبيك", "molenbeek"),
            ("Андерлехт", "anderlecht"),
            ("Flagey", "ixelles"),
            ("à Saint-Gilles", "saint-gilles"),
        ),
    ],
)
def test_a_bare_place_is_understood_as_where_somebody_is(understand: Understand, text: str, place: str) -> None:
    parsed = understand(text)

    assert intent(parsed) == "inform_location"
    assert entities(parsed)["place"] == place


@pytest.mark.parametrize(("text", "code"), [("العربية", "ar"), ("français svp", "fr"), ("Polish please", "pl")])
def test_a_bare_language_is_a_wish_for_it(understand: Understand, text: str, code: str) -> None:
    parsed = understand(text)

    assert intent(parsed) == "change_language"
    assert entities(parsed)["language"] == code


def test_the_language_of_a_message_is_told_with_it(understand: Understand) -> None:
    assert understand("mijn baas betaalt mij niet")["language"] == {"code": "nl", "is_sure": True}
    assert understand("😭")["language"] == {"code": None, "is_sure": False}
