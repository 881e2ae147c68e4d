"""`baken up`: everything on one machine, from nothing to a ready line."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import yaml

from bot.operation.administration import count_counsellors
from bot.operation.environments import (
    RASA_PYTHON,
    STATE,
    OperationError,
    child_environment,
    require_disk,
    sync_rasa_environment,
)
from bot.operation.supervisor import Program, Supervisor
from bot.operation.training import ensure_model
from bot.settings import ROOT, Settings

_READY_WITHIN_S = 180.0
_POLL_S = 0.25


def up(settings: Settings) -> None:
    """Prepare, start and supervise until Ctrl-C or SIGTERM. Raises OperationError with one clear sentence."""
    require_disk(settings.data)
    with _only_one(settings.data):
        _require_free(settings.host, settings.port, "BAKEN_PORT or --port")
        for url, name in ((settings.rasa_url, "BAKEN_RASA_URL"), (settings.actions_url, "BAKEN_ACTIONS_URL")):
            host, port = _loopback(url, name)
            _require_free(host, port, name)
        sync_rasa_environment()
        model = ensure_model(settings)
        asyncio.run(_run(settings, model))


async def _run(settings: Settings, model: Path) -> None:
    supervisor = Supervisor(_programs(settings, model))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, supervisor.stop)
    running = asyncio.create_task(supervisor.run())
    announcing = asyncio.create_task(_announce(settings))
    await running
    announcing.cancel()


async def _announce(settings: Settings) -> None:
    """Say `ready …` once, when a message would be answered."""
    url = f"http://{'127.0.0.1' if settings.host in ('0.0.0.0', '::') else settings.host}:{settings.port}"
    started = time.monotonic()
    late = False
    async with httpx.AsyncClient(trust_env=False) as client:
        while True:
            try:
                if (await client.get(f"{url}/readyz", timeout=5)).status_code == 200:
                    break
            except httpx.HTTPError:
                pass
            if not late and time.monotonic() - started > _READY_WITHIN_S:
                late = True
                print("Still not ready; what the processes said above tells why. Trying on.", flush=True)
            await asyncio.sleep(_POLL_S)
    if await count_counsellors(settings) == 0:
        print("There is no counsellor yet: ./baken counsellor add NAME makes the first one.", flush=True)
    print(f"ready {url}", flush=True)


def _programs(settings: Settings, model: Path) -> list[Program]:
    environment = child_environment(settings)
    rasa_host, rasa_port = _loopback(settings.rasa_url, "BAKEN_RASA_URL")
    _, actions_port = _loopback(settings.actions_url, "BAKEN_ACTIONS_URL")
    rasa = [
        *(
            str(RASA_PYTHON),
            "-m",
            "bot.rasa",
            "run",
            "--enable-api",
            "--interface",
            rasa_host,
            "--port",
            str(rasa_port),
        ),
        *("--model", str(model), "--endpoints", str(_endpoints(settings)), "--credentials", "credentials.yml"),
    ]
    folder = str(ROOT)
    return [
        Program("rasa", tuple(rasa), environment, folder),
        Program("actions", (sys.executable, "-m", "actions", str(actions_port)), environment, folder),
        Program("gateway", (sys.executable, "-m", "bot.serve"), environment, folder),
    ]


def _endpoints(settings: Settings) -> Path:
    """endpoints.yml with the address of this run's action server."""
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    endpoints["action_endpoint"]["url"] = f"{settings.actions_url}/webhook"
    path = settings.data / "endpoints.yml"
    path.write_text(yaml.safe_dump(endpoints), encoding="utf-8")
    return path


def _loopback(url: str, name: str) -> tuple[str, int]:
    """Host and port of a process that must not be reachable from outside. Raises OperationError."""
    parts = urlsplit(url)
    if parts.hostname not in ("127.0.0.1", "localhost", "::1") or parts.port is None:
        raise OperationError(f"{name} must be a loopback address with a port, such as http://127.0.0.1:5005.")
    return parts.hostname, parts.port


def _require_free(host: str, port: int, name: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OperationError(
                f"{host}:{port} cannot be used ({error.strerror}); choose another by {name}."
            ) from error


@contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Hold the data folder. Raises OperationError when another Baken runs on it."""
    STATE.mkdir(exist_ok=True)
    with (data / "lock").open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OperationError(f"Another Baken is running on {data}; stop it first, or choose --data.") from None
        lock.write(str(os.getpid()))
        lock.flush()
        yield
