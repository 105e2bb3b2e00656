"""The sweeper: nothing waits for ever, and nothing waits for Redis."""

import asyncio
from datetime import UTC, datetime

from storage import inbox, notices
from storage.database import Database, fetch
from storage.inbox import NewEntry
from storage.notices import Receipt
from storage.sql import queries
from tests.integration.workers.composition import World, eventually
from tests.integration.workers.provider import Provider
from workers.collapsing import collapse_backlog
from workers.config import SweeperConfig
from workers.delivery import Delivery
from workers.doorbell import Doorbell
from workers.receipts import apply_receipts
from workers.sweeper import Sweeper

DEAD_REDIS = "redis://127.0.0.1:1/0"


async def no_receipts() -> int:
    return 0


def sweeper_of(world: World, delivery: Delivery, *, rings: list[str] | None = None, works: bool = True) -> Sweeper:
    async def ring(work: str) -> bool:
        if rings is not None:
            rings.append(work)
        return works

    config = SweeperConfig(interval_seconds=0.05, in_doubt_wait_seconds=300)
    return Sweeper(world.database, ring, delivery, no_receipts, config=config)


async def test_while_redis_is_away_the_sweeper_delivers(world: World, provider: Provider) -> None:
    bell = Doorbell(DEAD_REDIS)
    sweeper = Sweeper(
        world.database,
        bell.ring,
        world.delivery(),
        lambda: apply_receipts(world.database, world.cipher),
        config=SweeperConfig(interval_seconds=0.05),
    )
    written = await world.write(30, due_at=datetime.now(UTC))
    running = asyncio.create_task(sweeper.run())
    await eventually(lambda: len(provider.taken) == 30)
    running.cancel()
    await asyncio.wait([running])
    await bell.aclose()
    assert provider.counts == {notices.tracking_id(notice): 1 for notice in written}


async def test_fresh_work_is_rung_for_and_stale_work_is_done_here(world: World, provider: Provider) -> None:
    rings: list[str] = []
    (notice,) = await world.write(1)
    await world.database.fetch("UPDATE notices SET due_at = now() RETURNING id")
    sweeper = sweeper_of(world, world.delivery(), rings=rings)
    report = await sweeper.sweep()
    assert (rings, list(report.waiting)) == (["status"], ["status"])
    assert (await world.see(notice)).state == "pending", "whoever hears the bell does it"
    await world.database.fetch("UPDATE notices SET due_at = now() - interval '1 minute' RETURNING id")
    await sweeper.sweep()
    await eventually(lambda: len(provider.taken) == 1)


async def test_receipts_are_rung_for_and_applied_here_when_nobody_comes(world: World) -> None:
    now, rings, applied = [0.0], [], asyncio.Event()

    async def ring(work: str) -> bool:
        rings.append(work)
        return True

    async def apply() -> int:
        applied.set()
        return 0

    entry = NewEntry(platform="zalo", platform_id="1", event_name="user_seen_message", kind="receipt", raw="{}")
    await inbox.store(world.database, [entry], world.cipher)
    sweeper = Sweeper(world.database, ring, world.delivery(), apply, clock=lambda: now[0])
    await sweeper.sweep()
    assert (rings, applied.is_set()) == (["receipts"], False)
    now[0] = 11.0
    await sweeper.sweep()
    await asyncio.wait_for(applied.wait(), 5)


async def test_an_expired_lease_is_a_doubt_and_the_receipt_ends_it(world: World, provider: Provider) -> None:
    (notice,) = await world.write(1, demands_action=True)
    await notices.claim_due(world.database, world.cipher, lane="status", limit=1, lease_seconds=60)
    await world.let_pass("lease_until")
    sweeper = sweeper_of(world, world.delivery())
    assert (await sweeper.sweep()).expired == 1
    assert (await world.see(notice)).state == "in_doubt"
    assert (await sweeper.sweep()).resent == 0, "it waits for the receipt first"
    await notices.apply_receipts(world.database, [Receipt(notice)])
    await world.let_pass()
    assert (await sweeper.sweep()).resent == 0
    assert (await world.see(notice)).state == "delivered"
    assert provider.taken == []


async def test_a_doubt_without_receipt_is_resent_once_where_the_citizen_must_act(
    world: World, provider: Provider
) -> None:
    (action,) = await world.write(1, demands_action=True)
    (information,) = await world.write(1, demands_action=False)
    provider.judge = lambda _body: "cut"
    delivery = world.delivery()
    sweeper = sweeper_of(world, delivery)
    for _ in range(4):
        await delivery.deliver_due("status")
        await world.let_pass()
        await sweeper.sweep()
    acted, informed = await world.see(action), await world.see(information)
    assert (acted.state, acted.sends, acted.possible_duplicate) == ("in_doubt", 2, True)
    assert (informed.state, informed.sends, informed.possible_duplicate) == ("in_doubt", 1, False)
    assert (acted.reason, acted.due_at) == ("never_confirmed", None)
    assert provider.counts == {notices.tracking_id(action): 2, notices.tracking_id(information): 1}


