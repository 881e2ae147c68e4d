"""A message is read whole and clause by clause, and in its own writing when it was typed otherwise."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.reader import READINGS


def readings(reader: Any, text: str, code: Optional[str]) -> List[List[str]]:
    language: Dict[str, Any] = {"code": code, "is_sure": True}
    message = Message({TEXT: text, "language": language})
    reader.process([message])
    found: List[List[str]] = message.get(READINGS) or []
    return found


def test_a_message_in_its_own_writing_is_read_once(reader: Any) -> None:
    assert readings(reader, "tôi không có giấy tờ", "vi") == [["tôi không có giấy tờ"]]


def test_a_message_without_marks_is_read_with_them_too(reader: Any) -> None:
    assert readings(reader, "toi khong co giay to", "vi") == [["toi khong co giay to", "tôi không có giấy tờ"]]


def test_each_clause_is_read_both_ways(reader: Any) -> None:
    whole, *clauses = readings(reader, "toi khong co giay to. toi can giup do ngay", "vi")

    assert len(whole) == 2
    assert [clause[0] for clause in clauses] == ["toi khong co giay to.", "toi can giup do ngay"]
    assert all(len(clause) == 2 for clause in clauses)


@pytest.mark.parametrize("code", ["en", None, "vi"])
def test_what_needs_no_restoring_is_left_alone(reader: Any, code: Optional[str]) -> None:
    assert readings(reader, "ok thanks", code)[0][0] == "ok thanks"
    assert len(readings(reader, "ok thanks", "en")[0]) == 1


@pytest.mark.parametrize("text", ["", "  \n ", "\x00"])
def test_nothing_written_is_not_read(reader: Any, text: str) -> None:
    assert readings(reader, text, "vi") == []
