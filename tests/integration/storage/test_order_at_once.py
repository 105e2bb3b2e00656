"""An older notice comes back in the very moment in which a newer one of its dossier is claimed: never both.

Two connections, stopped between two steps by a lock of the database; nobody waits for a time.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import notice_marks, notices, silence
from storage.crypto import Cipher
from storage.database import Database
from storage.notices import NewNotice, Outcome
from storage.silence import Finding

NOW = datetime.now(UTC)
HALT = 77
_STOPS = {
    # After its last row, before its commit.
    "claimed": "WHEN (NEW.state = 'sending' AND OLD.state <> 'sending')",
    "brought_back": "WHEN (NEW.state = 'pending' AND OLD.state <> 'pending')",
}

Back = Callable[[], Coroutine[Any, Any, object]]
"""What puts the older notice back to pending, or finds that it may not."""


def _notice(ordinal: int, **changes: Any) -> NewNotice:
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "dossier_id": 1,
        "dossier_code": "H17-260302-0001",
        "ordinal": ordinal,
        "event_key": uuid.uuid4(),
        "kind": "supplement",
        "state": "pending",
        "reason": None,
        "demands_action": True,
        "language": "vi",
        "phone": "84905000001",
        "content": {"text": "Hồ sơ", "params": {}},
        "due_at": NOW - timedelta(minutes=1),
    }
    return NewNotice(**values | changes)


async def _insert(database: Database, cipher: Cipher, made: NewNotice) -> NewNotice:
    async with database.transaction() as connection:
        await notices.insert(connection, [made], cipher)
    return made


async def _claim(database: Database, cipher: Cipher, lease_seconds: float = 60) -> list[notices.ClaimedNotice]:
    return await notices.claim_due(database, cipher, lane="status", limit=10, lease_seconds=lease_seconds)


async def _stop(database: Database, when: str) -> None:
    """Have whoever comes to this step wait for `_halted`."""
    async with database.transaction() as connection:
        await connection.execute(
            f"""CREATE FUNCTION halt() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_advisory_xact_lock_shared({HALT}); RETURN NULL; END $$"""
        )
        await connection.execute(
            f"CREATE TRIGGER halt AFTER UPDATE ON notices FOR EACH ROW {_STOPS[when]} EXECUTE FUNCTION halt()"
        )


async def _stop_behind_its_snapshot(database: Database) -> None:
    """Have a claim wait when it sees what it will see, and has locked nothing yet."""
    async with database.transaction() as connection:
        await connection.execute("ALTER TABLE brake RENAME TO brake_row")
        await connection.execute(
            f"""CREATE VIEW brake AS SELECT * FROM brake_row
                WHERE pg_advisory_xact_lock_shared({HALT}) IS NOT NULL OFFSET 0"""
        )


@asynccontextmanager
async def _halted(database: Database) -> AsyncIterator[None]:
    async with database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(%(halt)s)", {"halt": HALT})
        yield


async def _until_they_wait(database: Database, many: int, *tasks: asyncio.Task[Any]) -> None:
    """Return when so many connections wait for locks, or one of the tasks is through."""
    async with asyncio.timeout(20):
        while not any(task.done() for task in tasks):
            [row] = await database.fetch(
                """SELECT count(*)::integer AS waiting FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'"""
            )
            if row["waiting"] >= many:
                return
            await asyncio.sleep(0.01)


async def _states(database: Database, *made: NewNotice) -> tuple[str, ...]:
    found = [await notices.get(database, one.id) for one in made]
    return tuple(one.state for one in found if one)


async def _never_left(database: Database, cipher: Cipher) -> tuple[NewNotice, Back]:
    """In doubt, because its worker was frozen; the worker thaws and knows that nothing left."""
    made = await _insert(database, cipher, _notice(1))
    (claimed,) = await _claim(database, cipher, lease_seconds=-1)
    await notices.expire_leases(database, wait_seconds=600)
    late = Outcome(
        claimed.id, claimed.created_at, claimed.token, "pending", "not_sent", 1, due_in_seconds=0, not_sent=True
    )
    return made, lambda: notices.record_outcomes(database, [late])


async def _retried(database: Database, cipher: Cipher) -> tuple[NewNotice, Back]:
    """Failed; an operator has it tried again."""
    made = await _insert(database, cipher, _notice(1, state="failed", due_at=None))
    return made, lambda: notices.retry(database, made.id)


