"""Processes are kept running, and none is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.operation.supervisor import Program, Supervisor
from bot.settings import ROOT

# Writes down its own number and that of a child that would live for an hour, then waits.
WITH_CHILD = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()} {child.pid}\\n")
print("started", flush=True)
time.sleep(3600)
"""
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WITH_CHILD


def program(script: str, path: Path, name: str = "rasa") -> Program:
    return Program(name, (sys.executable, "-c", script, str(path)), dict(os.environ), str(path.parent))


def lines(path: Path) -> list[list[int]]:
    """Numbers of the processes, one line a start."""
    text = path.read_text() if path.exists() else ""
    return [[int(word) for word in line.split()] for line in text.splitlines()]


def is_alive(pid: int) -> bool:
    try:
        # A zombie has ended; only nobody has asked how yet.
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def becomes(condition: Callable[[], bool], within_s: float = 15) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 — other processes ring no bell
            await asyncio.sleep(0.02)


async def test_what_dies_is_started_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "starts"
    supervisor = Supervisor([program(WITH_CHILD, path)])
    running = asyncio.create_task(supervisor.run())
    await becomes(lambda: len(lines(path)) == 1)
    os.kill(lines(path)[0][0], signal.SIGKILL)

    await becomes(lambda: len(lines(path)) == 2)
    supervisor.stop()
    await running

    said = capsys.readouterr().out
    assert "rasa: started" in said
    assert "rasa ended (code -9); starting it again in 0.5 s" in said


async def test_the_children_of_what_died_die_too(tmp_path: Path) -> None:
    path = tmp_path / "starts"
    supervisor = Supervisor([program(WITH_CHILD, path)])
    running = asyncio.create_task(supervisor.run())
    await becomes(lambda: len(lines(path)) == 1)
    process, child = lines(path)[0]
    os.kill(process, signal.SIGKILL)

    await becomes(lambda: not is_alive(child))
    supervisor.stop()
    await running


async def test_a_stop_ends_all_with_their_children(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("rasa", "actions", "gateway")]
    supervisor = Supervisor([program(WITH_CHILD, path, path.name) for path in paths])
    running = asyncio.create_task(supervisor.run())
    await becomes(lambda: all(len(lines(path)) == 1 for path in paths))

    supervisor.stop()
    await running

    await becomes(lambda: not any(is_alive(pid) for path in paths for pid in lines(path)[0]))


async def test_who_does_not_listen_is_ended_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.operation.supervisor._STOP_WITHIN_S", 0.2)
    path = tmp_path / "starts"
    supervisor = Supervisor([program(DEAF, path)])
    running = asyncio.create_task(supervisor.run())
    await becomes(lambda: len(lines(path)) == 1)

    supervisor.stop()
    await running

    await becomes(lambda: not any(is_alive(pid) for pid in lines(path)[0]))


async def test_a_stop_during_the_pause_before_a_restart_is_heard(tmp_path: Path) -> None:
    supervisor = Supervisor([program("raise SystemExit(3)", tmp_path / "nothing")])
    running = asyncio.create_task(supervisor.run())
    await asyncio.sleep(0)
    supervisor.stop()

    async with asyncio.timeout(5):
        await running


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
async def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "starts"
    script = f"""
import asyncio, os, sys
from bot.operation.supervisor import Program, Supervisor
command = (sys.executable, "-c", {WITH_CHILD!r}, {str(path)!r})
asyncio.run(Supervisor([Program("rasa", command, dict(os.environ), ".")]).run())
"""
    supervisor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await becomes(lambda: len(lines(path)) == 1)
    finally:
        supervisor.kill()
        await supervisor.wait()

    process, child = lines(path)[0]
    await becomes(lambda: not is_alive(process))
    if is_alive(child):
        os.kill(child, signal.SIGKILL)
