"""All settings of the gateway, read once from the environment. docs/settings.md lists them for operators."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting that cannot be used; the message names the variable and what it should be."""


@dataclass(frozen=True)
class Settings:
    """What an operator can choose.

    Times end in their unit. `telegram_token` empty means that Telegram is off. `desk_hours` is in OpenStreetMap
    syntax and Brussels time; empty means that no hours are promised.
    """

    data: Path = ROOT / ".baken" / "data"
    host: str = "127.0.0.1"
    port: int = 8080
    database_url: str = ""
    rasa_url: str = "http://127.0.0.1:5005"
    actions_url: str = "http://127.0.0.1:5055"
    answer_deadline_s: float = 3.0
    give_up_s: float = 90.0
    retention_h: float = 48.0
    stale_after_days: int = 120
    public_name: str = "Info & Contact"
    exit_url: str = "https://www.wikipedia.org/"
    desk_hours: str = ""
    telegram_token: str = field(default="", repr=False)
    telegram_api: str = "https://api.telegram.org"
    telegram_webhook: str = ""
    telegram_secret: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls) -> Self:
        """Read `BAKEN_*` and `TELEGRAM_TOKEN`. Raises SettingsError."""
        env = os.environ
        data = Path(env.get("BAKEN_DATA", cls.data)).resolve()
        return cls(
            data=data,
            host=env.get("BAKEN_HOST", cls.host),
            port=int(_number("BAKEN_PORT", cls.port)),
            database_url=env.get("BAKEN_DATABASE_URL") or f"sqlite+aiosqlite:///{data / 'baken.db'}",
            rasa_url=env.get("BAKEN_RASA_URL", cls.rasa_url).rstrip("/"),
            actions_url=env.get("BAKEN_ACTIONS_URL", cls.actions_url).rstrip("/"),
            answer_deadline_s=_number("BAKEN_ANSWER_DEADLINE_S", cls.answer_deadline_s),
            give_up_s=_number("BAKEN_GIVE_UP_S", cls.give_up_s),
            retention_h=_number("BAKEN_RETENTION_H", cls.retention_h),
            stale_after_days=int(_number("BAKEN_STALE_AFTER_DAYS", cls.stale_after_days)),
            public_name=env.get("BAKEN_PUBLIC_NAME", cls.public_name),
            exit_url=env.get("BAKEN_EXIT_URL", cls.exit_url),
            desk_hours=env.get("BAKEN_DESK_HOURS", cls.desk_hours),
            telegram_token=env.get("TELEGRAM_TOKEN", ""),
            telegram_api=env.get("BAKEN_TELEGRAM_API", cls.telegram_api).rstrip("/"),
            telegram_webhook=env.get("BAKEN_TELEGRAM_WEBHOOK", ""),
            telegram_secret=env.get("BAKEN_TELEGRAM_SECRET", ""),
        )

    @property
    def master_key_file(self) -> Path:
        """Where the master key lives when it is not in the environment: beside the database, never inside."""
        return self.data / "master.key"


def _number(name: str, default: float) -> float:
    given = os.environ.get(name)
    if given is None:
        return default
    try:
        value = float(given)
    except ValueError:
        raise SettingsError(f"{name} must be a number, not {given!r}") from None
    if not math.isfinite(value):
        raise SettingsError(f"{name} must be a finite number, not {given!r}")
    if value <= 0:
        raise SettingsError(f"{name} must be greater than zero, not {given!r}")
    return value
