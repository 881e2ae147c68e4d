"""The whole system as an operator runs it: `baken up` with a really trained model, on ports of its own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import httpx
import pytest

from bot.settings import ROOT
from tests.conftest import Person

_READY_WITHIN_S = 240
_STOPS_WITHIN_S = 30
PASSWORD = "a long enough password"


@dataclass
class Baken:
    """A running Baken: its address, its data, and everything it printed."""

    data: Path
    environment: dict[str, str]
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    @property
    def url(self) -> str:
        return next(line.removeprefix("ready ") for line in self.lines if line.startswith("ready "))

    def wait_until_ready(self) -> None:
        end = time.monotonic() + _READY_WITHIN_S
        while not any(line.startswith("ready ") for line in list(self.lines)):
            assert self.process.poll() is None, f"`baken up` ended:\n{self.output}"
            assert time.monotonic() < end, f"not ready in time:\n{self.output}"
            try:
                self.process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue

    def children(self) -> dict[str, int]:
        """Process ids of the three programs, by their name."""
        names = {"bot.rasa": "rasa", "actions": "actions", "bot.serve": "gateway"}
        found: dict[str, int] = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                status = (folder / "status").read_text()
                command = (folder / "cmdline").read_text().split("\0")
            except OSError:
                continue
            parent = re.search(r"PPid:\s+(\d+)", status)
            if parent and int(parent[1]) == self.process.pid and "-m" in command:
                found[names[command[command.index("-m") + 1]]] = int(folder.name)
        return found

    def kill(self, name: str) -> None:
        os.kill(self.children()[name], signal.SIGKILL)

    def run(self, *arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
        """Another command of the command line, on the same data."""
        return subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=answer,
            text=True,
            capture_output=True,
            check=False,
            timeout=60,
        )

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_STOPS_WITHIN_S)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(data: Path) -> Baken:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "BAKEN_DATA": str(data),
        "BAKEN_PORT": str(free_port()),
        "BAKEN_RASA_URL": f"http://127.0.0.1:{free_port()}",
        "BAKEN_ACTIONS_URL": f"http://127.0.0.1:{free_port()}",
    }
    environment.pop("TELEGRAM_TOKEN", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "up"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    baken = Baken(data, environment, process)

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            baken.lines.append(line.rstrip("\n"))

    Thread(target=read, daemon=True).start()
    return baken


@pytest.fixture(scope="session")
def baken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Baken]:
    running = start(tmp_path_factory.mktemp("data"))
    try:
        running.wait_until_ready()
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()
        if running.process.stdout:
            running.process.stdout.close()


@pytest.fixture
async def http(baken: Baken) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=baken.url, trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture
async def person(http: httpx.AsyncClient) -> Person:
    return await Person.arrives(http)


async def until_ready(http: httpx.AsyncClient, within_s: float = 60) -> None:
    """Wait until a message would be answered again."""
    async with asyncio.timeout(within_s):
        while True:
            try:
                if (await http.get("/readyz")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
