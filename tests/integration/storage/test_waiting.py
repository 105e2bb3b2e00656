"""Notices that wait, on a real database: released, replaced, counted by day, merged."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from status_bridge.backlog import implied_columns
from storage import notices, waiting
from storage.crypto import Cipher
from storage.database import Database, fetch
from storage.notices import NewNotice

IMPLIED = implied_columns()
LONG_AGO = timedelta(hours=1)


def _notice(dossier: int, ordinal: int, **facts: Any) -> NewNotice:
    made = NewNotice(
        id=uuid.uuid4(),
        dossier_id=dossier,
        dossier_code=f"H17.33.2-260302-{dossier:04d}",
        ordinal=ordinal,
        event_key=uuid.uuid4(),
        kind="accepted",
        state="pending",
        reason=None,
        demands_action=False,
        language="vi",
        phone="84905000001",
        content={"text": "…", "params": {}},
        due_at=datetime.now(UTC) - timedelta(seconds=5),
    )
    return replace(made, **facts)


async def _write(database: Database, cipher: Cipher, *made: NewNotice, ago: timedelta = LONG_AGO) -> None:
    async with database.transaction() as connection:
        await notices.insert(connection, made, cipher)
    await database.fetch(
        "UPDATE notices SET created_at = created_at - %(ago)s WHERE id = ANY(%(ids)s) RETURNING id",
        {"ago": ago, "ids": [one.id for one in made]},
    )


async def _states(database: Database, *made: NewNotice) -> list[tuple[str, str | None, int]]:
    rows = await database.fetch("SELECT id, state, reason, replaces FROM notices")
    by_id = {row["id"]: (row["state"], row["reason"], row["replaces"]) for row in rows}
    return [by_id[one.id] for one in made]


async def _collapse(database: Database, **options: Any) -> int:
    return await waiting.supersede_overtaken(database, patience_seconds=120, implied=IMPLIED, **options)


GONE = ("superseded", "overtaken", 0)


async def test_of_a_backlog_only_the_newest_is_left_and_it_counts_the_others(
    database: Database, cipher: Cipher
) -> None:
    made = [_notice(1, number) for number in (1, 2, 3, 4)]
    await _write(database, cipher, *made)
    assert await _collapse(database) == 3
    assert await _states(database, *made) == [GONE, GONE, GONE, ("pending", None, 3)]
    assert await _collapse(database) == 0


async def test_what_was_counted_once_is_handed_on_to_the_next_newest(database: Database, cipher: Cipher) -> None:
    first = [_notice(1, 1), _notice(1, 2)]
    await _write(database, cipher, *first)
    await _collapse(database)
    newest = _notice(1, 3)
    await _write(database, cipher, newest, ago=timedelta(0))
    assert await _collapse(database) == 1
    assert (await _states(database, newest))[0] == ("pending", None, 2)


async def test_what_has_not_waited_long_is_told_in_its_order(database: Database, cipher: Cipher) -> None:
    made = [_notice(1, 1), _notice(1, 2)]
    await _write(database, cipher, *made, ago=timedelta(seconds=60))
    assert await _collapse(database) == 0


async def test_a_retry_far_away_gives_way_however_young_it_is(database: Database, cipher: Cipher) -> None:
    made = [_notice(1, 1, due_at=datetime.now(UTC) + timedelta(minutes=10)), _notice(1, 2)]
    await _write(database, cipher, *made, ago=timedelta(0))
    assert await _collapse(database) == 1
    assert await _states(database, *made) == [GONE, ("pending", None, 1)]


async def test_of_what_the_night_holds_only_the_newest_is_said_in_the_morning(
    database: Database, cipher: Cipher
) -> None:
    morning = datetime.now(UTC) + timedelta(hours=6)
    night = [_notice(1, number, state="held", reason="quiet_hours", due_at=morning) for number in (1, 2, 3)]
    await _write(database, cipher, *night, ago=timedelta(0))
    assert await _collapse(database) == 2
    assert await _states(database, *night) == [GONE, GONE, ("held", "quiet_hours", 2)]


async def test_a_demand_that_the_newer_does_not_answer_stays_and_goes_first(database: Database, cipher: Cipher) -> None:
    bill, news = _notice(1, 1, kind="payment", demands_action=True), _notice(1, 2, kind="accepted")
    papers, back = _notice(2, 1, kind="supplement", demands_action=True), _notice(2, 2, kind="accepted")
    await _write(database, cipher, bill, news, papers, back)
    assert await _collapse(database) == 1
    assert await _states(database, bill, news) == [("pending", None, 0), ("pending", None, 0)]
    assert await _states(database, papers, back) == [GONE, ("pending", None, 1)]
    claimed = await notices.claim_due(database, cipher, lane="status", limit=9, lease_seconds=60)
    assert {one.id for one in claimed} == {bill.id, back.id}
    assert {one.id: one.replaces for one in claimed}[back.id] == 1


async def test_dossiers_and_their_people_do_not_replace_each_others_notices(database: Database, cipher: Cipher) -> None:
    made = [_notice(1, 1), _notice(2, 2), _notice(1, 3, role="owner")]
    await _write(database, cipher, *made)
    assert await _collapse(database) == 0


async def test_what_may_be_taken_back_replaces_nothing(database: Database, cipher: Cipher) -> None:
    older = _notice(1, 1)
    newer = _notice(1, 2, state="held", reason="coalescing", due_at=datetime.now(UTC) + timedelta(hours=1))
    await _write(database, cipher, older, newer)
    assert await _collapse(database) == 0


async def test_the_newest_takes_the_place_in_the_day_of_what_it_replaces(database: Database, cipher: Cipher) -> None:
    # Else the morning would tell what was overtaken in the night, and the evening what is true.
    morning, evening = (datetime.now(UTC) + timedelta(hours=hours) for hours in (6, 16))
    night = [_notice(1, number, state="held", reason="quiet_hours", due_at=morning) for number in (1, 2)]
    over = _notice(1, 3, state="held", reason="daily_limit", due_at=evening)
    late, also_over = _notice(2, 1), _notice(2, 2, state="held", reason="daily_limit", due_at=evening)
    both = [_notice(3, number, state="held", reason="daily_limit", due_at=evening) for number in (1, 2)]
    await _write(database, cipher, *night, over, late, also_over, *both)
    assert await _collapse(database) == 4
    assert await _states(database, over, also_over, both[1]) == [
        ("held", "quiet_hours", 2),
        ("pending", None, 1),
        ("held", "daily_limit", 1),
    ]
    rows = await database.fetch("SELECT id, due_at FROM notices WHERE due_at IS NOT NULL")
    due = {row["id"]: row["due_at"] for row in rows}
    assert (due[over.id], due[both[1].id]) == (morning, evening)
    assert due[also_over.id] <= datetime.now(UTC)


async def test_a_notice_that_an_officer_may_still_correct_is_not_overtaken(database: Database, cipher: Cipher) -> None:
    held = _notice(1, 1, state="held", reason="coalescing", due_at=datetime.now(UTC) + timedelta(hours=1))
    newer = _notice(1, 2)
    await _write(database, cipher, held, newer)
    assert await _collapse(database) == 0
    async with database.transaction() as connection:
        await waiting.supersede_held(connection, [newer], implied=IMPLIED)
    assert (await _states(database, held))[0][:2] == ("held", "coalescing")


async def test_broadcasts_and_notices_under_way_are_left_alone(database: Database, cipher: Cipher) -> None:
    sent, newer = _notice(1, 1), _notice(1, 2)
    cast = [_notice(2, 1, lane="broadcast"), _notice(2, 2, lane="broadcast")]
    await _write(database, cipher, sent)
    await notices.claim_due(database, cipher, lane="status", limit=1, lease_seconds=60)
    await _write(database, cipher, newer, *cast)
    assert await _collapse(database) == 0
    assert [state for state, _, _ in await _states(database, sent, newer)] == ["sending", "pending"]


async def test_rows_that_somebody_has_locked_are_left_for_the_next_look(database: Database, cipher: Cipher) -> None:
    first, second = [_notice(1, 1), _notice(1, 2)], [_notice(2, 1), _notice(2, 2)]
    await _write(database, cipher, *first, *second)
    locked = [first[0].id, second[1].id]  # an older one, and a newest one
    async with database.transaction() as connection:
        await fetch(connection, "SELECT 1 FROM notices WHERE id = ANY(%(ids)s) FOR UPDATE", {"ids": locked})
        assert await _collapse(database) == 0
    assert await _collapse(database) == 2
    assert [state for state, _, _ in await _states(database, *first, *second)] == ["superseded", "pending"] * 2


async def test_a_bounded_number_is_set_aside_at_once(database: Database, cipher: Cipher) -> None:
    made = [_notice(dossier, number) for dossier in range(5) for number in (1, 2, 3)]
    await _write(database, cipher, *made)
    counts = [await _collapse(database, limit=4) for _ in range(4)]
    assert counts == [4, 4, 2, 0]
    newest = await _states(database, *made[2::3])
    assert newest == [("pending", None, 2)] * 5, "each is counted once, in however many rounds"


async def test_two_that_collapse_at_the_same_time_count_nothing_twice(database: Database, cipher: Cipher) -> None:
    made = [_notice(dossier, number) for dossier in range(40) for number in (1, 2, 3)]
    await _write(database, cipher, *made)
    counts = await asyncio.gather(*(_collapse(database) for _ in range(4)))
    left = await _collapse(database)
    assert sum(counts) + left == 80
    assert await _states(database, *made[2::3]) == [("pending", None, 2)] * 40


async def _supersede_by(database: Database, cipher: Cipher, *newer: NewNotice) -> None:
    async with database.transaction() as connection:
        await notices.insert(connection, newer, cipher)
        await waiting.supersede_held(connection, newer, implied=IMPLIED)


async def test_what_goes_at_once_replaces_what_the_night_holds_and_counts_it(
    database: Database, cipher: Cipher
) -> None:
    night = [_notice(1, number, state="held", reason="quiet_hours") for number in (1, 2)]
    other = _notice(2, 1, state="held", reason="quiet_hours")
    await _write(database, cipher, *night, other, ago=timedelta(0))
    urgent = _notice(1, 3, kind="supplement", urgent_until=datetime.now(UTC) + timedelta(hours=9))
    await _supersede_by(database, cipher, urgent)
    assert await _states(database, *night, urgent) == [GONE, GONE, ("pending", None, 2)]
    assert await _states(database, other) == [("held", "quiet_hours", 0)]


async def test_a_held_demand_goes_along_with_what_does_not_answer_it(database: Database, cipher: Cipher) -> None:
    # Held any longer it would keep the urgent one waiting, or follow it.
    until = datetime.now(UTC) + timedelta(hours=9)
    bill = _notice(
        1, 1, kind="payment", state="held", reason="quiet_hours", due_at=datetime.now(UTC) + timedelta(hours=6)
    )
    await _write(database, cipher, bill, ago=timedelta(0))
    await _supersede_by(database, cipher, _notice(1, 2, kind="supplement", urgent_until=until))
    assert await _states(database, bill) == [("pending", None, 0)]
    (claimed,) = await notices.claim_due(database, cipher, lane="status", limit=9, lease_seconds=60)
    assert (claimed.id, claimed.urgent_until) == (bill.id, until)


async def test_held_notices_are_released_unless_they_are_merged(database: Database, cipher: Cipher) -> None:
    night = _notice(1, 1, state="held", reason="quiet_hours")
    over = _notice(2, 1, state="held", reason="daily_limit")
    cast = _notice(3, 1, state="held", reason="daily_limit", lane="broadcast")
    early = _notice(4, 1, state="held", reason="daily_limit", due_at=datetime.now(UTC) + timedelta(hours=1))
    await _write(database, cipher, night, over, cast, early)
    assert await waiting.release_held(database, merges=True) == {"status", "broadcast"}
    assert [state for state, _, _ in await _states(database, night, over, cast, early)] == [
        "pending",
        "held",
        "pending",
        "held",
    ]
    assert await waiting.release_held(database) == {"status"}, "nothing merges them any more: one by one"
    assert [state for state, _, _ in await _states(database, over, early)] == ["pending", "held"]


def _days(rows: Sequence[waiting.DayCount]) -> dict[tuple[date, bool], int]:
    return {(row.day, row.waits_for is not None): row.notices for row in rows}


async def test_messages_count_on_the_citys_day_on_which_they_went_or_will_go(
    database: Database, cipher: Cipher
) -> None:
    # 18:00 UTC is the next day's morning in Việt Nam.
    now = datetime.now(UTC).replace(hour=18, minute=0, second=0, microsecond=0)
    tomorrow = now + timedelta(days=1)
    sent = [_notice(number, 1, state="delivered", due_at=None) for number in range(3)]
    await _write(
        database,
        cipher,
        *sent,
        _notice(4, 1, due_at=now),
        _notice(5, 1, state="held", reason="quiet_hours", due_at=tomorrow),
        _notice(6, 1, state="held", reason="daily_limit", due_at=tomorrow),
        _notice(7, 1, lane="broadcast", due_at=now),
        *(_notice(8, 1, state=state, due_at=now) for state in ("failed", "superseded", "cancelled", "no_mobile")),
        _notice(9, 1, lane="urgent", due_at=now),
        _notice(10, 1, phone="84905000002", due_at=now),
    )
    await database.fetch(
        "UPDATE notices SET accepted_at = %(at)s WHERE id = ANY(%(ids)s) RETURNING id",
        {"at": now, "ids": [one.id for one in sent]},
    )
    async with database.transaction() as connection:
        counted = await waiting.count_by_day(connection, cipher.lookup_hashes("84905000001"), zone="Asia/Ho_Chi_Minh")
    today = (now + timedelta(hours=7)).date()
    assert _days(counted) == {
        (today, False): 5,
        (today + timedelta(days=1), False): 1,
        (today + timedelta(days=1), True): 1,
    }
