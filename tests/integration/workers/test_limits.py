"""The limits that processes share through a real Valkey: rates, pauses, quotas, and what holds while it is away."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest
import redis

from channels.base import SendReceipt
from channels.errors import Later, RateLimited
from channels.later import Until
from tests.integration.workers.composition import eventually
from tests.integration.workers.own_valkey import OwnValkey, own_valkey
from workers.limit_bucket import Flow
from workers.limit_config import EndpointLimit, LimitsConfig
from workers.limit_store import LimitStore
from workers.limits import OUR_LIMIT, QUOTA_RESERVED, Limits

CHANNEL = "zalo_template"
OTHER = "sms_esms"
PER_MINUTE = 6000
FLOW = Flow.of(PER_MINUTE)
AWAY = "redis://127.0.0.1:1/0"


def config(per_minute: int = PER_MINUTE, **facts: object) -> LimitsConfig:
    endpoints = {
        CHANNEL: EndpointLimit(account="oa", per_minute=per_minute, has_daily_quota=True),
        OTHER: EndpointLimit(per_minute=0),
    }
    return LimitsConfig.model_validate({"endpoints": endpoints, "beat_seconds": 0.05, **facts})


@asynccontextmanager
async def gates(url: str, count: int = 2, settings: LimitsConfig | None = None) -> AsyncIterator[list[Limits]]:
    """What so many processes hold, each with its heartbeat, all seen by all."""
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(Limits(url, settings or config())) for _ in range(count)]
        beating = [asyncio.create_task(gate.run()) for gate in opened]
        try:
            if url != AWAY:
                await eventually(lambda: all(gate.workers == count for gate in opened))
            yield opened
        finally:
            for task in beating:
                task.cancel()
            await asyncio.wait(beating)


@pytest.fixture
def valkey() -> Iterator[OwnValkey]:
    with own_valkey() as server:
        yield server


async def count_passes(gate: Limits, lane: str, until: Callable[[], bool], tasks: int = 20) -> int:
    """How many pass while `until` is false."""
    passed = 0

    async def go() -> None:
        nonlocal passed
        while not until():
            with suppress(RateLimited):
                await gate.enter(CHANNEL, lane, seconds=0.5)
                passed += 1

    await asyncio.gather(*(go() for _ in range(tasks)))
    return passed


def after(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def drain(url: str) -> None:
    """Empty the bucket, so that a test measures the flow alone."""
    with redis.Redis.from_url(url) as client:
        seconds, micros = client.time()
        client.hset(f"hoso:limit:oa:{CHANNEL}", mapping={"tokens": "0", "at": str(seconds * 1_000_000 + micros)})


def receipt(remaining: int | None = None, total: int | None = 1000, **facts: int) -> SendReceipt:
    return SendReceipt(message_id="1", quota_remaining=remaining, quota_total=total, **facts)


async def refusal(gate: Limits, lane: str, channel: str = CHANNEL, seconds: float = 0.2) -> RateLimited:
    with pytest.raises(RateLimited) as caught:
        await gate.enter(channel, lane, seconds=seconds)
    return caught.value


# -- the rate


async def test_two_processes_share_exactly_the_rate(redis_url: str) -> None:
    program, seconds = Path(__file__).with_name("limits_main.py"), 2.0
    command = [sys.executable, str(program), redis_url, str(PER_MINUTE), str(seconds)]
    pipe = asyncio.subprocess.PIPE
    both = [await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe) for _ in range(2)]
    for process in both:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    drain(redis_url)
    outputs = await asyncio.gather(*(process.communicate(b"go\n") for process in both))
    counts = [int(output) for output, _errors in outputs]
    # The second may have begun a little later than the first.
    assert sum(counts) <= FLOW.rate * (seconds + 0.5)
    assert sum(counts) >= FLOW.rate * seconds * 0.85
    assert min(counts) > 0


async def test_a_first_burst_is_one_bucket_however_many_ask(redis_url: str) -> None:
    async with gates(redis_url, 3) as opened:
        started = time.monotonic()
        total = sum(await asyncio.gather(*(count_passes(gate, "urgent", after(0.5)) for gate in opened)))
        assert total <= FLOW.burst + FLOW.rate * (time.monotonic() - started) + 1


async def test_a_flood_of_broadcasts_leaves_status_notices_quick(redis_url: str) -> None:
    waits: list[float] = []

    async def tell_states(gate: Limits, is_over: Callable[[], bool]) -> None:
        while not is_over():
            began = time.monotonic()
            await gate.enter(CHANNEL, "status", seconds=5)
            waits.append(time.monotonic() - began)
            await asyncio.sleep(0.02)

    async with gates(redis_url) as (one, two):
        is_over = after(2.0)
        flood = [count_passes(gate, "broadcast", is_over, tasks=50) for gate in (one, two)]
        *broadcasts, _none = await asyncio.gather(*flood, tell_states(one, is_over))
    assert sum(broadcasts) > 50
    assert len(waits) > 20
    assert sorted(waits)[int(len(waits) * 0.95)] < 0.1


async def test_a_broadcast_leaves_its_share_of_the_burst(redis_url: str) -> None:
    async with gates(redis_url, 1) as (gate,):
        began = time.monotonic()
        passed = await count_passes(gate, "broadcast", after(0.2), tasks=300)
        assert passed <= FLOW.burst * 0.7 + FLOW.rate * (time.monotonic() - began) + 1
        drained = FLOW.burst * 0.3 - 2
        began = time.monotonic()
        for _ in range(int(drained * 0.8)):
            await gate.enter(CHANNEL, "status", seconds=1)
        assert time.monotonic() - began < 0.5


async def test_who_cannot_have_a_share_in_time_is_told_when_to_come_back(redis_url: str) -> None:
    async with gates(redis_url, 1, config(60)) as (gate,):
        for _ in range(4):
            await gate.enter(CHANNEL, "urgent", seconds=1)
        began = time.monotonic()
        error = await refusal(gate, "urgent", seconds=0.1)
        assert 0.1 <= time.monotonic() - began < 0.9
        assert (error.code, error.is_sent_possible, error.counts_as_send) == (OUR_LIMIT, False, False)
        assert 1 <= error.retry_after_seconds <= 30


async def test_who_gave_up_takes_no_permit_along(redis_url: str) -> None:
    async with gates(redis_url, 1, config(60)) as (gate,):
        drain(redis_url)
        waiting = [asyncio.create_task(gate.enter(CHANNEL, "urgent", seconds=20)) for _ in range(5)]
        await asyncio.sleep(0)
        for task in waiting[:4]:
            task.cancel()
        await asyncio.wait_for(waiting[4], 5)


async def test_without_a_limit_of_ours_redis_is_not_asked(redis_url: str) -> None:
    async with Limits(redis_url, config(0)) as gate:
        for _ in range(1000):
            await gate.enter(CHANNEL, "broadcast", seconds=0)
    with redis.Redis.from_url(redis_url) as client:
        assert client.keys("*") == []


# -- what platforms say


async def test_too_fast_pauses_both_processes_and_every_lane(redis_url: str) -> None:
    async with gates(redis_url) as (one, two):
        one.note_error(CHANNEL, "broadcast", RateLimited("-32", "too fast", retry_after_seconds=60))
        assert (await refusal(one, "urgent")).retry_after_seconds > 55
        await eventually(lambda: is_shut(two, "urgent"), seconds=3)
        assert 50 < (await refusal(two, "status")).retry_after_seconds <= 60
        await two.enter(OTHER, "status", seconds=0.2)


async def test_a_pause_reaches_who_has_no_limit_of_ours_and_who_comes_later(redis_url: str) -> None:
    async with gates(redis_url, 2, config(0)) as (one, two):
        one.note_error(CHANNEL, "status", RateLimited("http_429", "", retry_after_seconds=30))
        await eventually(lambda: is_shut(two, "urgent"), seconds=3)
    async with Limits(redis_url, config(0)) as late:
        await late.beat()
        assert (await refusal(late, "status")).retry_after_seconds > 20


async def test_a_short_pause_is_waited_out(redis_url: str) -> None:
    async with gates(redis_url, 1) as (gate,):
        gate.note_error(CHANNEL, "status", RateLimited("-32", "", retry_after_seconds=0.3))
        began = time.monotonic()
        await gate.enter(CHANNEL, "status", seconds=5)
        assert 0.29 <= time.monotonic() - began < 3


async def test_our_own_refusals_pause_nothing(redis_url: str) -> None:
    async with gates(redis_url, 1) as (gate,):
        gate.note_error(CHANNEL, "status", RateLimited(OUR_LIMIT, "", retry_after_seconds=60))
        await gate.enter(CHANNEL, "status", seconds=1)


async def test_a_used_up_quota_stops_its_lane_everywhere_until_tomorrow(redis_url: str) -> None:
    async with gates(redis_url) as (one, two):
        one.note_error(CHANNEL, "status", Later("-144", "", until=Until.NEXT_DAY))
        error = await refusal(one, "status")
        assert (error.code, error.retry_after_seconds <= 900) == (QUOTA_RESERVED, True)
        await eventually(lambda: is_shut(two, "status"), seconds=3)
        await two.enter(CHANNEL, "urgent", seconds=1)


async def test_one_templates_quota_stops_the_broadcast_but_not_other_notices(redis_url: str) -> None:
    async with gates(redis_url, 1) as (gate,):
        for lane in ("status", "broadcast"):
            gate.note_error(CHANNEL, lane, Later("-147", "", until=Until.NEXT_DAY))
        await gate.enter(CHANNEL, "status", seconds=1)
        assert (await refusal(gate, "broadcast")).code == QUOTA_RESERVED


async def test_the_night_of_one_template_stops_no_lane(redis_url: str) -> None:
    async with gates(redis_url, 1) as (gate,):
        gate.note_error(CHANNEL, "status", Later("-133", "", until=Until.MORNING))
        await gate.enter(CHANNEL, "status", seconds=1)


async def test_at_the_reserve_a_broadcast_stops_everywhere_and_status_goes_on(redis_url: str) -> None:
    async with gates(redis_url) as (one, two):
        one.note_receipt(CHANNEL, "status", receipt(300))
        assert (await refusal(one, "broadcast")).code == QUOTA_RESERVED
        await one.beat()
        await eventually(lambda: is_shut(two, "broadcast"), seconds=3)
        await two.enter(CHANNEL, "status", seconds=1)
        assert two.quotas()[CHANNEL].remaining == 300
        two.note_receipt(CHANNEL, "status", receipt(2300, 3000))
        await two.enter(CHANNEL, "broadcast", seconds=1)
        await eventually(lambda: not is_shut(one, "broadcast"), seconds=3)


async def test_below_twice_the_reserve_a_broadcast_slows_down_in_proportion(redis_url: str) -> None:
    async with gates(redis_url, 1) as (gate,):
        gate.note_receipt(CHANNEL, "status", receipt(375))  # a quarter of the way from the reserve to its double
        await count_passes(gate, "broadcast", after(0.3), tasks=100)  # what the burst holds
        began = time.monotonic()
        passed = await count_passes(gate, "broadcast", after(2.0))
        speed = passed / (time.monotonic() - began)
        assert FLOW.rate * 0.25 * 0.7 < speed < FLOW.rate * 0.25 * 1.3


async def test_a_quota_that_is_a_persons_says_nothing_of_the_day(redis_url: str) -> None:
    async with gates(redis_url, 1) as (gate,):
        gate.note_receipt(OTHER, "status", receipt(0, 8))
        await gate.enter(OTHER, "broadcast", seconds=1)


async def test_the_platforms_rate_header_lowers_ours_for_all(redis_url: str) -> None:
    async with gates(redis_url) as (one, two):
        one.note_receipt(CHANNEL, "status", receipt(rate_limit=600, rate_remaining=590))
        await one.beat()
        await two.beat()
        drain(redis_url)
        began = time.monotonic()
        counts = await asyncio.gather(*(count_passes(gate, "urgent", after(1.0)) for gate in (one, two)))
        assert sum(counts) <= Flow.of(600).rate * (time.monotonic() - began + 0.3) + 1


async def test_processes_with_clocks_ten_minutes_apart_share_all_the_same(redis_url: str) -> None:
    def late() -> float:
        return time.monotonic() - 600

    async with (
        Limits(redis_url, config()) as one,
        Limits(redis_url, config(), clock=late, wall_clock=lambda: time.time() + 600) as two,
    ):
        for gate in (one, two, one):
            await gate.beat()
        assert (one.workers, two.workers) == (2, 2)
        drain(redis_url)
        began = time.monotonic()
        counts = await asyncio.gather(*(count_passes(gate, "urgent", after(1.0)) for gate in (one, two)))
        assert sum(counts) <= FLOW.rate * (time.monotonic() - began + 0.3)
        assert min(counts) > 5
        two.note_error(CHANNEL, "status", RateLimited("-32", "", retry_after_seconds=60))
        await two.beat()
        await one.beat()
        assert 50 < (await refusal(one, "status")).retry_after_seconds <= 60


# -- a new day


async def test_what_was_stopped_for_the_day_goes_on_after_midnight_in_vietnam() -> None:
    now = 1_772_470_500.0  # 2026-03-02 23:55 in Vietnam

    async with Limits(AWAY, config(0), clock=lambda: now, wall_clock=lambda: now) as gate:
        gate.note_receipt(CHANNEL, "status", receipt(10))
        gate.note_error(CHANNEL, "status", Later("-144", "", until=Until.NEXT_DAY))
        for lane in ("broadcast", "status"):
            assert (await refusal(gate, lane)).retry_after_seconds == pytest.approx(600)
        now += 599
        for lane in ("broadcast", "status"):
            await refusal(gate, lane)
        now += 2
        for lane in ("broadcast", "status"):
            await gate.enter(CHANNEL, lane, seconds=0)
        assert gate.quotas() == {}


# -- without Redis


async def test_never_seen_redis_means_a_careful_share() -> None:
    async with gates(AWAY, 1) as (gate,):
        await eventually(lambda: gate.is_alone)
        began = time.monotonic()
        passed = await count_passes(gate, "status", after(1.0))
        assert 5 < passed <= FLOW.rate / 4 * (time.monotonic() - began) + 1


async def test_a_killed_redis_leaves_the_fair_share_and_comes_back_without_a_jump(valkey: OwnValkey) -> None:
    async with gates(valkey.url) as opened:
        await asyncio.gather(*(count_passes(gate, "urgent", after(0.3), tasks=60) for gate in opened))
        valkey.kill()
        began = time.monotonic()
        counts = await asyncio.gather(*(count_passes(gate, "status", after(1.5)) for gate in opened))
        elapsed = time.monotonic() - began
        assert all(gate.is_alone for gate in opened)
        # Permits in hand, good for a quarter of a second, were fetched before.
        assert sum(counts) <= FLOW.rate * (elapsed + 0.3)
        assert min(counts) > FLOW.rate / 2 * elapsed * 0.5
        valkey.start()
        await eventually(lambda: not any(gate.is_alone for gate in opened))
        began = time.monotonic()
        counts = await asyncio.gather(*(count_passes(gate, "urgent", after(0.5), tasks=60) for gate in opened))
        assert 0 < sum(counts) <= FLOW.burst + FLOW.rate * (time.monotonic() - began)


async def test_a_frozen_redis_holds_nobody_up(valkey: OwnValkey) -> None:
    async with gates(valkey.url) as opened:
        await asyncio.gather(*(count_passes(gate, "urgent", after(0.3), tasks=60) for gate in opened))
        valkey.freeze()
        began = time.monotonic()
        counts = await asyncio.gather(*(count_passes(gate, "status", after(2.0)) for gate in opened))
        elapsed = time.monotonic() - began
        assert min(counts) > FLOW.rate / 2 * (elapsed - 0.6) * 0.6
        assert sum(counts) <= FLOW.rate * (elapsed + 0.3)
        valkey.thaw()
        await eventually(lambda: not any(gate.is_alone for gate in opened))
        began = time.monotonic()
        counts = await asyncio.gather(*(count_passes(gate, "urgent", after(0.5), tasks=60) for gate in opened))
        # What was spent alone is taken off the bucket that had filled up meanwhile: no second burst.
        assert 0 < sum(counts) <= FLOW.burst * 0.5 + FLOW.rate * (time.monotonic() - began)


async def test_a_full_redis_counts_as_away(valkey: OwnValkey) -> None:
    async with gates(valkey.url, 1) as (gate,):
        with valkey.client() as client:
            client.config_set("maxmemory", 1)
            await eventually(lambda: gate.is_alone)
            assert await count_passes(gate, "status", after(0.5)) > 0
            client.config_set("maxmemory", 0)
        await eventually(lambda: not gate.is_alone)
        await gate.enter(CHANNEL, "status", seconds=2)


async def test_a_flush_gives_one_bucket_and_not_two(redis_url: str) -> None:
    async with gates(redis_url) as opened:
        await asyncio.gather(*(count_passes(gate, "urgent", after(0.4), tasks=60) for gate in opened))
        with redis.Redis.from_url(redis_url) as client:
            client.flushdb()
            client.script_flush()
        began = time.monotonic()
        counts = await asyncio.gather(*(count_passes(gate, "urgent", after(0.5), tasks=60) for gate in opened))
        assert sum(counts) <= FLOW.burst + FLOW.rate * (time.monotonic() - began + 0.3)
        await eventually(lambda: all(gate.workers == 2 for gate in opened))


async def test_news_of_an_outage_is_told_when_redis_is_back(valkey: OwnValkey) -> None:
    async with gates(valkey.url) as (one, two):
        valkey.kill()
        await eventually(lambda: one.is_alone)
        one.note_error(CHANNEL, "status", RateLimited("-32", "", retry_after_seconds=60))
        assert not is_shut(two, "status")
        valkey.start()
        await eventually(lambda: is_shut(two, "status"))


async def test_a_process_that_left_or_died_is_not_counted(redis_url: str) -> None:
    settings = config(silent_seconds=0.4)
    async with gates(redis_url, 1, settings) as (one,):
        async with Limits(redis_url, settings) as two:
            await two.beat()
            await eventually(lambda: one.workers == 2)
        await eventually(lambda: one.workers == 1)
        dead = Limits(redis_url, settings)
        await dead.beat()
        await eventually(lambda: one.workers == 2)
        await eventually(lambda: one.workers == 1)
        await dead._store._redis.aclose()


async def test_the_heartbeat_ends_whenever_it_is_cancelled(redis_url: str) -> None:
    """redis-py 8.1 swallowed one cancellation in three: the task went on for ever, and with it the process."""
    async with Limits(redis_url, config(beat_seconds=0.001)) as gate:
        for number in range(60):
            beating = asyncio.create_task(gate.run())
            await asyncio.sleep(number / 10_000)
            beating.cancel()
            done, _running = await asyncio.wait([beating], timeout=2)
            assert done


async def test_leaving_ends_those_who_wait(redis_url: str) -> None:
    async with gates(redis_url, 1, config(60)) as (gate,):
        drain(redis_url)
        waiting = asyncio.create_task(gate.enter(CHANNEL, "status", seconds=20))
        await asyncio.sleep(0.05)
    with pytest.raises(RateLimited):
        await waiting


def is_shut(gate: Limits, lane: str) -> bool:
    """Whether a send of this lane would have to wait, by what the gate knows."""
    endpoint = gate._endpoints[CHANNEL]
    return endpoint.pool(lane).shut_until > gate._clock()


async def test_leaving_raises_nothing_when_redis_does_not_even_read(valkey: OwnValkey) -> None:
    """redis-py gives closing a connection as little time as opening one, and raises its own TimeoutError then."""
    store = LimitStore(valkey.url, budget_seconds=0.2, silent_seconds=1.0)
    await asyncio.gather(store.beat([]), store.beat([]))
    valkey.freeze()
    writers = [connection._writer for connection in store._redis.connection_pool._available_connections]
    for writer in writers:
        writer.write(bytes(8 << 20))  # more than the sockets take: it stays to be written
    await store.aclose()
    valkey.thaw()
    for writer in writers:  # they would wait for those bytes to leave, and be found open long after this test
        writer.transport.abort()
    await asyncio.sleep(0.01)  # a turn of the loop or two
