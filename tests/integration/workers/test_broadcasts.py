"""The sending of a broadcast: everybody gets one row, rows go in order, and a stop is a stop."""

import asyncio
import random
from datetime import UTC, datetime, time
from typing import Any

import pytest

from status_bridge.choices import DailyLimit
from storage import notices, recipients, stuck
from storage.database import fetch
from storage.stuck import Patience
from tests.integration.workers.broadcasting import Bench, People, phones, quiet_now, where_it_is
from tests.integration.workers.composition import World
from workers.config import SweeperConfig
from workers.sweeper import Sweeper

ADVERTISING = {"purpose": "advertising", "category": "events"}


@pytest.fixture
async def bench(world: World) -> Bench:
    await world.database.fetch("DELETE FROM broadcasts RETURNING id")
    return Bench(world)


async def _lead_until(bench: Bench, leader: Any, broadcast: int, *states: str, rounds: int = 30) -> None:
    for _ in range(rounds):
        await leader.lead()
        if (await bench.see(broadcast)).state in states:
            return
    raise AssertionError(f"still {await bench.see(broadcast)}")


async def test_everybody_gets_one_row_in_an_order_without_gaps_and_the_rest_is_counted(bench: Bench) -> None:
    everybody = phones(25)
    await recipients.opt_out(bench.world.database, bench.world.cipher, everybody[3])
    source = People([*everybody, everybody[0], everybody[24]], opted_out=2)
    broadcast = await bench.start()
    await _lead_until(bench, bench.leader(source, chunk_rows=10), broadcast, "canary")
    rows = await bench.rows(broadcast)
    assert [row["ordinal"] for row in rows] == list(range(1, 25))
    assert {(row["lane"], row["state"], row["reason"], row["due_at"]) for row in rows} == {
        ("broadcast", "held", "broadcast", None)
    }
    seen = await bench.see(broadcast)
    assert (seen.rows, seen.released) == (24, 0)
    assert (seen.cursor or {})["left_out"] == {"opted_out": 3, "duplicate": 2}


async def test_two_leaders_and_one_that_wakes_up_late_make_no_row_twice(bench: Bench) -> None:
    source = People(phones(60))
    broadcast = await bench.start()
    late = await bench.see(broadcast)
    one, two = bench.leader(source, chunk_rows=5), bench.leader(source, chunk_rows=5)
    await asyncio.gather(one.lead(), two.lead())
    assert not await one._preparing.make_chunk(late)  # it was frozen before the first chunk
    await _lead_until(bench, two, broadcast, "canary")
    rows = await bench.rows(broadcast)
    assert [row["ordinal"] for row in rows] == list(range(1, 61))
    assert len({row["id"] for row in rows}) == 60


async def test_leaders_that_die_anywhere_leave_every_row_made_and_let_go_once(bench: Bench) -> None:
    random_ = random.Random(6)
    source = People(phones(100))
    broadcast = await bench.start()
    sent: list[int] = []
    patience = 0.02
    while len(sent) < 100:
        patience *= 1.25  # on a machine that is busy with other things as well
        dying = asyncio.create_task(bench.leader(source, chunk_rows=10, release_rows=15, ahead=20).lead())
        await asyncio.sleep(random_.uniform(0, patience))
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        sent += await bench.deliver()
        assert patience < 10, f"{sent} after many leaders; {await bench.see(broadcast)}"
    assert sent == list(range(1, 101))
    assert len({row["recipient_hash"] for row in await bench.rows(broadcast)}) == 100
    await _lead_until(bench, bench.leader(source), broadcast, "done")


async def test_a_pause_while_rows_are_made_loses_and_repeats_nobody(bench: Bench) -> None:
    source = People(phones(40))
    broadcast = await bench.start()
    leader = bench.leader(source, chunk_rows=10, turn_seconds=0.0)
    await leader.lead()
    before = await bench.see(broadcast)
    await bench.put(broadcast, "paused")
    assert not await leader._preparing.make_chunk(before)
    await leader.lead()
    assert len(await bench.rows(broadcast)) == before.rows < 40
    await bench.put(broadcast, "resumed")
    await _lead_until(bench, leader, broadcast, "canary")
    assert len({row["recipient_hash"] for row in await bench.rows(broadcast)}) == 40


