"""One loop in one thread: jobs run on it, time out on it, and its services are left in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis import Redis

from tests.integration.workers.composition import open_world
from workers import bell, jobs, runtime
from workers.doorbell import ring_now
from workers.errors import RuntimeClosed
from workers.listening import LaneWorker
from workers.queues import worker_connection
from workers.receipts import apply_receipts
from workers.runtime import WorkerRuntime, WorkerServices


class Services:
    """Opens the services against a platform that nobody serves, and remembers the order of things."""

    def __init__(self, postgres_url: str) -> None:
        self.postgres_url = postgres_url
        self.events: list[str] = []

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[WorkerServices]:
        async with open_world(self.postgres_url, "http://127.0.0.1:1") as world:
            self.events.append("opened")

            async def receipts() -> int:
                return await apply_receipts(world.database, world.cipher)

            yield WorkerServices(world.delivery(), receipts)
            self.events.append("left")


def test_rq_runs_our_jobs_on_the_loop_and_the_bell_is_answered(emptied_postgres_url: str, redis_url: str) -> None:
    services = Services(emptied_postgres_url)
    with WorkerRuntime(services) as running:
        runtime.install(running)
        try:
            with worker_connection(redis_url) as connection:
                for work in ("status", "receipts"):
                    ring_now(connection, work)
                LaneWorker(connection, "a-test", worker_ttl_seconds=60).work(burst=True, logging_level="WARNING")
                assert not connection.exists(bell.bell_key("status"), bell.bell_key("receipts"))
                assert connection.keys("rq:job:*") == [], "nothing is kept of a job that is done"
        finally:
            runtime.install(None)
    assert services.events == ["opened", "left"]


def test_what_takes_too_long_is_cancelled_on_the_loop(emptied_postgres_url: str) -> None:
    ends: list[str] = []

    async def never() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("cancelled")

    with WorkerRuntime(Services(emptied_postgres_url)) as running, pytest.raises(TimeoutError):
        running.run(never(), timeout=0.05)
    assert ends == ["cancelled"]


def test_without_a_runtime_a_job_says_what_to_do(emptied_postgres_url: str) -> None:
    with pytest.raises(RuntimeClosed, match="hoso worker"):
        jobs.deliver_due("status")
    with WorkerRuntime(Services(emptied_postgres_url)) as closed:
        pass

    async def anything() -> None: ...

    with pytest.raises(RuntimeClosed):
        closed.run(anything(), timeout=1)


def test_services_that_cannot_be_opened_end_the_start() -> None:
    @asynccontextmanager
    async def broken() -> AsyncIterator[WorkerServices]:
        raise ValueError("a setting is missing")
        yield

    with pytest.raises(ValueError, match="a setting is missing"), WorkerRuntime(broken):
        pass


def test_rq_s_command_channel_is_not_listened_to(emptied_postgres_url: str, redis_url: str) -> None:
    with Redis.from_url(redis_url) as client:
        worker = LaneWorker(client, "a-test", worker_ttl_seconds=60)
        worker.work(burst=True, logging_level="WARNING")
        assert worker.pubsub is None
        assert client.publish("rq:pubsub:a-test", '{"command": "shutdown"}') == 0
