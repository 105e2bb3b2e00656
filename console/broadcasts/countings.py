"""Counts that go on behind the page: a million people take a minute, and nobody waits that long for an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog
from aiohttp import web

from storage.broadcasts import Broadcast, BroadcastRefused

PATIENCE_SECONDS: Final = 2.0
"""For so long the page waits: most counts are done by then."""
MAX_AT_ONCE: Final = 4
_REMEMBERED: Final = 100
log = structlog.get_logger()


@dataclass(slots=True)
class Counting:
    """A count under way, or one that ended: `people` looked at so far, `refused` when the rules stopped it."""

    people: int = 0
    is_over: bool = False
    refused: BroadcastRefused | None = None


class Countings:
    """The counts of a process, one a broadcast; they end with the process, and may be begun again."""

    def __init__(self) -> None:
        self._counts: dict[str, Counting] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def of(self, number: str) -> Counting | None:
        """Return a broadcast's count."""
        return self._counts.get(number)

    async def begin(self, number: str, work: Callable[[Callable[[int], None]], Awaitable[Broadcast]]) -> Counting:
        """Begin a count, or join the one under way, and wait for it a moment.

        `work(tell)` counts; `tell` hears how many people it has looked at.

        Raises:
            BroadcastRefused: the rules said no within that moment.
            TooManyCounts: so many are under way.
        """
        task = self._tasks.get(number)
        if task is None:
            if len(self._tasks) >= MAX_AT_ONCE:
                raise TooManyCounts
            task = self._start(number, work)
        counting = self._counts[number]
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        if counting.refused is not None:
            self._counts.pop(number, None)
            raise counting.refused
        return counting

    def take_refusal(self, number: str) -> BroadcastRefused | None:
        """Return why a count ended in vain, once."""
        counting = self._counts.get(number)
        if counting is None or counting.refused is None:
            return None
        del self._counts[number]
        return counting.refused

    async def aclose(self) -> None:
        """Break off what is under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, number: str, work: Callable[[Callable[[int], None]], Awaitable[Broadcast]]) -> asyncio.Task[None]:
        while len(self._counts) >= _REMEMBERED:
            self._counts.pop(next(one for one in self._counts if one not in self._tasks))
        counting = self._counts[number] = Counting()

        def tell(people: int) -> None:
            counting.people = people

        async def run() -> None:
            try:
                await work(tell)
            except BroadcastRefused as refused:
                counting.refused = refused
            except Exception as error:  # noqa: BLE001 - nobody awaits it; the page says that it must be begun again
                log.error("broadcast_not_counted", number=number, error=type(error).__name__)
                counting.refused = BroadcastRefused("estimate_failed")
            finally:
                counting.is_over = True
                self._tasks.pop(number, None)

        task = self._tasks[number] = asyncio.create_task(run())
        return task


class TooManyCounts(Exception):
    """Several counts are under way; try again in a minute."""


COUNTINGS = web.AppKey("broadcast_countings", Countings)


def install(app: web.Application) -> None:
    """Give the application its counts."""
    app[COUNTINGS] = Countings()

    async def end(_app: web.Application) -> None:
        await app[COUNTINGS].aclose()

    app.on_cleanup.append(end)