async def test_rows_that_cannot_be_made_halt_it_and_a_person_lets_it_go_on(bench: Bench) -> None:
    source = People(phones(10), broken=5)
    broadcast = await bench.start()
    leader = bench.leader(source)
    await _lead_until(bench, leader, broadcast, "halted")
    seen = await bench.see(broadcast)
    assert (seen.resumes_as, seen.rows) == ("preparing", 0)
    await bench.put(broadcast, "resumed")
    await _lead_until(bench, leader, broadcast, "canary")
    assert len(await bench.rows(broadcast)) == 10


async def test_the_window_bounds_what_is_let_go_and_the_order_is_kept(bench: Bench) -> None:
    broadcast = await bench.start()
    leader = bench.leader(People(phones(50)), ahead=20)
    await _lead_until(bench, leader, broadcast, "canary")
    await leader.lead()
    await leader.lead()
    assert (await bench.states(broadcast)) == {"pending": 20, "held": 30}
    assert await bench.deliver(8) == list(range(1, 9))
    await leader.lead()
    assert (await bench.see(broadcast)).released == 28
    for _ in range(4):
        await bench.deliver()
        await leader.lead()
    seen = await bench.see(broadcast)
    assert seen.state == "done"
    await leader.lead()
    progress = (await bench.see(broadcast)).progress
    assert progress["counts"] == {"accepted": 50}
    assert (progress["channels"], progress["cost_vnd"], progress["settled"]) == ({"zalo_template": 50}, 10_000, True)


async def test_the_first_share_goes_first_and_the_rest_after_it_went_well(bench: Bench) -> None:
    broadcast = await bench.start(canary_percent=5)
    leader = bench.leader(People(phones(40)))
    await _lead_until(bench, leader, broadcast, "canary")
    await leader.lead()
    assert (await bench.states(broadcast)) == {"pending": 2, "held": 38}
    for _ in range(3):
        await leader.lead()
    assert (await bench.see(broadcast)).state == "canary", "nothing is known of the first share yet"
    assert await bench.deliver() == [1, 2]
    await _lead_until(bench, leader, broadcast, "sending")
    await leader.lead()
    assert (await bench.see(broadcast)).released == 40


async def test_a_first_share_that_fails_halts_it_and_a_person_may_let_it_go_on(bench: Bench) -> None:
    broadcast = await bench.start(canary_percent=5)
    leader = bench.leader(People(phones(40)))
    await _lead_until(bench, leader, broadcast, "canary")
    await leader.lead()
    await bench.deliver(state="failed", reason="bad_message:-1124")
    await _lead_until(bench, leader, broadcast, "halted")
    rows = await bench.world.database.fetch("SELECT reason, resumes_as FROM broadcasts")
    assert [tuple(row.values()) for row in rows] == [("failures", "canary")]
    (entry,) = await bench.world.database.fetch("SELECT action, actor FROM audit_log ORDER BY id DESC LIMIT 1")
    assert tuple(entry.values()) == ("broadcast.halt", "system")
    await bench.put(broadcast, "resumed")
    await _lead_until(bench, leader, broadcast, "sending")
    await leader.lead()
    await bench.deliver()
    await _lead_until(bench, leader, broadcast, "done")
    progress = (await bench.see(broadcast)).progress
    assert progress["failures"] == {"bad_message:-1124": 2}


