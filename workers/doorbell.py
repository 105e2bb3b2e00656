"""The bell that wakes the workers: commit first, ring after (docs: rq-httpx-redis-pitfalls, rule 2).

Rings are coalesced twice. Inside a process, whoever rings while a ring is under way shares the next one. Between
processes, a key says that the bell has rung and nobody has started yet. The job deletes the key before it claims, so a
ring that found the key is answered by a claim that comes after it: no wake-up is lost. Should a process die between key
and job, the key goes by itself.
"""

import asyncio
import threading
import time
from collections.abc import Callable

import structlog
from redis import Redis
from redis.exceptions import RedisError

from workers import bell, metrics
from workers.lanes import URGENT_LANE, queue_of
from workers.queues import FAILURE_TTL_SECONDS, JOB_TTL_SECONDS, call_for, make_queue, web_connection

MAX_QUEUED_JOBS = 100  # so many bells wait to be heard already; one more wakes nobody
OUTAGE_PAUSE_SECONDS = 1.0  # while Redis is away, ask it once a second and not once an event

_log = structlog.get_logger(__name__)


class Doorbell:
    """Rings for a lane or for 'receipts'. Never raises, never blocks the loop; use `aclose` at the end."""

    def __init__(self, redis_url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis = web_connection(redis_url)
        self._clock = clock
        self._current: dict[str, asyncio.Task[bool]] = {}
        self._next: dict[str, asyncio.Task[bool]] = {}
        self._soon: set[asyncio.Task[bool]] = set()
        self._outage = _Outage()

    async def ring(self, work: str) -> bool:
        """Ring for `work` and say whether the bell works; False when Redis is away (the sweeper looks anyhow)."""
        waiting = self._next.get(work)
        if waiting is None:
            waiting = self._next[work] = asyncio.create_task(self._ring_after(self._current.get(work), work))
        return await asyncio.shield(waiting)

    def ring_soon(self, work: str) -> None:
        """Ring in the background; `aclose` waits for it."""
        task = asyncio.create_task(self.ring(work))
        self._soon.add(task)
        task.add_done_callback(self._soon.discard)

    async def aclose(self) -> None:
        """Wait for the rings under way and close the connections."""
        while tasks := [*self._soon, *self._next.values(), *self._current.values()]:
            await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(self._redis.close)

    async def _ring_after(self, earlier: asyncio.Task[bool] | None, work: str) -> bool:
        # Whoever came while `earlier` was under way had perhaps not committed when it set its key: ring once more.
        if earlier is not None:
            await asyncio.wait([earlier])
        task = self._next.pop(work)
        self._current[work] = task
        try:
            return await self._try_ring(work)
        finally:
            if self._current.get(work) is task:
                del self._current[work]

    async def _try_ring(self, work: str) -> bool:
        if self._outage.is_fresh(self._clock()):
            return _count(work, "silent")
        try:
            result = await asyncio.to_thread(ring_now, self._redis, work)
        except (RedisError, OSError) as error:
            if self._outage.begin(self._clock()):
                _log.warning("doorbell_silent", error=type(error).__name__)
            return _count(work, "silent")
        if self._outage.end():
            _log.info("doorbell_back")
        return _count(work, result)


class _Outage:
    """Whether Redis is away, since when, so that it is logged once and asked seldom."""

    def __init__(self) -> None:
        self._last_failure: float | None = None
        self._lock = threading.Lock()

    def is_fresh(self, now: float) -> bool:
        return self._last_failure is not None and now - self._last_failure < OUTAGE_PAUSE_SECONDS

    def begin(self, now: float) -> bool:
        with self._lock:
            is_new, self._last_failure = self._last_failure is None, now
        return is_new

    def end(self) -> bool:
        with self._lock:
            was_away, self._last_failure = self._last_failure is not None, None
        return was_away


def _count(work: str, result: str) -> bool:
    metrics.RINGS.labels(work, result).inc()
    return result != "silent"


def ring_now(connection: "Redis", work: str) -> str:
    """Ring over a blocking connection: 'rung', or 'coalesced' when a bell for this work is still to be heard."""
    if not bell.press(connection, work):
        return "coalesced"
    queue = make_queue(connection, queue_of(work))
    if queue.count >= MAX_QUEUED_JOBS:
        return "coalesced"
    function, arguments = call_for(work)
    try:
        queue.enqueue_call(
            function,
            args=arguments,
            ttl=JOB_TTL_SECONDS,
            result_ttl=0,
            failure_ttl=FAILURE_TTL_SECONDS,
            description=f"ring for {work}",
            at_front=work == URGENT_LANE,
        )
    except (RedisError, OSError):
        bell.answer(connection, work)
        raise
    return "rung"
