"""Which part may know which: read from the imports of every file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT

RASA_SIDE = ("bot/nlu", "bot/rasa")
# What both environments import: Rasa's is Python 3.10.
SHARED = tuple(
    f"bot/{name}.py" for name in ("languages", "catalogue", "text", "intents", "encryption", "identification")
)
GATEWAY_SIDE = tuple(
    f"bot.{name}"
    for name in (
        *("conversations", "channels", "desk", "app", "gateway", "knowledge", "exchange", "operation", "serve"),
        "settings",
    )
)


def files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert found, folders
    return found


def imported(path: Path) -> Iterator[str]:
    """Dotted names of everything that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            module = node.module or ""
            yield from (f"{module}.{alias.name}" for alias in node.names)


def offences(paths: list[Path], forbidden: tuple[str, ...]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in paths
        for name in imported(path)
        if any(name == module or name.startswith(f"{module}.") for module in forbidden)
    ]


def test_what_runs_inside_rasa_knows_nothing_of_the_gateway() -> None:
    assert offences(files(*RASA_SIDE), (*GATEWAY_SIDE, "actions", "fastapi", "sqlalchemy.ext.asyncio")) == []


def test_what_both_environments_share_knows_nothing_of_the_gateway() -> None:
    assert offences([ROOT / path for path in SHARED], (*GATEWAY_SIDE, "actions", "rasa", *_dotted(RASA_SIDE))) == []


def test_only_what_runs_inside_rasa_imports_rasa() -> None:
    inside = set(files(*RASA_SIDE))
    outside = [path for path in files("bot", "actions") if path not in inside]

    assert offences(outside, ("rasa", *_dotted(RASA_SIDE))) == []


def test_conversations_know_neither_channels_nor_the_desk() -> None:
    assert offences(files("bot/conversations"), ("bot.channels", "bot.desk", "bot.app", "bot.gateway")) == []


def test_knowledge_knows_nobody_who_uses_it() -> None:
    above = ("bot.conversations", "bot.channels", "bot.desk", "bot.app", "bot.gateway", "bot.operation", "actions")

    assert offences(files("bot/knowledge"), above) == []


def test_channels_and_desk_do_not_know_each_other() -> None:
    assert offences(files("bot/channels"), ("bot.desk",)) == []
    assert offences(files("bot/desk"), ("bot.channels",)) == []


def test_actions_know_nothing_of_conversations() -> None:
    assert offences(files("actions"), ("bot.conversations", "bot.channels", "bot.desk", "bot.app", "bot.gateway")) == []


@pytest.mark.parametrize("path", [*SHARED, *RASA_SIDE])
def test_what_runs_beside_rasa_is_python_3_10(path: str) -> None:
    found = files(path) if (ROOT / path).is_dir() else [ROOT / path]

    for file in found:
        ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 10))


def test_code_that_people_run_holds_no_machines_paths() -> None:
    for path in files("bot", "actions", "tests"):
        if path != Path(__file__):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"/(?:home|root|Users)/", text), path


def _dotted(paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path.replace("/", ".") for path in paths)
