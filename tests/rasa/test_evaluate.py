"""What `./baken evaluate` counts, and how it refuses a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, Optional

import pytest

from bot.rasa.evaluate import measure, read_lines, table


def row(intent: str, lang: str = "en", **more: Any) -> Dict[str, Any]:
    return {"text": "x", "lang": lang, "intent": intent, **more}


def predicted(
    intent: str, language: str = "en", needs: Optional[List[str]] = None, maybe: bool = False, ms: float = 1.0
) -> Dict[str, Any]:
    needs = [intent] if needs is None else needs
    return {"intent": intent, "language": language, "needs": needs, "maybe_urgent": maybe, "ms": ms}


ROWS = [
    row("in_danger"),
    row("in_danger"),
    row("medical_emergency", "fr"),
    row("being_watched", "fr"),
    row("greet", set="chat"),
    row("out_of_scope", set="chat"),
    row("unpaid_wages", also=["documents_taken"]),
    row("unpaid_wages", "fr", also=["in_danger"]),
]
PREDICTIONS = [
    predicted("in_danger", ms=5),
    predicted("ask_help", maybe=True, ms=1),
    predicted("in_danger", "fr", ms=2),
    predicted("ask_privacy", "nl", ms=3),
    predicted("in_danger", ms=4),
    predicted("nlu_fallback", ms=6),
    predicted("documents_taken", needs=["documents_taken", "unpaid_wages"], ms=7),
    predicted("in_danger", "fr", needs=["in_danger"], ms=8),
]


def test_every_figure_counts_what_its_name_says() -> None:
    assert measure(ROWS, PREDICTIONS)["all"] == {
        "sentences": 8,
        "accuracy": 1 / 8,
        "accuracy_any": 3 / 8,
        "urgent_recall": 2 / 4,
        "urgent_exact": 1 / 4,
        "urgent_found_or_asked": 3 / 4,
        # The greeting; where danger is named as right as well, an alarm is not false.
        "false_alarms": 1 / 3,
        "out_of_scope_recall": 1.0,
        "needs_rejected": 0.0,
        "all_needs_found": 1 / 2,
        "language_right": 7 / 8,
    }


def test_languages_and_sets_are_counted_apart() -> None:
    figures = measure(ROWS, PREDICTIONS)

    assert {name: f["sentences"] for name, f in figures.items() if name != "latency_ms"} == {
        **{"all": 8, "lang en": 5, "lang fr": 3, "set chat": 2},
    }
    assert figures["lang fr"]["urgent_recall"] == 1 / 2
    assert figures["set chat"]["urgent_recall"] is None


def test_times_are_those_of_single_messages() -> None:
    assert measure(ROWS, PREDICTIONS)["latency_ms"] == {"p50": 4.5, "p95": 8, "max": 8}


def test_the_table_shows_percent_and_a_dash_where_there_is_nothing_to_count() -> None:
    shown = table(measure(ROWS, PREDICTIONS)).splitlines()

    assert shown[1].split()[:4] == ["all", "8", "12.5", "%"]
    assert " - " in next(line for line in shown if line.startswith("set chat"))
    assert shown[-1] == "one message: p50 4.5 ms, p95 8.0 ms, max 8.0 ms"


def test_lines_are_read_and_empty_ones_left_out(tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    file.write_text("\n" + json.dumps(row("greet", set="chat")) + "\n\n", encoding="utf-8")

    assert read_lines(file) == [row("greet", set="chat")]


@pytest.mark.parametrize(
    "line", ["not json", '{"text": "x", "lang": "en"}', '["a"]', '"text"', "3", "null", '{"text": "x", "intent": "y"}']
)
def test_a_line_that_cannot_be_used_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    file = tmp_path / "some.jsonl"
    file.write_text(json.dumps(row("greet")) + "\n\n" + line + "\n", encoding="utf-8")

    with pytest.raises(ValueError, match=r"some\.jsonl:3: text, lang and intent are needed"):
        read_lines(file)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "some.jsonl").write_text("\n", encoding="utf-8")

    with pytest.raises(ValueError, match="no sentences"):
        read_lines(tmp_path / "some.jsonl")
