"""The bell over a real Valkey, and without one."""

import asyncio
import time

import redis

from bot.doorbell import KEY, MAX_RINGS, InboxBell


async def test_a_ring_wakes_who_waits_at_once(redis_url: str) -> None:
    async with InboxBell(redis_url) as bell:
        waiting = asyncio.create_task(bell.wait(5))
        started = time.monotonic()
        await bell.ring()
        assert await waiting is True
        assert time.monotonic() - started < 2


async def test_without_a_ring_waiting_ends_in_time(redis_url: str) -> None:
    async with InboxBell(redis_url) as bell:
        assert await bell.wait(0.1) is False


async def test_rings_that_nobody_hears_do_not_pile_up(redis_url: str) -> None:
    async with InboxBell(redis_url) as bell:
        for _ in range(MAX_RINGS * 2):
            await bell.ring()
    with redis.Redis.from_url(redis_url) as client:
        assert client.llen(KEY) == MAX_RINGS


async def test_without_redis_ringing_is_quiet_and_waiting_is_a_sleep() -> None:
    async with InboxBell("redis://127.0.0.1:1/0") as bell:
        await bell.ring()
        started = time.monotonic()
        assert await bell.wait(0.2) is False
        assert 0.15 < time.monotonic() - started < 2
