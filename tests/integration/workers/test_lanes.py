"""Lanes beside each other: a full one takes no slot from another, and a ring finds a process that serves its lane."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from redis import Redis

from storage.notices import tracking_id
from tests.integration.workers.composition import World, eventually, open_world
from tests.integration.workers.provider import Provider
from workers import bell, jobs, runtime
from workers.doorbell import Doorbell, ring_now
from workers.lanes import BROADCAST_QUEUE, LANES, QUEUE
from workers.listening import LaneWorker
from workers.queues import make_queue, worker_connection
from workers.runtime import WorkerRuntime, WorkerServices


async def test_two_full_lanes_leave_an_urgent_notice_its_slot(world: World, provider: Provider) -> None:
    provider.gate.clear()  # nobody gets an answer: every slot stays taken
    await world.write(40, lane="broadcast")
    await world.write(40, lane="status")
    delivery = world.delivery(in_flight=10)
    for lane in ("broadcast", "status"):
        delivery.wake(lane)
    await eventually(lambda: provider.under_way == 20)
    urgent = await world.write(5, lane="urgent")
    delivery.wake("urgent")
    await eventually(lambda: {tracking_id(notice) for notice in urgent} <= set(provider.taken))
    assert provider.under_way == 25
    provider.gate.set()


async def test_in_one_busy_process_an_urgent_notice_overtakes_what_waits_in_other_lanes(
    world: World, provider: Provider
) -> None:
    window = 20
    await world.write(600, lane="broadcast")
    await world.write(600, lane="status")
    delivery = world.delivery(in_flight=window)
    for lane in ("broadcast", "status"):
        delivery.wake(lane)
    await eventually(lambda: len(provider.taken) > 4 * window)
    [urgent] = await world.write(1, lane="urgent")
    begun = len(provider.taken)
    delivery.wake("urgent")
    await eventually(lambda: tracking_id(urgent) in provider.taken)
    # The windows under way, and as much again while the claim of the third lane is made.
    assert provider.taken.index(tracking_id(urgent)) - begun < 10 * window
    await eventually(lambda: len(provider.taken) == 1201, seconds=30)


async def test_a_ring_is_answered_at_once_while_a_slow_send_keeps_the_drain_at_work(
    world: World, provider: Provider
) -> None:
    provider.gate.clear()  # the first one's answer takes its time
    delivery = world.delivery(in_flight=10)
    for number in range(1, 4):
        [notice] = await world.write(1, lane="status")
        assert await asyncio.wait_for(delivery.answer("status"), 5)
        await eventually(lambda notice=notice: tracking_id(notice) in provider.taken)
        assert provider.under_way == number
    provider.gate.set()
    await eventually(lambda: provider.under_way == 0)


async def test_with_a_full_window_no_ring_is_worth_hearing(world: World, provider: Provider) -> None:
    provider.gate.clear()
    await world.write(20, lane="status")
    delivery = world.delivery(in_flight=10)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(delivery.answer("status"), 0.3)
    provider.gate.set()
    await eventually(lambda: len(provider.taken) == 20)


async def test_broadcasts_ring_on_a_queue_of_their_own_and_what_is_urgent_rings_first(redis_url: str) -> None:
    doorbell = Doorbell(redis_url)
    for work in ("status", "receipts", "broadcast", "urgent"):
        assert await doorbell.ring(work)
    await doorbell.aclose()
    with Redis.from_url(redis_url) as client:
        assert [job.args for job in make_queue(client, QUEUE).jobs] == [["urgent"], ["status"], []]
        assert [job.args for job in make_queue(client, BROADCAST_QUEUE).jobs] == [["broadcast"]]


class Services:
    """A process with some lanes, against a platform that nobody serves."""

    def __init__(self, postgres_url: str, lanes: Sequence[str]) -> None:
        self._postgres_url, self._lanes = postgres_url, lanes

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[WorkerServices]:
        async with open_world(self._postgres_url, "http://127.0.0.1:1") as world:

            async def receipts() -> int:
                return 0

            yield WorkerServices(world.delivery(), receipts, lanes=self._lanes)


def listen(postgres_url: str, connection: Redis, lanes: Sequence[str], *, jobs_at_most: int | None = None) -> None:
    with WorkerRuntime(Services(postgres_url, lanes)) as running:
        runtime.install(running)
        try:
            worker = LaneWorker(connection, f"a-test-{'-'.join(lanes)}", worker_ttl_seconds=60)
            worker.work(burst=True, max_jobs=jobs_at_most, logging_level="WARNING")
        finally:
            runtime.install(None)


def test_a_ring_for_a_lane_that_is_not_served_is_passed_on_and_stays_unanswered(
    emptied_postgres_url: str, redis_url: str
) -> None:
    with worker_connection(redis_url) as connection:
        ring_now(connection, "urgent")
        listen(emptied_postgres_url, connection, ("status",), jobs_at_most=1)
        assert [job.args for job in make_queue(connection).jobs] == [["urgent", 1]]
        assert connection.exists(bell.bell_key("urgent")), "nobody has started on it"
        listen(emptied_postgres_url, connection, LANES)
        assert not make_queue(connection).jobs
        assert not connection.exists(bell.bell_key("urgent"))


def test_a_ring_that_nobody_serves_is_passed_on_for_a_while_only(emptied_postgres_url: str, redis_url: str) -> None:
    with worker_connection(redis_url) as connection:
        make_queue(connection).enqueue("workers.jobs.deliver_due", "urgent", jobs.MAX_HOPS - 1)
        listen(emptied_postgres_url, connection, ("status",))
        assert not make_queue(connection).jobs
        assert ring_now(connection, "urgent") == "rung", "the next ring is one"


async def test_many_drains_of_several_lanes_send_each_notice_once(world: World, provider: Provider) -> None:
    for lane in LANES:
        await world.write(60, lane=lane)
    deliveries = [world.delivery(in_flight=7) for _ in range(2)]
    await asyncio.gather(*(delivery.deliver_due(lane) for delivery in deliveries for lane in LANES))
    assert len(provider.taken) == len(provider.counts) == 180
