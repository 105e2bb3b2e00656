"""The inbox's bell: a list in Redis that says "there is work", never what the work is.

PostgreSQL is the truth, so a ring that is lost, doubled or late does no harm: whoever waits looks again after a while.
"""

from __future__ import annotations

import asyncio
from typing import Any, Self, cast

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

_log = structlog.get_logger()

KEY = "hoso:bell:inbox"
MAX_RINGS = 16  # one wakes one waiting process; more than there are processes help nobody
# docs: rq-httpx-redis-pitfalls A6: the defaults can block one call for almost a minute.
_RING_TIMEOUT_SECONDS = 0.5
_GRACE_SECONDS = 1.0


def _client(redis_url: str, socket_timeout: float | None) -> Redis:
    return Redis.from_url(
        redis_url,
        socket_timeout=socket_timeout,
        socket_connect_timeout=_RING_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


class InboxBell:
    """Rings when the inbox has new work, and waits for that; use with `async with`, one per event loop."""

    def __init__(self, redis_url: str) -> None:
        self._ringing = _client(redis_url, _RING_TIMEOUT_SECONDS)
        self._waiting = _client(redis_url, None)  # its reads last as long as the caller says
        self._is_away = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._ringing.aclose()
        await self._waiting.aclose()

    async def ring(self) -> None:
        """Wake one process that waits. Never raises; takes a second at most."""
        try:
            async with self._ringing.pipeline(transaction=False) as pipe:
                pipe.lpush(KEY, 1)
                pipe.ltrim(KEY, 0, MAX_RINGS - 1)
                await pipe.execute()
        except (RedisError, OSError) as error:
            self._note(error)
        else:
            self._note(None)

    async def wait(self, timeout_seconds: float) -> bool:
        """Return True when rung, False after `timeout_seconds`; without Redis this is a sleep of that length."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout_seconds
        try:
            async with asyncio.timeout(timeout_seconds + _GRACE_SECONDS):
                # The library types this as either of its colours.
                rung = await cast("Any", self._waiting.blpop([KEY], timeout=timeout_seconds))
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            self._note(error)
            await asyncio.sleep(max(0.0, end - loop.time()))
            return False
        self._note(None)
        return rung is not None

    def _note(self, error: Exception | None) -> None:
        """Log the change, not every call."""
        is_away = error is not None
        if is_away != self._is_away:
            self._is_away = is_away
            if error is not None:
                _log.warning("inbox_bell_away", error=type(error).__name__, advice="check Redis; work is found later")
            else:
                _log.info("inbox_bell_back")