async def test_a_row_that_a_frozen_process_has_locked_does_not_hold_up_the_other_doubts(world: World) -> None:
    # It used to: the sweep waited for the lock until lock_timeout (15 s), failed, and nothing after it was done.
    locked, *others = await world.write(3)
    await notices.claim_due(world.database, world.cipher, lane="status", limit=3, lease_seconds=60)
    await world.let_pass("lease_until")
    sweeper = sweeper_of(world, world.delivery())
    async with world.database.transaction() as connection:
        await fetch(connection, "SELECT id FROM notices WHERE id = %(id)s FOR UPDATE", {"id": locked})
        async with asyncio.timeout(5):
            assert (await sweeper.sweep()).expired == len(others)
    assert (await sweeper.sweep()).expired == 1, "the locked one has its turn later"


async def test_nothing_newer_goes_out_while_a_doubt_is_being_decided(world: World, provider: Provider) -> None:
    # It used to: the doubt was decided for a second send by a statement that could not see the newer notice yet, the
    # newer one was claimed before that statement had ended, and then both were under way.
    (older,) = await world.write(1, demands_action=True)
    dossier = (await world.database.fetch("SELECT dossier_id FROM notices"))[0]["dossier_id"]
    await notices.claim_due(world.database, world.cipher, lane="status", limit=1, lease_seconds=60)
    await world.let_pass("lease_until")
    await notices.expire_leases(world.database, wait_seconds=300)
    await world.let_pass()
    async with world.database.transaction() as deciding:
        decided = await fetch(deciding, queries("notices")["settle_doubts"], {"max_sends": 2})
        assert [row["again"] for row in decided] == [True]
        (newer,) = await world.write(1, dossier_id=dossier, ordinal=2)
        await world.delivery().deliver_due("status")
        assert provider.taken == []
    await world.delivery().deliver_due("status")
    assert provider.taken == [notices.tracking_id(older), notices.tracking_id(newer)]


async def test_a_retry_far_away_gives_way_to_a_newer_notice_of_its_dossier(world: World, provider: Provider) -> None:
    # It used to hold up everything newer of its dossier for as long as the ladder lasts.
    older, newer = await world.write(2, dossiers=False)
    (patient,) = await world.write(1)
    await world.database.fetch(
        "UPDATE notices SET tries = 5, due_at = now() + interval '2 hours' WHERE id = ANY(%(ids)s) RETURNING id",
        {"ids": [older, patient]},
    )
    delivery = world.delivery()
    await delivery.deliver_due("status")
    assert provider.taken == [], "in order: the newer one waits"
    await sweeper_of(world, delivery).sweep()
    await eventually(lambda: provider.taken == [notices.tracking_id(newer)])
    views = {notice: await notices.get(world.database, notice) for notice in (older, patient)}
    assert (views[older].state, views[older].reason) == ("superseded", "overtaken")
    assert views[patient].state == "pending", "with nothing newer it is still tried"


async def test_a_receipt_for_a_doubt_that_the_night_holds_back_stops_its_second_send(world: World) -> None:
    # It used to be thrown away, and the notice went out again in the morning.
    (notice,) = await world.write(1, demands_action=True)
    await notices.claim_due(world.database, world.cipher, lane="status", limit=1, lease_seconds=60)
    await world.let_pass("lease_until")
    await notices.expire_leases(world.database, wait_seconds=300)
    await world.let_pass()
    assert await notices.settle_doubts(world.database) == [("status", True)]
    await world.delivery(decent_delay=lambda _seconds, _notice: 3600.0).deliver_due("status")
    assert (await world.see(notice)).state == "held"
    assert await notices.apply_receipts(world.database, [Receipt(notice)]) == {notice}
    assert (await world.see(notice)).state == "delivered"


async def test_a_put_back_that_does_not_climb_gives_way_to_a_newer_notice_too(world: World) -> None:
    # A daily quota put a notice back until the morning, and everything newer of its dossier waited with it.
    older, newer = await world.write(2, dossiers=False)
    await world.database.fetch(
        "UPDATE notices SET due_at = now() + interval '9 hours' WHERE id = %(id)s RETURNING id", {"id": older}
    )
    assert await collapse_backlog(world.database, patience_seconds=60) == 1
    assert [(await world.see(each)).state for each in (older, newer)] == ["superseded", "pending"]


async def test_held_notices_are_released_when_their_hour_has_come(world: World) -> None:
    rings: list[str] = []
    await world.write(3, state="held", reason="quiet_hours")
    report = await sweeper_of(world, world.delivery(), rings=rings).sweep()
    assert (report.released, rings, await world.states()) == (("status",), ["status"], {"pending": 3})


async def test_one_sweeper_works_at_a_time(world: World) -> None:
    await world.write(1)
    sweeper = sweeper_of(world, world.delivery())
    async with world.database.transaction() as connection:
        await fetch(connection, "SELECT pg_advisory_xact_lock(hashtext('hoso.sweeper'))")
        assert not (await sweeper.sweep()).is_ours
    assert (await sweeper.sweep()).is_ours, "the lock went with its transaction"


async def test_the_sweeper_outlives_a_database_that_is_away(world: World) -> None:
    pauses: list[float] = []
    is_enough = asyncio.Event()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            is_enough.set()
            await asyncio.Event().wait()

    async def ring(_work: str) -> bool:
        return True

    async with Database("postgresql://nobody@127.0.0.1:1/none", timeout_seconds=0.1) as away:
        sweeper = Sweeper(away, ring, world.delivery(), no_receipts, sleep=sleep)
        running = asyncio.create_task(sweeper.run())
        await asyncio.wait_for(is_enough.wait(), 5)
        running.cancel()
        await asyncio.wait([running])
    assert pauses == [4, 8, 16]
