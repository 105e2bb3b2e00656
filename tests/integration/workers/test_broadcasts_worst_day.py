"""The worst day of a broadcast: a busy first person, an opt-out in a pause, a database that drops everybody."""

import asyncio
from datetime import UTC, datetime, time, timedelta

import psycopg
import pytest

from status_bridge.choices import DailyLimit
from storage import audit, recipients
from tests.integration.workers.broadcasting import Bench, People, phones
from tests.integration.workers.composition import World

KILL_WORKING = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""


@pytest.fixture
async def bench(world: World) -> Bench:
    await world.database.fetch("DELETE FROM broadcasts RETURNING id")
    return Bench(world)


async def test_one_person_who_has_had_enough_today_does_not_keep_all_others_waiting(bench: Bench) -> None:
    everybody = phones(60)
    await bench.world.write(2, phone=everybody[0], due_at=datetime.now(UTC))
    broadcast = await bench.start(canary_percent=1)
    leader = bench.leader(People(everybody), limit=DailyLimit(2, time(17), merges=False))
    for _ in range(5):
        await leader.lead()
    seen = await bench.see(broadcast)
    assert (seen.state, seen.released) == ("canary", 21)
    assert await bench.states(broadcast) == {"held": 40, "pending": 20}
    assert await bench.deliver() == list(range(2, 22))
    for _ in range(2):
        await leader.lead()
    assert (await bench.see(broadcast)).released == 60


async def test_who_opts_out_in_a_pause_gets_nothing_and_all_others_do(bench: Bench) -> None:
    everybody = phones(30)
    broadcast = await bench.start()
    leader = bench.leader(People(everybody), ahead=10)
    for _ in range(3):
        await leader.lead()
    assert await bench.deliver(4) == [1, 2, 3, 4]
    await bench.put(broadcast, "paused")
    await leader.lead()
    for place in (4, 20):  # one that was put aside, one whose turn has not come
        await recipients.opt_out(bench.world.database, bench.world.cipher, everybody[place])
    await bench.put(broadcast, "resumed")
    sent: list[int] = []
    for _ in range(6):
        await leader.lead()
        sent += await bench.deliver()
    assert sent == [*range(6, 21), *range(22, 31)]
    for _ in range(2):
        await leader.lead()
    seen = await bench.see(broadcast)
    assert (seen.state, seen.progress["counts"]) == ("done", {"accepted": 28, "suppressed": 2})


async def test_a_database_that_drops_whoever_works_costs_nobody_a_message(
    bench: Bench, emptied_postgres_url: str
) -> None:
    broadcast = await bench.start(canary_percent=10)
    leader = bench.leader(
        People(phones(80)),
        chunk_rows=10,
        release_rows=7,
        ahead=15,
        busy_seconds=0.0,
        idle_seconds=0.01,
        max_backoff_seconds=0.02,
    )
    leading = asyncio.create_task(leader.run())
    sent: list[int] = []
    killed = 0
    deadline = datetime.now(UTC) + timedelta(seconds=20)
    with psycopg.connect(emptied_postgres_url, autocommit=True) as breaker:
        while (await bench.see(broadcast)).state != "done":
            assert datetime.now(UTC) < deadline, f"{sent}; {await bench.see(broadcast)}"
            killed += breaker.execute(KILL_WORKING).rowcount if killed < 12 else 0
            await asyncio.sleep(0.01)
            sent += await bench.deliver()
    assert not leading.done(), "it outlives every outage"
    leading.cancel()
    await asyncio.gather(leading, return_exceptions=True)
    assert (sent, killed > 0) == (list(range(1, 81)), True)
    assert len({row["recipient_hash"] for row in await bench.rows(broadcast)}) == 80


async def test_one_that_nobody_wants_ends_at_once_and_in_the_log(bench: Bench) -> None:
    broadcast = await bench.start()
    await bench.leader(People([], opted_out=3)).lead()
    seen = await bench.see(broadcast)
    [entry] = await audit.search(bench.world.database, object=seen.number)
    assert (seen.state, entry.action, entry.actor, entry.detail) == (
        *("done", "broadcast.finish", "system"),
        {"people": 0},
    )


@pytest.mark.parametrize(("people", "percent", "first"), [(3, 0.1, 1), (3, 34, 2), (3, 100, 3)])
async def test_a_share_of_three_people_is_one_of_them_at_least(
    bench: Bench, people: int, percent: float, first: int
) -> None:
    broadcast = await bench.start(canary_percent=percent)
    leader = bench.leader(People(phones(people)))
    for _ in range(3):
        await leader.lead()
    sent = await bench.deliver()
    assert len(sent) == first
    for _ in range(3):
        await leader.lead()
    sent += await bench.deliver()
    for _ in range(2):
        await leader.lead()
    assert (sent, (await bench.see(broadcast)).state) == ([1, 2, 3], "done")