async def test_people_who_want_no_more_after_it_reached_them_halt_it(bench: Bench) -> None:
    everybody = phones(40)
    broadcast = await bench.start()
    leader = bench.leader(People(everybody), ahead=25)
    await _lead_until(bench, leader, broadcast, "canary")
    await leader.lead()
    assert len(await bench.deliver()) == 25
    for phone in everybody[:2]:
        await recipients.opt_out(bench.world.database, bench.world.cipher, phone)
    await _lead_until(bench, leader, broadcast, "halted")
    (row,) = await bench.world.database.fetch("SELECT reason FROM broadcasts")
    assert row["reason"] == "complaints"


async def test_nothing_is_claimed_of_a_stopped_one_and_it_goes_on_with_the_next_row(bench: Bench) -> None:
    broadcast = await bench.start()
    leader = bench.leader(People(phones(30)), ahead=10)
    await _lead_until(bench, leader, broadcast, "canary")
    await leader.lead()
    assert await bench.deliver(4) == [1, 2, 3, 4]
    await bench.put(broadcast, "paused")
    assert await bench.deliver() == [], "before the leader has seen that it was stopped"
    await leader.lead()
    assert await notices.due_lanes(bench.world.database) == {}, "what is stopped is not rung for, nor alarmed about"
    assert await stuck.count(bench.world.database, Patience(pending=0, broadcast=0, held=0)) == {
        "pending": 0, "held": 0, "sending": 0, "in_doubt": 0, "inbox": 0,
    }  # fmt: skip
    await bench.put(broadcast, "resumed")
    sent: list[int] = []
    for _ in range(6):
        await leader.lead()
        sent += await bench.deliver()
    assert sent == list(range(5, 31))
    await _lead_until(bench, leader, broadcast, "done")


async def test_what_is_cancelled_never_goes_and_what_was_under_way_ends_normally(bench: Bench) -> None:
    broadcast = await bench.start()
    leader = bench.leader(People(phones(30)), ahead=10, cancel_rows=7)
    await _lead_until(bench, leader, broadcast, "canary")
    await leader.lead()
    claimed = await notices.claim_due(
        bench.world.database, bench.world.cipher, lane="broadcast", limit=2, lease_seconds=60
    )
    await bench.put(broadcast, "cancelled")
    assert await bench.deliver() == []
    await leader.lead()
    assert (await bench.states(broadcast)) == {"sending": 2, "cancelled": 28}
    first, second = claimed
    outcomes = [
        notices.Outcome(first.id, first.created_at, first.token, "accepted", "accepted", 0),
        notices.Outcome(second.id, second.created_at, second.token, "pending", "not_sent", 1, due_in_seconds=30.0),
    ]
    await notices.record_outcomes(bench.world.database, outcomes)
    await leader.lead()
    await leader.lead()
    assert (await bench.states(broadcast)) == {"accepted": 1, "cancelled": 29}
    assert (await bench.see(broadcast)).progress["settled"]


async def test_at_night_nothing_is_let_go_unless_it_is_urgent(bench: Bench) -> None:
    everybody = phones(5)
    night = quiet_now(now=datetime.now(UTC))
    calm, storm = await bench.start(), await bench.start(urgent=True)
    leader = bench.leader(People(everybody), hours=night)
    for _ in range(3):
        await leader.lead()
    assert (await bench.states(calm)) == {"held": 5}
    assert (await bench.see(calm)).progress["waits"]["for"] == "quiet_hours"
    rows = await bench.rows(storm)
    assert {row["state"] for row in rows} == {"pending"}
    assert all(row["urgent_until"] > datetime.now(UTC) for row in rows)


async def test_who_has_had_enough_today_gets_it_on_another_day_and_urgent_ones_at_once(bench: Bench) -> None:
    everybody = phones(3)
    limit = DailyLimit(2, time(17), merges=False)
    await bench.world.write(2, phone=everybody[1], due_at=datetime.now(UTC))
    source = People(everybody)
    broadcast, storm = await bench.start(), await bench.start(urgent=True)
    leader = bench.leader(source, limit=limit)
    for _ in range(3):
        await leader.lead()
    assert [(row["state"], row["reason"]) for row in await bench.rows(broadcast)] == [
        ("pending", None),
        ("held", "daily_limit"),
        ("pending", None),
    ]
    assert (await bench.states(storm)) == {"pending": 3}
    assert (await bench.see(broadcast)).state == "canary"


