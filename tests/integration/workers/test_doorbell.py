"""The bell: one job for many rings, no wake-up lost, and nobody waits for a Redis that is away."""

import asyncio
import socket
import threading
import time

import pytest
from redis import Redis

from workers import bell
from workers.doorbell import MAX_QUEUED_JOBS, Doorbell, ring_now
from workers.queues import make_queue


@pytest.fixture
def redis(redis_url: str) -> Redis:
    with Redis.from_url(redis_url) as client:
        yield client


async def test_many_rings_are_one_job_until_somebody_starts_on_it(redis: Redis, redis_url: str) -> None:
    doorbell = Doorbell(redis_url)
    assert all(await asyncio.gather(*(doorbell.ring("status") for _ in range(50))))
    assert await doorbell.ring("receipts")
    queue = make_queue(redis)
    assert [job.args for job in queue.jobs] == [["status"], []]
    assert [(job.result_ttl, job.failure_ttl) for job in queue.jobs] == [(0, 300)] * 2
    bell.answer(redis, "status")
    assert await doorbell.ring("status")
    assert queue.count == 3
    await doorbell.aclose()


async def test_a_ring_in_the_background_is_rung_before_the_bell_is_put_away(redis: Redis, redis_url: str) -> None:
    doorbell = Doorbell(redis_url)
    doorbell.ring_soon("status")
    await doorbell.aclose()
    assert make_queue(redis).count == 1


def test_no_wake_up_is_lost_between_committing_ringing_and_starting(redis_url: str) -> None:
    """Writers commit and ring; a worker answers the bell and then looks. At the end all work has been seen, at once."""
    committed, seen, is_over = [], 0, threading.Event()

    def write() -> None:
        with Redis.from_url(redis_url) as client:
            for number in range(100):
                committed.append(number)  # the commit
                ring_now(client, "status")

    def work() -> None:
        nonlocal seen
        with Redis.from_url(redis_url) as client:
            queue = make_queue(client)
            while not (is_over.is_set() and queue.count == 0):
                if client.lpop(queue.key) is None:
                    continue
                bell.answer(client, "status")
                seen = len(committed)  # the claim: whatever was committed by now

    threads = [threading.Thread(target=write) for _ in range(3)]
    worker = threading.Thread(target=work)
    worker.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    is_over.set()
    worker.join(10)
    assert seen == 300


async def test_a_bell_that_nobody_hears_does_not_fill_redis(redis: Redis) -> None:
    for _ in range(MAX_QUEUED_JOBS + 20):
        redis.delete(bell.bell_key("status"))
        ring_now(redis, "status")
    assert make_queue(redis).count == MAX_QUEUED_JOBS


async def test_while_redis_is_away_ringing_is_quick_quiet_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    doorbell = Doorbell("redis://127.0.0.1:1/0")
    started = time.monotonic()
    assert not any([await doorbell.ring("status") for _ in range(200)])
    assert time.monotonic() - started < 1.0
    await doorbell.aclose()
    assert sum("doorbell_silent" in record.getMessage() for record in caplog.records) == 1


async def test_a_redis_that_hangs_costs_half_a_second_and_never_blocks_the_loop() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        doorbell = Doorbell(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        longest, last = 0.0, time.monotonic()
        ringing = asyncio.create_task(doorbell.ring("status"))
        while not ringing.done():
            await asyncio.sleep(0.005)
            now = time.monotonic()
            longest, last = max(longest, now - last), now
        assert await ringing is False
        await doorbell.aclose()
    assert longest < 0.4, "the loop went on all the time"


async def test_the_bell_works_again_when_redis_is_back(redis_url: str) -> None:
    now = [0.0]
    doorbell = Doorbell(redis_url, clock=lambda: now[0])
    doorbell._outage.begin(now[0])
    assert not await doorbell.ring("status"), "it is left alone for a second"
    now[0] = 2.0
    assert await doorbell.ring("status")
    await doorbell.aclose()
