"""Keeps the three processes of Baken running: starts them together, restarts what dies, and leaves no orphan."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from dataclasses import dataclass

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
# A process that ran this long was healthy: its next failure starts the pauses from the beginning.
_HEALTHY_AFTER_S = 60.0
_STOP_WITHIN_S = 8.0
_POLL_S = 0.1
# What a process said last is read for this long after its end: there stands why it ended.
_LAST_WORDS_S = 1.0

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Program:
    """One process to keep running."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    folder: str


class Supervisor:
    """Runs programs until it is told to stop."""

    def __init__(self, programs: list[Program]) -> None:
        """Nothing runs yet."""
        self._programs = programs
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End everything; `run` returns when all processes are gone."""
        self._stopping.set()

    async def run(self) -> None:
        """Run all programs, each with its own restarts, until `stop`."""
        async with asyncio.TaskGroup() as group:
            for program in self._programs:
                group.create_task(self._keep(program))

    async def _keep(self, program: Program) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._stopping.is_set():
            started = time.monotonic()
            process = await asyncio.create_subprocess_exec(
                *program.command,
                env=program.environment,
                cwd=program.folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                # A group of its own, so that Ctrl-C reaches the supervisor only, and a stop reaches helpers too.
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
                limit=1_000_000,
            )
            printing = asyncio.create_task(_print_lines(program.name, process))
            ended = asyncio.create_task(_exited(process))
            stop = asyncio.create_task(self._stopping.wait())
            await asyncio.wait({ended, stop}, return_when=asyncio.FIRST_COMPLETED)
            stop.cancel()
            if self._stopping.is_set():
                await _end(process)
            await ended
            _signal_group(process, signal.SIGKILL)
            await asyncio.wait({printing}, timeout=_LAST_WORDS_S)
            printing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await printing
            if self._stopping.is_set():
                return
            if time.monotonic() - started > _HEALTHY_AFTER_S:
                pause_s = _FIRST_PAUSE_S
            print(f"{program.name} ended (code {process.returncode}); starting it again in {pause_s:g} s", flush=True)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


async def _end(process: asyncio.subprocess.Process) -> None:
    _signal_group(process, signal.SIGTERM)
    try:
        await asyncio.wait_for(_exited(process), _STOP_WITHIN_S)
    except TimeoutError:
        _signal_group(process, signal.SIGKILL)


async def _exited(process: asyncio.subprocess.Process) -> None:
    """Until the process itself has ended; `wait` would wait on for a helper that still holds its output open."""
    while process.returncode is None:  # noqa: ASYNC110 — asyncio offers nothing to wait on here
        await asyncio.sleep(_POLL_S)


def _signal_group(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


async def _print_lines(name: str, process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    while True:
        try:
            line = await process.stdout.readline()
        except ValueError:
            # A line longer than the limit is no line for an operator.
            continue
        if not line:
            return
        text = line.decode("utf-8", "replace").rstrip()
        if text:
            print(f"{name}: {text}", flush=True)


def _die_with_parent() -> None:
    """Ask Linux to end this process when the supervisor dies, even by SIGKILL."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