async def test_a_number_gets_three_advertisements_a_day(bench: Bench) -> None:
    leader = bench.leader(People(phones(1)), hours=where_it_is(12))
    broadcasts = [await bench.start(**ADVERTISING) for _ in range(4)]
    for _ in range(5):
        await leader.lead()
    rows = [row for broadcast in broadcasts for row in await bench.rows(broadcast)]
    assert [row["state"] for row in rows] == ["pending", "pending", "pending", "held"]
    assert rows[3]["reason"] == "advertising_cap"


async def test_an_advertisement_waits_at_night_and_information_does_not(bench: Bench) -> None:
    leader = bench.leader(People(phones(1)), hours=where_it_is(23))
    advertisement, information = await bench.start(**ADVERTISING), await bench.start()
    for _ in range(3):
        await leader.lead()
    assert await bench.states(advertisement) == {"held": 1}
    assert (await bench.see(advertisement)).progress["waits"]["for"] == "advertising_hours"
    assert await bench.states(information) == {"pending": 1}


async def test_a_row_that_a_person_retries_after_the_end_is_sent(bench: Bench) -> None:
    broadcast = await bench.start()
    leader = bench.leader(People(phones(25)), halt_percent=50)
    await _lead_until(bench, leader, broadcast, "canary")
    await leader.lead()
    await bench.deliver(1, state="failed", reason="nothing_left")
    await bench.deliver()
    await _lead_until(bench, leader, broadcast, "done")
    (failed,) = [row for row in await bench.rows(broadcast) if row["state"] == "failed"]
    assert await notices.retry(bench.world.database, failed["id"]) == "broadcast"
    assert await bench.deliver() == [failed["ordinal"]]


async def test_a_failed_row_of_a_cancelled_broadcast_is_not_sent_again(bench: Bench) -> None:
    broadcast = await bench.start()
    leader = bench.leader(People(phones(5)), halt_percent=50)
    await _lead_until(bench, leader, broadcast, "canary")
    await leader.lead()
    await bench.deliver(1, state="failed", reason="nothing_left")
    await bench.put(broadcast, "cancelled")
    (failed,) = [row for row in await bench.rows(broadcast) if row["state"] == "failed"]
    assert await notices.retry(bench.world.database, failed["id"]) is None


async def test_an_empty_audience_is_done_at_once_and_an_old_one_is_given_up(bench: Bench) -> None:
    empty, old = await bench.start(), await bench.start()
    leader = bench.leader(People([]))
    await bench.world.database.fetch(
        "UPDATE broadcasts SET started_at = now() - interval '31 days' WHERE id = %(id)s RETURNING id", {"id": old}
    )
    await leader.lead()
    assert (await bench.see(empty)).state == "done"
    assert (await bench.see(old)).state == "cancelled"


async def test_the_sweeper_leaves_rows_alone_whose_turn_has_not_come(bench: Bench) -> None:
    broadcast = await bench.start()
    await _lead_until(bench, bench.leader(People(phones(5))), broadcast, "canary")

    async def ring(_work: str) -> bool:
        return True

    async def no_receipts() -> int:
        return 0

    delivery = bench.world.delivery()
    report = await Sweeper(bench.world.database, ring, delivery, no_receipts, config=SweeperConfig()).sweep()
    assert (report.released, report.waiting) == ((), {})
    assert (await bench.states(broadcast)) == {"held": 5}


async def test_while_one_leads_the_other_does_nothing(bench: Bench) -> None:
    broadcast = await bench.start()
    source = People(phones(5))
    async with bench.world.database.transaction() as connection:
        await fetch(connection, "SELECT pg_advisory_xact_lock(hashtext('hoso.broadcasts'))")
        assert not await bench.leader(source).lead()
    assert await bench.rows(broadcast) == []
