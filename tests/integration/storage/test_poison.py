"""A notice with which workers die: claimed alone, and set aside after the second time."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import notices, poison, stuck
from storage.crypto import Cipher
from storage.database import Database
from storage.notices import NewNotice, NoticeView, Receipt
from storage.stuck import Patience
from workers.poison import PoisonWatch
from workers.stuck import CONFIRM_SECONDS, STUCK, StuckWatch

NOW = datetime.now(UTC)


def make(**changes: Any) -> NewNotice:
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "dossier_id": uuid.uuid4().int % 10**12,
        "dossier_code": "H17-260302-0001",
        "ordinal": 1,
        "event_key": uuid.uuid4(),
        "kind": "finished",
        "state": "pending",
        "reason": None,
        "demands_action": True,
        "language": "vi",
        "phone": "84905000001",
        "content": {"text": "Hồ sơ", "params": {}},
        "due_at": NOW - timedelta(minutes=1),
    }
    return NewNotice(**values | changes)


async def insert(database: Database, cipher: Cipher, *made: NewNotice) -> None:
    async with database.transaction() as connection:
        await notices.insert(connection, made, cipher)


async def claim(database: Database, cipher: Cipher, *, limit: int = 10, suspects: bool = False) -> list[uuid.UUID]:
    """Claim, and let the worker die at once."""
    claimed = await notices.claim_due(database, cipher, lane="status", limit=limit, lease_seconds=-1, suspects=suspects)
    return [notice.id for notice in claimed]


async def view_of(database: Database, notice: NewNotice) -> NoticeView:
    view = await notices.get(database, notice.id)
    assert view is not None
    return view


async def die_once(database: Database, cipher: Cipher, *made: NewNotice) -> None:
    await insert(database, cipher, *made)
    await claim(database, cipher)
    assert await notices.expire_leases(database, wait_seconds=-1) == len(made)
    await notices.settle_doubts(database)


async def test_what_a_worker_died_with_is_claimed_by_itself(database: Database, cipher: Cipher) -> None:
    suspect, information = make(), make(demands_action=False)
    await die_once(database, cipher, suspect, information)
    await insert(database, cipher, innocent := make())
    assert await claim(database, cipher) == [innocent.id]
    assert await claim(database, cipher, suspects=True) == [suspect.id]
    assert (await view_of(database, information)).state == "in_doubt", "mere information is not sent again"


async def test_after_the_second_death_it_is_set_aside_and_told_once(database: Database, cipher: Cipher) -> None:
    await die_once(database, cipher, made := make())
    told: list[str] = []
    watch = PoisonWatch(database, tell_staff=told.append)
    assert await watch.look() == 0
    await claim(database, cipher, suspects=True)
    assert await notices.expire_leases(database, wait_seconds=-1) == 1
    view = await view_of(database, made)
    assert (view.state, view.reason, view.due_at) == ("in_doubt", "poison", None)
    assert await notices.settle_doubts(database) == [], "nobody sends it again"
    assert [await watch.look() for _ in range(3)] == [1, 0, 0]
    assert len(told) == 1
    assert str(made.id) in told[0]
    codes = [attempt.code for attempt in await notices.attempts_of(database, made.id)]
    assert codes == ["lease_expired", None, "poison"]


async def test_a_receipt_or_a_person_ends_it(database: Database, cipher: Cipher) -> None:
    arrived, retried = make(), make()
    await die_once(database, cipher, arrived, retried)
    await claim(database, cipher, suspects=True)
    await notices.expire_leases(database, wait_seconds=-1)
    assert await notices.apply_receipts(database, [Receipt(arrived.id)]) == {arrived.id}
    assert await notices.retry(database, retried.id) == "status"
    assert await claim(database, cipher) == [retried.id], "a person has looked: it is like any other"


async def test_a_broadcast_is_never_sent_again_after_a_doubt(database: Database, cipher: Cipher) -> None:
    made = make(lane="broadcast", dossier_id=None, dossier_code=None, ordinal=None, event_key=None)
    await insert(database, cipher, made)
    await notices.claim_due(database, cipher, lane="broadcast", limit=1, lease_seconds=-1)
    await notices.expire_leases(database, wait_seconds=-1)
    assert await notices.settle_doubts(database) == [("broadcast", False)]


SHORT = Patience(pending=60, broadcast=3600, held=60, sending=60, in_doubt=60, inbox=60)


@pytest.mark.parametrize(
    ("changes", "columns", "state"),
    [
        ({}, "", "pending"),
        ({"state": "held"}, "", "held"),
        ({"state": "sending", "due_at": None}, "lease_until = now() - interval '2 minutes'", "sending"),
        ({"state": "in_doubt"}, "", "in_doubt"),
        ({"state": "in_doubt", "due_at": None}, "", None),  # decided
        ({"due_at": NOW + timedelta(hours=1)}, "", None),
        ({"lane": "broadcast"}, "", None),  # may take hours
        ({"state": "accepted"}, "", None),
        ({"state": "sending", "due_at": None}, "lease_until = now() + interval '1 minute'", None),
    ],
)
async def test_what_stays_too_long_in_a_state_is_found(
    database: Database, cipher: Cipher, changes: dict[str, Any], columns: str, state: str | None
) -> None:
    await database.fetch("UPDATE brake SET since = NULL RETURNING engaged")
    await insert(database, cipher, make(**{"due_at": NOW - timedelta(minutes=10)} | changes))
    if columns:
        await database.fetch(f"UPDATE notices SET {columns} RETURNING id")
    counts = await stuck.count(database, SHORT)
    assert {name: number for name, number in counts.items() if number} == ({state: 1} if state else {})


async def test_what_waits_for_an_earlier_one_of_its_dossier_is_not_stuck_itself(
    database: Database, cipher: Cipher
) -> None:
    long_ago = NOW - timedelta(hours=1)
    earlier = make(dossier_id=7, ordinal=1, due_at=NOW + timedelta(hours=1))
    await insert(database, cipher, earlier, make(dossier_id=7, ordinal=2, due_at=long_ago))
    assert (await stuck.count(database, SHORT))["pending"] == 0


async def test_the_alarm_comes_once_when_it_lasts_and_not_while_the_brake_is_on(
    database: Database, cipher: Cipher
) -> None:
    now, told = [0.0], list[str]()
    watch = StuckWatch(database, tell_staff=told.append, patience=SHORT, clock=lambda: now[0])
    await insert(database, cipher, made := make(due_at=NOW - timedelta(hours=1)))
    assert await watch.look() == {"pending": 1}
    assert told == [], "after an outage everything is late for a moment"
    for _ in range(3):
        now[0] += CONFIRM_SECONDS
        await watch.look()
    assert len(told) == 1
    assert STUCK.labels("pending")._value.get() == 1
    await database.fetch("UPDATE brake SET engaged = true, since = now() RETURNING engaged")
    assert await watch.look() == {}
    await database.fetch("UPDATE brake SET engaged = false, since = now() RETURNING engaged")
    assert await watch.look() == {}, "it counts from the release"
    await database.fetch("UPDATE brake SET since = NULL RETURNING engaged")
    await database.fetch(
        "UPDATE notices SET state = 'accepted', due_at = NULL WHERE id = %(id)s RETURNING id", {"id": made.id}
    )
    assert await watch.look() == {}
    assert STUCK.labels("pending")._value.get() == 0


async def test_poison_is_found_by_the_databases_clock(database: Database, cipher: Cipher) -> None:
    await insert(database, cipher, make(state="in_doubt", reason="poison", due_at=None))
    now = await poison.now(database)
    assert await poison.found_since(database, now) == []
    assert len(await poison.found_since(database, now - timedelta(minutes=1))) == 1
