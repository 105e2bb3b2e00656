"""The worker process as it runs: woken by the bell, deaf to foreign jobs, alive without Redis, gone after SIGTERM."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from storage import notices
from tests.integration.workers.composition import World, eventually
from tests.integration.workers.provider import Provider
from workers import bell
from workers.doorbell import ring_now
from workers.queues import QUEUE

NEVER = 3600.0


@asynccontextmanager
async def run_process(
    log: IO[bytes], postgres_url: str, redis_url: str, platform_url: str, *, sweep_seconds: float
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.workers.worker_main",
        postgres_url,
        redis_url,
        platform_url,
        str(sweep_seconds),
        stdout=log,
        stderr=log,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def ring_anew(client: Redis) -> None:
    client.delete(bell.bell_key("status"))
    ring_now(client, "status")


async def test_the_bell_wakes_a_worker_that_runs_nothing_else_and_leaves_in_peace(
    world: World,
    provider: Provider,
    emptied_postgres_url: str,
    redis_url: str,
    process_log: Callable[[str], IO[bytes]],
    tmp_path: Path,
) -> None:
    trace = tmp_path / "executed"
    log = process_log("worker")
    with Redis.from_url(redis_url) as client:
        foreign = Queue(QUEUE, connection=client, serializer=JSONSerializer)
        foreign.enqueue("subprocess.check_output", ["touch", str(trace)])
        async with run_process(log, emptied_postgres_url, redis_url, provider.url, sweep_seconds=NEVER) as process:
            written = await world.write(30)
            for _ in range(2):
                ring_anew(client)  # the same work twice
            await eventually(lambda: len(provider.taken) == 30, seconds=20)
            assert provider.counts == {notices.tracking_id(notice): 1 for notice in written}
            assert not trace.exists()

            provider.gate.clear()
            await world.write(15)
            ring_anew(client)
            await eventually(lambda: provider.under_way == 10)
            process.send_signal(signal.SIGTERM)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(process.wait(), 0.5)
            provider.gate.set()
            assert await asyncio.wait_for(process.wait(), 10) == 0
    assert await world.states() == {"accepted": 40, "pending": 5}
    said = Path(log.name).read_text(encoding="utf-8")
    assert "JobNotAllowed" in said
    assert str(trace) not in said, "arguments of jobs are not logged"


async def test_an_outage_of_redis_neither_ends_the_worker_nor_stops_delivery(
    world: World,
    provider: Provider,
    emptied_postgres_url: str,
    redis_url: str,
    process_log: Callable[[str], IO[bytes]],
) -> None:
    async with run_gate(redis_url) as gate:
        log = process_log("worker")
        async with run_process(log, emptied_postgres_url, gate.url, provider.url, sweep_seconds=0.2) as process:
            await eventually(lambda: gate.was_used, seconds=20)
            gate.shut()
            await world.write(5)
            await eventually(lambda: len(provider.taken) == 5)
            await gate.open()
            await world.write(5)
            await eventually(lambda: len(provider.taken) == 10)
            gate.shut()
            assert process.returncode is None
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 10) == 0
            assert time.monotonic() - started < 8
    assert provider.counts.most_common(1)[0][1] == 1


class Gate:
    """A door in front of Valkey that can be shut and opened: nothing gets through while it is shut."""

    def __init__(self, socket_path: str, database: str) -> None:
        self._socket_path, self._database = socket_path, database
        self._server: asyncio.Server | None = None
        self._port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self.was_used = False

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/{self._database}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass_through, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def shut(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _pass_through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.was_used = True
        there_reader, there_writer = await asyncio.open_unix_connection(self._socket_path)
        self._writers |= {writer, there_writer}
        await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def run_gate(redis_url: str) -> AsyncIterator[Gate]:
    path, _, database = redis_url.removeprefix("unix://").partition("?db=")
    gate = Gate(path, database)
    await gate.open()
    try:
        yield gate
    finally:
        gate.shut()
