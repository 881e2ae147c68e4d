"""How messages look in Telegram, and how fast they may go."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.telegram.pace import Pace
from bot.channels.telegram.rendering import (
    ButtonRef,
    render,
    split_for_telegram,
    utf16_length,
)
from bot.conversations.body import Body, Button

CONVERSATION = "0123456789abcdef" * 2
CARD = {
    "id": "pag-asa",
    "name": "PAG-ASA",
    "description": "Help for victims",
    "phones": [
        {"number": "02 511 64 64", "tel": "+3225116464", "note": None},
        {"number": "112", "tel": "112", "note": "free"},
    ],
    "hours": "Open now until 17:00",
    "is_open": True,
    "address": "Rue X 1, Brussels",
    "conditions": "For everybody",
    "languages": "nl, fr",
    "url": "https://www.pag-asa.be",
    "checked": "6 August 2026",
    "is_stale": False,
    "distance": "1.2 km",
}


def rendered(body: Body, language: str = "en") -> list[str]:
    return list(render(body, language, conversation_id=CONVERSATION, seq=3).parts)


@given(st.text(), st.integers(min_value=2, max_value=50))
@example("😀" * 3000, 4096)
@example("a " * 5000, 4096)
def test_splitting_loses_nothing_and_respects_the_limit(text: str, limit: int) -> None:
    parts = split_for_telegram(text, limit)

    assert text == "".join(parts)
    assert all(0 < utf16_length(part) <= limit for part in parts)


def test_a_long_text_is_cut_between_paragraphs() -> None:
    first, second = "a" * 3000, "b" * 3000

    assert rendered(Body(f"{first}\n\n{second}")) == [first, second]


def test_a_card_has_one_number_a_line_in_a_form_that_dials() -> None:
    (text,) = rendered(Body("Here is help.", services=(CARD,)))

    assert text.splitlines() == [
        "Here is help.",
        "",
        "PAG-ASA",
        "Help for victims",
        "02 511 64 64  +3225116464",
        "112 – free",
        "Open now until 17:00",
        "Rue X 1, Brussels · 1.2 km",
        "For everybody",
        "Languages: nl, fr",
        "https://www.pag-asa.be",
        "Last checked: 6 August 2026",
    ]


def test_numbers_keep_their_direction_among_arabic_letters() -> None:
    (text,) = rendered(Body("", services=(CARD,)), "ar")

    assert "\u200e02 511 64 64  +3225116464\u200e" in text


def test_a_card_with_nothing_but_a_name_is_a_name() -> None:
    assert rendered(Body("", services=({"id": "x", "name": "A place"},))) == ["A place"]


def test_thirty_languages_all_have_a_button_that_telegram_takes() -> None:
    body = Body("Choose", buttons=tuple(Button(f"Language {n}", "/language" + "x" * 200) for n in range(30)))
    keyboard = render(body, "en", conversation_id=CONVERSATION, seq=999_999_999).keyboard

    assert keyboard is not None
    buttons = [button for row in keyboard.inline_keyboard for button in row]
    assert [button.text for button in buttons] == [f"Language {n}" for n in range(30)]
    assert all(len(str(button.callback_data).encode()) <= 64 for button in buttons)


@given(st.integers(0, 999_999_999), st.integers(0, 99))
def test_a_button_is_found_again(seq: int, index: int) -> None:
    ref = ButtonRef.of(CONVERSATION, seq, index)

    assert ButtonRef.read(str(ref)) == ref


@given(st.text(max_size=64))
def test_data_from_outside_is_a_button_or_nothing(data: str) -> None:
    ref = ButtonRef.read(data)

    assert ref is None or str(ref)


def test_a_burst_goes_at_once_and_then_one_a_second() -> None:
    pace = Pace(interval_s=1.0, burst=3)

    assert [pace.reserve(100.0) for _ in range(5)] == [0, 0, 0, 1, 2]
    assert not pace.is_rested(100.0)
    assert pace.reserve(200.0) == 0
