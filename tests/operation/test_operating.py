"""What an operator is told: one clear sentence for each thing that stands in the way."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from bot.operation import training, up
from bot.operation.environments import OperationError
from bot.settings import ROOT, Settings, SettingsError

NUMBERS = (
    "BAKEN_PORT",
    "BAKEN_ANSWER_DEADLINE_S",
    "BAKEN_GIVE_UP_S",
    "BAKEN_RETENTION_H",
    "BAKEN_STALE_AFTER_DAYS",
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("bad", ["", "many", "0", "-1", "nan", "inf", "1,5"])
def test_a_number_that_is_none_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, bad: str
) -> None:
    monkeypatch.setenv(name, bad)

    with pytest.raises(SettingsError, match=f"^{name} must be ") as refused:
        Settings.from_environment()

    assert repr(bad) in str(refused.value)


def test_settings_never_show_their_secrets() -> None:
    settings = Settings(telegram_token="123:secret", telegram_secret="hidden")

    assert "secret" not in repr(settings).replace("telegram_secret", "")
    assert "hidden" not in repr(settings)


def test_a_busy_port_is_named_with_the_setting_that_changes_it(settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(OperationError, match=rf"^127\.0\.0\.1:{port} cannot be used .*BAKEN_PORT or --port\.$"):
            up.up(replace(settings, port=port))


def test_a_second_start_on_the_same_data_is_refused(settings: Settings) -> None:
    with up._only_one(settings.data), pytest.raises(OperationError, match=r"^Another Baken is running on .*--data\.$"):
        up.up(settings)


@pytest.mark.parametrize(
    "url", ["http://192.0.2.1:5005", "http://rasa.example:5005", "http://0.0.0.0:5005", "http://127.0.0.1", "nonsense"]
)
@pytest.mark.parametrize("name", ["rasa_url", "actions_url"])
def test_rasa_outside_this_machine_is_refused(settings: Settings, name: str, url: str) -> None:
    inside = {
        "port": free_port(),
        "rasa_url": f"http://127.0.0.1:{free_port()}",
        "actions_url": f"http://127.0.0.1:{free_port()}",
    }

    with pytest.raises(OperationError, match=rf"^BAKEN_{name.upper()} must be a loopback address"):
        up.up(replace(settings, **{**inside, name: url}))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of everything that the model is made of."""
    for path in training.inputs():
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    monkeypatch.setattr(training, "ROOT", tmp_path)
    return tmp_path


def test_a_model_is_trained_anew_when_a_sentence_changed_and_not_otherwise(project: Path) -> None:
    before = training.fingerprint()
    sentences = project / "data" / "nlu" / "en.yml"

    (project / "README.md").write_text("New words.")
    os.utime(sentences)
    untouched = training.fingerprint()
    sentences.write_text(sentences.read_text(encoding="utf-8").replace("- ", "- x ", 1), encoding="utf-8")

    assert untouched == before
    assert training.fingerprint() != before


@pytest.mark.parametrize(
    "name", ["config.yml", "domain.yml", "data/rules/safety.yml", "bot/text.py", "rasa-env/uv.lock"]
)
def test_a_model_is_trained_anew_when_anything_it_is_made_of_changed(project: Path, name: str) -> None:
    before = training.fingerprint()

    (project / name).write_text((project / name).read_text(encoding="utf-8") + "\n", encoding="utf-8")

    assert training.fingerprint() != before


def test_a_renamed_file_counts_as_a_change(project: Path) -> None:
    before = training.fingerprint()

    (project / "data/rules/safety.yml").rename(project / "data/rules/danger.yml")

    assert training.fingerprint() != before


def test_the_launcher_is_plain_shell() -> None:
    assert subprocess.run(["sh", "-n", str(ROOT / "baken")], check=False).returncode == 0


def test_without_python_and_uv_the_launcher_says_what_is_needed_in_one_sentence(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("dirname", "sh", "mkdir"):
        (tools / name).symlink_to(shutil.which(name) or "")
    # A Python that does not start: on the path, and yet of no use.
    for name in ("python3", "python"):
        (tools / name).write_text("#!/bin/sh\nexit 1\n")
        (tools / name).chmod(0o755)
    launcher = tmp_path / "baken"
    text = (ROOT / "baken").read_text(encoding="utf-8")
    launcher.write_text(text.replace("/usr/bin/python3", "/nowhere/python3"), encoding="utf-8")

    done = subprocess.run(
        [str(tools / "sh"), str(launcher), "up"],
        env={"PATH": str(tools), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "Baken needs Python 3.8 or newer with venv to begin with (on Debian: apt install python3-venv).\n"
    )
    assert not (tmp_path / ".baken").exists()
