"""The page to telephone from, and how old a fact may be."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.operation import to_confirm
from bot.operation.environments import OperationError
from bot.operation.to_confirm import PAGE, POINTS, check_page, page, write


def test_the_committed_page_is_the_one_that_the_data_makes() -> None:
    text = PAGE.read_text(encoding="utf-8")
    state = re.search(r"^State of (\S+); older than (\d+) days", text, re.MULTILINE)
    assert state

    made = page(today=date.fromisoformat(state[1]), stale_after_days=int(state[2]))

    assert text == made, f"run {to_confirm.COMMAND}"
    assert list(check_page()) == []


def test_a_page_that_is_behind_the_data_is_pointed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    behind = tmp_path / "to-confirm.md"
    behind.write_text(PAGE.read_text(encoding="utf-8") + "\nA word by hand.\n", encoding="utf-8")
    monkeypatch.setattr(to_confirm, "PAGE", behind)

    (fault,) = check_page()

    assert fault.severity == "warning"
    assert "run ./baken facts to-confirm --out docs/to-confirm.md" in fault.message


def test_the_command_prints_the_page_or_writes_it(tmp_path: Path) -> None:
    out = tmp_path / "page.md"

    printed = CliRunner().invoke(app, ["facts", "to-confirm"])
    written = CliRunner().invoke(app, ["facts", "to-confirm", "--out", str(out)])

    assert (printed.exit_code, written.exit_code) == (0, 0)
    assert printed.output == out.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


def test_fewer_days_make_more_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli._today", lambda: date(2099, 1, 1))

    few, many = (CliRunner().invoke(app, ["facts", "to-confirm", "--stale", days]).output for days in ("1", "99999"))

    assert few.count(", stale, last right on ") > many.count(", stale, last right on ") == 0


def test_a_page_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match=r"page\.md cannot be written"):
        write(tmp_path / "nowhere" / "page.md", "text")
    (tmp_path / "page.md").mkdir()
    with pytest.raises(OperationError, match=r"page\.md cannot be written"):
        write(tmp_path / "page.md", "text")

    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


def test_a_settled_point_leaves_the_page_until_it_is_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = tmp_path / "to_confirm.yml"
    drafts = re.sub(r"^    confirmed: .*\n", "", POINTS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    settled = drafts.replace(
        "  - number: 16\n", "  - number: 16\n    confirmed: {by: The labour ministry, on: 2026-11-20}\n"
    )
    points.write_text(settled, encoding="utf-8")
    monkeypatch.setattr(to_confirm, "POINTS", points)

    fresh = page(today=date(2026, 11, 24), stale_after_days=120)
    old = page(today=date(2027, 11, 24), stale_after_days=120)

    assert "27 of 28 are open" in fresh and "**16.**" not in fresh
    assert "28 of 28 are open" in old and "**16.**" in old


def test_what_stands_in_the_way_of_the_page_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = tmp_path / "to_confirm.yml"
    points.write_text(POINTS.read_text(encoding="utf-8").replace("[centres-112]", "[nobody]", 1), encoding="utf-8")
    monkeypatch.setattr(to_confirm, "POINTS", points)

    result = CliRunner().invoke(app, ["facts", "to-confirm"])

    assert isinstance(result.exception, OperationError)
    assert "no authority or service has the id nobody" in str(result.exception)


def test_check_takes_the_age_in_days_from_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli._today", lambda: date(2099, 1, 1))
    monkeypatch.setenv("BAKEN_STALE_AFTER_DAYS", "99999")

    of_setting = CliRunner().invoke(app, ["check"])
    of_option = CliRunner().invoke(app, ["check", "--stale", "180"])

    assert ": stale: " not in of_setting.output
    assert "more than 180 days ago" in of_option.output


@pytest.mark.parametrize("days", ["0", "-3", "soon"])
def test_an_age_that_is_none_is_refused(days: str) -> None:
    result = CliRunner().invoke(app, ["check", "--stale", days])

    assert result.exit_code == 2
    assert "--stale" in result.output
