"""Who is at the desk now."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot.database import Sessions
from bot.desk.models import ConsoleSession

# An open console says that it is there at least this often (its event stream touches the session).
TOUCH_EVERY = timedelta(seconds=20)
# A counsellor counts as present for this long after the last sign; two signs may get lost.
PRESENT_FOR = timedelta(seconds=65)


async def count_present(sessions: Sessions, now: datetime) -> int:
    """Counsellors with a console open, each counted once however many tabs."""
    async with sessions() as session:
        present = select(func.count(ConsoleSession.counsellor_id.distinct())).where(
            ConsoleSession.seen_at > now - PRESENT_FOR
        )
        return (await session.scalar(present)) or 0
