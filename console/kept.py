"""Figures that many look at and that cost something to make: made once, kept for a few seconds, made again behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import structlog

T = TypeVar("T")
MAX_KEYS: Final = 256
SHARE: Final = 10
"""What takes long is made rarely: it stays fresh for so many times as long as its making took."""
log = structlog.get_logger()


@dataclass(slots=True)
class _Made(Generic[T]):
    value: T
    at: float
    took: float


class Kept(Generic[T]):
    """Values by key, each made by one caller at a time however many ask.

    Younger than `fresh_seconds` (longer for what takes long): given as it is. Younger than `stale_seconds`: given as it
    is, and made again behind the caller's back. Older: the caller waits. So a page is never slower than its cache once
    somebody looks at it.
    """

    def __init__(
        self, *, fresh_seconds: float, stale_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fresh, self._stale, self._clock = fresh_seconds, stale_seconds, clock
        self._made: dict[Hashable, _Made[T]] = {}
        self._making: dict[Hashable, asyncio.Task[T]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """Return the key's value, at most `stale_seconds` old; `make` makes it.

        Raises:
            whatever `make` raises, when there is nothing young enough to give instead.
        """
        known = self._made.get(key)
        age = float("inf") if known is None else self._clock() - known.at
        if known is not None and age < max(self._fresh, SHARE * known.took):
            return known.value
        task = self._making.get(key) or self._begin(key, make)
        if known is not None and age < self._stale:
            return known.value
        return await asyncio.shield(task)  # another caller may wait for the same

    async def get_soon(self, key: Hashable, make: Callable[[], Awaitable[T]], *, patience_seconds: float) -> T | None:
        """`get`, for what a page can do without: None when it takes longer. The making goes on for whoever asks next.

        Raises:
            as `get`, when it fails within that time.
        """
        try:
            async with asyncio.timeout(patience_seconds):
                return await self.get(key, make)
        except TimeoutError:
            return None

    def peek(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T | None:
        """Return the key's value, however old, without waiting; None at first. What is not fresh is made behind."""
        known = self._made.get(key)
        is_fresh = known is not None and self._clock() - known.at < max(self._fresh, SHARE * known.took)
        if not is_fresh and key not in self._making:
            self._begin(key, make)
        return None if known is None else known.value

    async def aclose(self) -> None:
        """Stop what is being made."""
        tasks = list(self._making.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> asyncio.Task[T]:
        task = asyncio.ensure_future(self._make(key, make))
        self._making[key] = task
        task.add_done_callback(lambda done: self._end(key, done))
        return task

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        began = self._clock()
        value = await make()
        now = self._clock()
        if len(self._made) >= MAX_KEYS:
            self._made.pop(next(iter(self._made)))
        self._made[key] = _Made(value, now, now - began)
        return value

    def _end(self, key: Hashable, task: asyncio.Task[T]) -> None:
        self._making.pop(key, None)
        if not task.cancelled() and (error := task.exception()) is not None:  # perhaps nobody waits who would tell it
            log.warning("figures_not_made", reason=type(error).__name__)
