"""The table of Telegram's updates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from bot.database import Base, UtcDateTime


class TelegramUpdate(Base):
    """An update as Telegram delivered it: stored before it is acknowledged, handled afterwards, exactly once.

    `body` is the update's JSON under the master key until it is handled, and empty from then on; the number stays, so
    that a repeated delivery is recognised.
    """

    __tablename__ = "telegram_updates"

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
