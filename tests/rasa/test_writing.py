"""What was typed in Latin letters, or without marks, is read in the language's own writing."""

from __future__ import annotations

from typing import Dict, List

import pytest

from bot.nlu.training_sentences import files, sentences
from bot.nlu.writing import LANGUAGES, MARKED, Writing


@pytest.fixture(scope="module")
def writings() -> Dict[str, Writing]:
    return {code: Writing(code, taught(code)) for code in LANGUAGES}


def taught(code: str) -> List[str]:
    return [text for path in files(code) for _, text in sentences(path)]


@pytest.mark.parametrize(
    ("code", "typed", "written"),
    [
        ("vi", "toi khong co giay to", "tôi không có giấy tờ"),
        ("am", "ambulance yasfelegnal", "አምቡላንስ ያስፈልገኛል"),
        ("ti", "kemey aleka hawey", "ከመይ ኣለካ ሓወይ"),
        ("ru", "ty robot", "ты робот"),
        ("uk", "skilky koshtuie dopomoha", "скільки коштує допомога"),
        ("ur", "pasport", "پاسپورٹ"),
    ],
)
def test_words_typed_otherwise_are_written_as_the_language_writes_them(
    writings: Dict[str, Writing], code: str, typed: str, written: str
) -> None:
    assert writings[code].restored(typed) == written


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_what_is_in_its_own_writing_stays_as_it_is(writings: Dict[str, Writing], code: str) -> None:
    marks = "ếáéőšćışğ" if code in MARKED else ""
    own = [t for t in taught(code) if any(c in marks or (not marks and c.isalpha() and ord(c) > 0x24F) for c in t)]

    assert own
    assert not [text for text in own if writings[code].restored(text)]


def test_unknown_words_names_and_figures_stay_as_they_were_typed(writings: Dict[str, Writing]) -> None:
    assert writings["vi"].restored("Zxqwv 1080") is None
    assert writings["vi"].restored("toi o Schaerbeek 1080") == "tôi ở schaerbeek 1080"


@pytest.mark.parametrize("text", ["", "   ", "?!", "\U0001f697", "112", "a" * 400, "ы" * 400, "'" * 50])
def test_no_text_is_too_odd(writings: Dict[str, Writing], text: str) -> None:
    for writing in writings.values():
        restored = writing.restored(text)
        assert restored is None or restored.strip()


def test_a_language_that_needs_no_restoring_is_refused() -> None:
    with pytest.raises(ValueError, match="nl"):
        Writing("nl", [])
