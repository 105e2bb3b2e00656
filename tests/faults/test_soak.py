"""The long form: everything is killed, frozen and flushed at random, for as long as you like (`make soak`).

HOSO_SOAK_SECONDS (1800) says how long, HOSO_SOAK_SEED repeats a run's choices (not its timing, which is the machine's).
"""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress

import aiohttp
import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.faults.trial import DOUBT_SECONDS, LEASE_SECONDS, SEND, Trial, trial
from tests.site import Site

EVENTS = 1500
EVENTS_PER_SECOND = 40.0
SETTLED_SECONDS = 120.0  # a supervisor's longest pause (10 s), a lease, a doubt, and a backlog of up to 1,200 notices
KILLED = {
    "worker": 8,
    "serve": 3,
    "bridge": 3,
    "postgres": 2,
    "valkey": 2,
    "emulator": 2,
    "bot": 1,
    "supervisor": 1,
    "fork-server": 1,
}
"""Who is killed how often, relative to each other."""
FROZEN = ("worker", "serve", "bridge", "valkey")
TROUBLE = {
    "no_answer_after_send": 0.05,
    "reset": 0.05,
    "http_500": 0.03,
    "duplicate_receipt": 0.2,
    "late_receipt:2": 0.2,
}


@pytest.mark.soak
@pytest.mark.timeout(7200)
async def test_random_faults_for_a_long_time_lose_and_double_nothing(fresh_site: Site) -> None:
    seconds = float(os.environ.get("HOSO_SOAK_SECONDS") or 1800)
    seed = int(os.environ.get("HOSO_SOAK_SEED") or random.SystemRandom().randrange(2**32))
    dice, done, begun = random.Random(seed), Counter[str](), time.monotonic()
    print(f"\nsoak: seed {seed}, {seconds:g} s")
    while time.monotonic() - begun < seconds:
        await _play_round(fresh_site, dice, done)
        print(f"soak: {time.monotonic() - begun:.0f} s: {dict(sorted(done.items()))}", flush=True)


async def _play_round(site: Site, dice: random.Random, done: Counter[str]) -> None:
    by_stream = dice.random() < 0.3
    options = {"seed": dice.randrange(2**32), "per_second": EVENTS_PER_SECOND, "by_stream": by_stream}
    async with trial(site, EVENTS, **options) as running:
        is_over = asyncio.Event()
        breaking = asyncio.create_task(_break_things(running, dice, done, is_over, may_flush=not by_stream))
        await running.reach(1)
        is_over.set()
        await breaking  # to the end of what it is at: half a replaced supervisor is none
        with suppress(aiohttp.ClientError, OSError, AssertionError):
            await site.emulator("DELETE", "faults")
        await site.wait_until(lambda: site.emulator("GET", "clock"), 60, what="the emulator's answer")
        # A platform that was away several times has put notices minutes off; what is due comes due now.
        await site.wait_until(lambda: running.let_waits_pass() or True, 60, what="PostgreSQL's answer")
        evidence = await running.settle(SETTLED_SECONDS)
    done["rounds"] += 1
    done["events"] += running.traffic.total
    done["notices"] += len(evidence.notices)
    done["in doubt for good"] += sum(notice.state == "in_doubt" for notice in evidence.notices)
    copies = Counter(message["tracking_id"] for message in evidence.messages)
    done["arrived twice after a doubt"] += sum(count > 1 for count in copies.values())


async def _break_things(
    running: Trial, dice: random.Random, done: Counter[str], is_over: asyncio.Event, *, may_flush: bool
) -> None:
    site, frozen = running.site, set[asyncio.Task[None]]()
    try:
        while not is_over.is_set():
            await asyncio.sleep(dice.uniform(0.5, 4))
            await _order_trouble(site)
            match dice.choices(("kill", "freeze", "flush", "expire"), (20, 3, 2, 1))[0]:
                case "kill":
                    kind = dice.choices([*KILLED], [*KILLED.values()])[0]
                    done[f"killed {kind}"] += await _kill(running, kind)
                case "freeze":
                    kind, seconds = dice.choice(FROZEN), dice.uniform(0.5, LEASE_SECONDS + DOUBT_SECONDS + 2)
                    frozen.add(asyncio.create_task(_freeze(site, kind, seconds)))
                    done[f"frozen {kind}"] += 1
                case "flush" if may_flush:
                    with suppress(RedisError, OSError, LookupError), Redis.from_url(site.redis_url) as redis:
                        redis.flushall()
                        done["flushed valkey"] += 1
                case "expire":
                    with suppress(aiohttp.ClientError, OSError):
                        await site.order_fault(SEND, "expire_token", times=1)
                        done["expired token"] += 1
    finally:
        for task in frozen:
            task.cancel()
        await asyncio.gather(*frozen, return_exceptions=True)


async def _kill(running: Trial, kind: str) -> int:
    """Kill, if there is one just now; 1 when there was. Its supervisor may still be waiting to start the last one."""
    running.may_forget = running.may_forget or kind == "emulator"
    try:
        if kind == "supervisor":
            await running.kill(kind)
        else:
            running.site.kill(kind)
    except (LookupError, ProcessLookupError):
        return 0
    return 1


async def _freeze(site: Site, kind: str, seconds: float) -> None:
    with suppress(LookupError, ProcessLookupError):
        pid = site.pid_of(kind)
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)


async def _order_trouble(site: Site) -> None:
    """A killed emulator has forgotten its orders."""
    with suppress(aiohttp.ClientError, OSError, AssertionError):
        if not await site.emulator("GET", "faults"):
            for mode, share in TROUBLE.items():
                await site.order_fault(SEND, mode, share=share)
