"""The stream source on a real Valkey: nothing that was added is lost, whoever dies."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from dossiers.status import Notice
from status_bridge.sources import stream
from status_bridge.sources.stream import DEAD, GROUP, STREAM, TAKE_OVER_IDLE_MS, StreamSource
from tests.integration.status_bridge.bridge import Bridge, history, new_code, raw_event
from tests.integration.status_bridge.pg_gate import PgGate


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BLOCK_MS", 50)


def _client(url: str, name: str | None = None) -> "Redis":
    return Redis.from_url(url, socket_timeout=5, retry=Retry(NoBackoff(), 0), client_name=name)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator["Redis"]:
    async with _client(redis_url) as client:
        yield client


@asynccontextmanager
async def running(url: str, bridge: Bridge, consumer: str = "one") -> AsyncIterator[str]:
    """A source at work until the end of the block; gives the name of its connections."""
    stop, name = asyncio.Event(), f"source-{uuid.uuid4().hex}"
    async with _client(url, name) as client:
        task = asyncio.create_task(StreamSource(client, bridge.intake, consumer=consumer).run(stop))
        try:
            yield name
            assert not task.done()
        finally:
            stop.set()
            await asyncio.wait_for(task, 10)


async def until(check: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    """Wait until a check holds."""
    async with asyncio.timeout(seconds):
        while not await check():
            await asyncio.sleep(0.02)


async def add(redis: "Redis", *events: Any) -> list[bytes]:
    """Put events into the stream as a producer does."""
    bodies = [event if isinstance(event, bytes) else json.dumps(event).encode() for event in events]
    return [await redis.xadd(STREAM, {b"event": body}) for body in bodies]


async def is_finished(redis: "Redis") -> bool:
    """Whether everything in the stream was delivered and acknowledged."""
    groups = await redis.xinfo_groups(STREAM) if await redis.exists(STREAM) else []
    return bool(groups) and groups[0]["pending"] == 0 and groups[0]["lag"] == 0


async def _pending_of(redis: "Redis", consumer: str) -> int:
    consumers = {each["name"].decode(): each["pending"] for each in await redis.xinfo_consumers(STREAM, GROUP)}
    return int(consumers.get(consumer, 0))


TOLD = [Notice.SUBMITTED, Notice.ACCEPTED, Notice.FINISHED]


async def test_entries_from_before_the_group_and_after_it_are_taken(
    redis: "Redis", redis_url: str, bridge: Bridge
) -> None:
    await add(redis, *history(before := new_code(), [1, 2, 9]))
    async with running(redis_url, bridge):
        await until(lambda: is_finished(redis))
        assert await bridge.told(before) == TOLD
        await add(redis, *history(after := new_code(), [1, 2, 9]))
        await until(lambda: is_finished(redis))
        assert await bridge.told(after) == TOLD
    assert await redis.exists(DEAD) == 0
    assert set(bridge.rings) == {"status"}


async def test_it_starts_on_an_empty_redis(redis: "Redis", redis_url: str, bridge: Bridge) -> None:
    async with running(redis_url, bridge):
        await until(lambda: is_finished(redis))
        await add(redis, raw_event(code := new_code(), 2))
        await until(lambda: is_finished(redis))
    assert await bridge.told(code) == [Notice.ACCEPTED]


async def test_two_consumers_share_the_work(redis: "Redis", redis_url: str, bridge: Bridge) -> None:
    async with running(redis_url, bridge, "one"), running(redis_url, bridge, "two"):
        codes = [new_code() for _ in range(60)]
        for status in (1, 2, 9):
            await add(redis, *(raw_event(code, status, minute=status) for code in codes))
        await until(lambda: is_finished(redis))
    for code in codes:
        outcomes = await bridge.outcomes(code)
        assert sum(outcomes.values()) == 3
        assert (await bridge.told(code))[-1] is Notice.FINISHED


async def test_an_entry_is_acknowledged_only_after_the_commit(redis: "Redis", redis_url: str, bridge: Bridge) -> None:
    await add(redis, raw_event(code := new_code(), 2))
    async with running(redis_url, bridge):
        async with bridge.database.transaction() as blocker:
            await blocker.execute("LOCK TABLE event_keys IN ACCESS EXCLUSIVE MODE")
            await until(lambda: _is_waiting_for_lock(bridge))
            assert await _pending_of(redis, "one") == 1
        await until(lambda: is_finished(redis))
    assert await bridge.told(code) == [Notice.ACCEPTED]


async def _is_waiting_for_lock(bridge: Bridge) -> bool:
    return bool(await bridge.rows("SELECT 1 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM"
                                  " pg_database WHERE datname = current_database())"))  # fmt: skip


async def test_after_a_crash_a_consumer_first_takes_what_it_had_been_given(
    redis: "Redis", redis_url: str, bridge: Bridge
) -> None:
    committed, lost = raw_event(new_code(), 2), raw_event(new_code(), 2)
    await add(redis, committed, lost)
    await redis.xgroup_create(STREAM, GROUP, id="0")
    await redis.xreadgroup(GROUP, "one", {STREAM: ">"})
    await bridge.take([committed])  # it died between the commit and the acknowledgement of the first
    async with running(redis_url, bridge):
        await until(lambda: is_finished(redis))
    assert await bridge.outcomes(committed["subject"]) == {"accepted": 1, "duplicate": 1}
    assert await bridge.outcomes(lost["subject"]) == {"accepted": 1}


async def test_a_backlog_longer_than_a_batch_is_reread_to_its_end(
    redis: "Redis", redis_url: str, bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BATCH_ENTRIES", 10)
    codes = [new_code() for _ in range(35)]
    await add(redis, *(raw_event(code, 2) for code in codes))
    await redis.xgroup_create(STREAM, GROUP, id="0")
    await redis.xreadgroup(GROUP, "one", {STREAM: ">"}, count=25)
    async with running(redis_url, bridge):
        await until(lambda: is_finished(redis))
    assert [len(await bridge.told(code)) for code in codes] == [1] * 35


async def test_what_a_dead_consumer_left_is_taken_over_and_a_living_ones_is_not(
    redis: "Redis", redis_url: str, bridge: Bridge
) -> None:
    dead, living = raw_event(new_code(), 2), raw_event(new_code(), 2)
    first, _ = await add(redis, dead, living)
    await redis.xgroup_create(STREAM, GROUP, id="0")
    await redis.xreadgroup(GROUP, "dead", {STREAM: ">"}, count=1)
    await redis.xreadgroup(GROUP, "living", {STREAM: ">"}, count=1)
    await redis.xclaim(STREAM, GROUP, "dead", 0, [first], idle=TAKE_OVER_IDLE_MS + 1)
    async with running(redis_url, bridge):
        await until(lambda: _has(bridge, dead["subject"]))
        await add(redis, after := raw_event(new_code(), 2))
        await until(lambda: _has(bridge, after["subject"]))
    assert await bridge.outcomes(living["subject"]) == {}
    assert await _pending_of(redis, "living") == 1


async def _has(bridge: Bridge, code: str) -> bool:
    return bool(await bridge.outcomes(code))


async def test_what_cannot_be_taken_goes_to_the_dead_letters_with_the_reason(
    redis: "Redis", redis_url: str, bridge: Bridge
) -> None:
    good = raw_event(new_code(), 2)
    refused = raw_event(new_code(), 11)
    await add(redis, b"{", b"\xff", b"[" * 100_000, refused, good, b"7")
    await redis.xadd(STREAM, {b"evnt": b"{}"})
    async with running(redis_url, bridge):
        await until(lambda: is_finished(redis))
    letters = {fields[b"event"][:20]: fields[b"reason"].decode() for _, fields in await redis.xrange(DEAD)}
    assert "no JSON" in letters[b"{"]
    assert "UTF-8" in letters[b"\xff"]
    assert "nested" in letters[b"[" * 20]
    assert "field 'event'" in letters[b""]
    assert "data.status" in letters[json.dumps(refused).encode()[:20]]
    assert "JSON object" in letters[b"7"]
    assert len(letters) == 6
    assert await bridge.told(good["subject"]) == [Notice.ACCEPTED]


async def test_a_flushed_redis_is_set_up_anew(redis: "Redis", redis_url: str, bridge: Bridge) -> None:
    async with running(redis_url, bridge):
        await add(redis, raw_event(new_code(), 2))
        await until(lambda: is_finished(redis))
        await redis.flushdb()
        await add(redis, raw_event(code := new_code(), 2))
        await until(lambda: _has(bridge, code))
        await until(lambda: is_finished(redis))


async def test_cut_connections_to_redis_are_made_anew(redis: "Redis", redis_url: str, bridge: Bridge) -> None:
    async with running(redis_url, bridge) as name:
        for _ in range(3):
            for client in await redis.client_list():
                if client["name"] == name:
                    await redis.client_kill_filter(_id=client["id"])
            await add(redis, raw_event(code := new_code(), 2))
            await until(lambda code=code: _has(bridge, code))  # type: ignore[misc]
        await until(lambda: is_finished(redis))


async def test_without_postgresql_it_waits_and_nothing_is_lost(
    redis: "Redis", redis_url: str, postgres_url: str
) -> None:
    async with (
        PgGate.open(postgres_url) as gate,
        Bridge.open(gate.url, timeout_seconds=0.2) as bridge,
        Bridge.open(postgres_url) as beside,
        running(redis_url, bridge),
    ):
        await add(redis, first := raw_event(new_code(), 2))
        await until(lambda: _has(beside, first["subject"]))
        gate.shut()
        codes = [new_code() for _ in range(20)]
        await add(redis, *(event for code in codes for event in history(code, [1, 2, 9])))
        await until(lambda: _is_pending(redis))
        gate.is_shut = False
        await until(lambda: is_finished(redis))
        for code in codes:
            assert await beside.told(code) == TOLD
    assert await redis.exists(DEAD) == 0


async def _is_pending(redis: "Redis") -> bool:
    return await _pending_of(redis, "one") > 0


async def test_trimming_drops_what_everybody_finished_and_never_what_is_unread_or_pending(
    redis: "Redis", redis_url: str, bridge: Bridge
) -> None:
    old = [f"{number}-0" for number in range(1, 501)]  # 1970: far older than what is kept
    for entry in old:
        await redis.xadd(STREAM, {b"event": b"{}"}, id=entry)
    await redis.xgroup_create(STREAM, GROUP, id="0")
    await redis.xgroup_create(STREAM, "others", id="0")
    await redis.xreadgroup(GROUP, "slow", {STREAM: ">"}, count=400)
    await redis.xack(STREAM, GROUP, *old[:350])  # 50 are under way in a living process
    await redis.xreadgroup("others", "x", {STREAM: ">"}, count=250)
    await redis.xack(STREAM, "others", *old[:100])  # of which another group has 150 under way
    async with running(redis_url, bridge):
        await until(lambda: _is_trimmed(redis, 500))
        assert [entry.decode() for entry, _ in await redis.xrange(STREAM)][-400:] == old[100:]


async def _is_trimmed(redis: "Redis", length: int) -> bool:
    return int(await redis.xlen(STREAM)) < length


async def test_it_stops_when_it_is_told_to(redis_url: str, bridge: Bridge) -> None:
    stop = asyncio.Event()
    async with _client(redis_url) as client:
        task = asyncio.create_task(StreamSource(client, bridge.intake, consumer="one").run(stop))
        await asyncio.sleep(0)
        stop.set()
        await asyncio.wait_for(task, 5)
