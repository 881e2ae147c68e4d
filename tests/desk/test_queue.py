"""Who is next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.conversations.models import HandoffState, Urgency
from bot.desk.queue import Entry, in_order, seen_by

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def entry(number: int, urgency: Urgency, minutes_ago: int, holder: int | None = None) -> Entry:
    return Entry(
        handoff_id=number,
        conversation_id=f"c{number}",
        state=HandoffState.CLAIMED if holder else HandoffState.WAITING,
        urgency=urgency,
        topic=None,
        language=None,
        requested_at=NOON - timedelta(minutes=minutes_ago),
        holder_id=holder,
    )


def test_the_most_urgent_comes_first_and_then_who_waits_longest() -> None:
    entries = [
        entry(1, Urgency.NORMAL, 90),
        entry(2, Urgency.URGENT, 1),
        entry(3, Urgency.SOON, 30),
        entry(4, Urgency.URGENT, 5),
        entry(5, Urgency.SOON, 30),
    ]

    assert [e.handoff_id for e in in_order(entries)] == [4, 2, 3, 5, 1]


def test_each_counsellor_sees_who_waits_her_own_and_the_others() -> None:
    queue = seen_by(7, [entry(1, Urgency.SOON, 1), entry(2, Urgency.SOON, 2, holder=7), entry(3, Urgency.SOON, 3, 8)])

    assert [[e.handoff_id for e in part] for part in (queue.waiting, queue.mine, queue.others)] == [[1], [2], [3]]


def test_waiting_time_is_in_whole_minutes_and_never_negative() -> None:
    assert entry(1, Urgency.SOON, 3).waited_min(NOON + timedelta(seconds=59)) == 3
    assert entry(1, Urgency.SOON, 3).waited_min(NOON - timedelta(hours=1)) == 0
