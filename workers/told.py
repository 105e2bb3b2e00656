"""What the staff was told within the hour, remembered among all processes: each of them notices the same trouble.

Kept in Redis. While that is away everybody tells: twice is better than not at all.
"""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import structlog
from redis.exceptions import RedisError

from workers.queues import web_connection

PREFIX = "hoso:told:"

_log = structlog.get_logger(__name__)


class Told:
    """`await claim(text)` says whether nobody has told `text` yet; `await forget(text)` when nobody heard it."""

    def __init__(self, redis_url: str, *, seconds: float) -> None:
        self._redis = web_connection(redis_url)
        self._seconds = round(seconds)

    async def claim(self, text: str) -> bool:
        """Whether this process is the one to tell it."""
        taken = await self._try(lambda: self._redis.set(_key(text), "1", nx=True, ex=self._seconds))
        return taken is not None

    async def forget(self, text: str) -> None:
        """Let it be told again."""
        await self._try(lambda: self._redis.delete(_key(text)))

    async def aclose(self) -> None:
        """Close the connections."""
        await asyncio.to_thread(self._redis.close)

    async def _try(self, ask: Callable[[], Any]) -> Any:
        try:
            return await asyncio.to_thread(ask)
        except (RedisError, OSError) as error:
            _log.warning("told_unknown", error=type(error).__name__)
            return False  # not None: nobody knows, so it is told


def _key(text: str) -> str:
    return PREFIX + hashlib.sha256(text.encode()).hexdigest()