async def _retried_in_the_console(database: Database, cipher: Cipher) -> tuple[NewNotice, Back]:
    """In doubt for good; an officer has it tried again."""
    made = await _insert(database, cipher, _notice(1, state="in_doubt", due_at=None))
    return made, _officer(database, cipher, made)


async def _sent_again(database: Database, cipher: Cipher) -> tuple[NewNotice, Back]:
    """It arrived; an officer sends it once more."""
    made = await _insert(database, cipher, _notice(1, state="delivered", due_at=None))
    return made, _officer(database, cipher, made)


async def _silent(database: Database, cipher: Cipher) -> tuple[NewNotice, Back]:
    """Taken, and without a receipt: the next channel's turn."""
    made = await _insert(database, cipher, _notice(1))
    (claimed,) = await _claim(database, cipher)
    taken = Outcome(
        claimed.id, claimed.created_at, claimed.token, "accepted", "accepted", 1, due_in_seconds=-1, channel="zalo"
    )
    await notices.record_outcomes(database, [taken])
    (silent,) = await silence.claim(database, cipher, limit=1, lease_seconds=60)
    finding = Finding(made.id, claimed.created_at, silent.lease_until, "pending", "zalo", "nothing", "no_receipt")
    return made, lambda: silence.settle(database, [finding])


def _officer(database: Database, cipher: Cipher, made: NewNotice) -> Back:
    async def send_again() -> object:
        async with database.transaction() as connection:
            locked = await notice_marks.lock(connection, made.id, units=None)
            assert locked
            return await notice_marks.send_again(connection, cipher, locked, seen=locked.updated_at, officer="lan")

    return send_again


KNOWN = (_never_left, _retried, _retried_in_the_console)


@pytest.mark.parametrize("older", [*KNOWN, _sent_again])
async def test_what_a_claim_that_is_not_committed_yet_overtakes_does_not_come_back(
    fresh_database: Database, cipher: Cipher, older: Any
) -> None:
    """It used to: the newer one was not sent as far as anybody could see, so the older followed it."""
    first, bring_back = await older(fresh_database, cipher)
    before = await _states(fresh_database, first)
    second = await _insert(fresh_database, cipher, _notice(2))
    await _stop(fresh_database, "claimed")
    async with asyncio.TaskGroup() as group, _halted(fresh_database):
        claim = group.create_task(_claim(fresh_database, cipher))
        await _until_they_wait(fresh_database, 1, claim)
        back = group.create_task(_refused(bring_back))
        await _until_they_wait(fresh_database, 2, back)
    assert [one.id for one in claim.result()] == [second.id]
    assert await _states(fresh_database, first, second) == (*before, "sending")


@pytest.mark.parametrize("older", [*KNOWN, _silent])
async def test_what_comes_back_and_is_not_committed_yet_is_not_overtaken(
    fresh_database: Database, cipher: Cipher, older: Any
) -> None:
    first, bring_back = await older(fresh_database, cipher)
    await _stop(fresh_database, "brought_back")
    async with asyncio.TaskGroup() as group, _halted(fresh_database):
        back = group.create_task(bring_back())
        await _until_they_wait(fresh_database, 1, back)
        second = await _insert(fresh_database, cipher, _notice(2))
        assert await _claim(fresh_database, cipher) == []
    assert await _states(fresh_database, first, second) == ("pending", "pending")


@pytest.mark.parametrize("older", KNOWN)
async def test_what_came_back_after_a_claim_had_looked_is_not_overtaken(
    fresh_database: Database, cipher: Cipher, older: Any
) -> None:
    first, bring_back = await older(fresh_database, cipher)
    second = await _insert(fresh_database, cipher, _notice(2))
    await _stop_behind_its_snapshot(fresh_database)
    async with asyncio.TaskGroup() as group, _halted(fresh_database):
        claim = group.create_task(_claim(fresh_database, cipher))
        await _until_they_wait(fresh_database, 1, claim)
        await bring_back()
    assert claim.result() == []
    assert await _states(fresh_database, first, second) == ("pending", "pending")


async def _refused(bring_back: Back) -> None:
    with suppress(notice_marks.NotSentAgain):
        await bring_back()
