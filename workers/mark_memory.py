"""Where the site's mark is remembered outside the database: in Redis, and in a file on this machine."""

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from storage.mark import Tick
from workers.queues import web_connection

KEY = "hoso:mark"
FILE = "site.mark"

_log = structlog.get_logger(__name__)


class MemoryAway(Exception):
    """The place cannot be asked now: nothing is known of what it remembers."""


class Memory(Protocol):
    """One place outside the database."""

    async def recall(self) -> Tick | None:
        """Return what was remembered, None for nothing. Raises `MemoryAway`."""
        ...

    async def remember(self, tick: Tick) -> None:
        """Keep it instead of what was remembered; a place that is away keeps what it has."""
        ...


class RedisMemory:
    """In Redis: the same for all machines; a flush forgets it."""

    def __init__(self, redis_url: str) -> None:
        self._redis = web_connection(redis_url)

    async def recall(self) -> Tick | None:
        """Return what was remembered. Raises `MemoryAway`."""
        return _parse(await self._ask(lambda: self._redis.get(KEY)))

    async def remember(self, tick: Tick) -> None:
        """Keep a tick."""
        try:
            await self._ask(lambda: self._redis.set(KEY, _write(tick)))
        except MemoryAway:
            _log.debug("mark_not_remembered", place="redis")

    async def aclose(self) -> None:
        """Close the connections."""
        await asyncio.to_thread(self._redis.close)

    async def _ask(self, ask: Callable[[], Any]) -> Any:
        try:
            return await asyncio.to_thread(ask)
        except (RedisError, OSError) as error:
            raise MemoryAway(type(error).__name__) from error


class FileMemory:
    """In a small file of HOSO_DATA_DIR: a flush of Redis leaves it; a new machine has none."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._is_writable = True

    async def recall(self) -> Tick | None:
        """Return what was remembered. Raises `MemoryAway`."""
        try:
            return _parse(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise MemoryAway(type(error).__name__) from error

    async def remember(self, tick: Tick) -> None:
        """Keep a tick; a crash in between leaves the one before."""
        draft = self._path.with_name(f".{FILE}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(_write(tick))
            draft.replace(self._path)
        except OSError as error:
            if self._is_writable:
                _log.warning("mark_not_remembered", place="file", error=type(error).__name__)
            self._is_writable = False
        else:
            self._is_writable = True


def _write(tick: Tick) -> str:
    return json.dumps({"site_id": str(tick.site_id), "ticks": tick.ticks})


def _parse(kept: Any) -> Tick | None:
    if kept is None:
        return None
    try:
        value = json.loads(kept)
        return Tick(UUID(value["site_id"]), int(value["ticks"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None  # half a file, or somebody else's key: as good as nothing
