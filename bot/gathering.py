"""Many callers, one call: what comes while a call is under way shares the next one (group commit)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

In = TypeVar("In")
Out = TypeVar("Out")

Together = Callable[[Sequence[In]], Awaitable[Sequence[Out | Exception]]]
"""Does the work of all; one result for each, in order. An exception among them is raised to its own caller."""


class Gatherer(Generic[In, Out]):
    """Brings single items together into calls of `together`, one call at a time.

    Args:
        together: the call.
        gather_seconds: how long the first item waits for others; 0: for what comes in the same turn of the loop.
        max_batch: items in one call.
        hopeless: errors that have nothing to do with the items, so that trying them one by one is of no use.
    """

    def __init__(
        self,
        together: Together[In, Out],
        *,
        gather_seconds: float = 0,
        max_batch: int = 100,
        hopeless: tuple[type[Exception], ...] = (),
    ) -> None:
        self._together = together
        self._gather_seconds = gather_seconds
        self._max_batch = max_batch
        self._hopeless = hopeless
        self._waiting: list[tuple[In, asyncio.Future[Out]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def add(self, item: In) -> Out:
        """Return what came of an item; raises what its call raised."""
        done: asyncio.Future[Out] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(), name="gatherer")
        return await done

    async def aclose(self) -> None:
        """Wait for what is under way."""
        if self._worker is not None:
            await asyncio.wait({self._worker})

    async def _work(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(self._gather_seconds)
                batch = self._waiting[: self._max_batch]
                del self._waiting[: self._max_batch]
                await self._settle([each for each in batch if not each[1].done()])  # done: its caller is cancelled
        finally:
            self._worker = None

    async def _settle(self, batch: Sequence[tuple[In, asyncio.Future[Out]]]) -> None:
        if not batch:
            return
        try:
            results = await self._together([item for item, _ in batch])
        except asyncio.CancelledError:
            for _, done in batch:
                done.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, each caller must hear of it
            if len(batch) > 1 and not isinstance(error, self._hopeless):
                for each in batch:  # one bad item must not harm its neighbours
                    await self._settle([each])
                return
            results = [error] * len(batch)
        for (_, done), result in zip(batch, results, strict=True):
            if done.done():
                continue
            if isinstance(result, Exception):
                done.set_exception(result)
            else:
                done.set_result(result)
