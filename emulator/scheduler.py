"""What happens later: receipts, reads, webhook retries.

Jobs are data (a kind and JSON arguments), so that they survive in the state file; delays follow the emulator's clock.
"""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from typing import Any

from emulator.clock import Clock

JOBS_PER_TURN = 200  # then requests get their turn


class Scheduler:
    """Runs jobs when their time has come, on the event loop that called `start`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[int, int, str, list[Any]]] = []
        self._numbers = itertools.count()
        self._handlers: dict[str, Callable[..., None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.running_due_ms: int | None = None
        """While a job runs: when it was due, by the clock's `elapsed_ms`. After a jump that is long ago."""
        clock.on_jump(self._arm)

    def on(self, kind: str, handler: Callable[..., None]) -> None:
        """Let `handler(*args)` do the jobs of this kind."""
        self._handlers[kind] = handler

    def schedule(self, delay_seconds: float, kind: str, *args: Any, since_ms: int | None = None) -> None:
        """Do a job after a delay, counted from now or from a moment of the clock's `elapsed_ms`."""
        start = self._clock.elapsed_ms() if since_ms is None else since_ms
        due = start + max(0, int(delay_seconds * 1000))
        entry = (due, next(self._numbers), kind, list(args))
        heapq.heappush(self._heap, entry)
        if self._heap[0] is entry:
            self._arm()

    def drop(self, kind: str) -> int:
        """Forget all jobs of this kind; how many there were."""
        kept = [entry for entry in self._heap if entry[2] != kind]
        dropped = len(self._heap) - len(kept)
        heapq.heapify(kept)
        self._heap = kept
        return dropped

    def start(self) -> None:
        """Begin on the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._arm()

    def stop(self) -> None:
        """Start no more jobs; what is due stays for `snapshot`."""
        self._loop = None
        if self._timer:
            self._timer.cancel()

    def snapshot(self) -> list[list[Any]]:
        """The waiting jobs as `[remaining_ms, kind, args]`, soonest first."""
        now = self._clock.elapsed_ms()
        return [[max(0, due - now), kind, args] for due, _, kind, args in sorted(self._heap, key=lambda job: job[:2])]

    def restore(self, jobs: list[list[Any]]) -> None:
        """Take over the jobs of a snapshot."""
        for remaining_ms, kind, args in jobs:
            self.schedule(remaining_ms / 1000, kind, *args)

    def _arm(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._loop and self._heap:
            delay_ms = self._heap[0][0] - self._clock.elapsed_ms()
            self._timer = self._loop.call_later(max(0, delay_ms) / 1000, self._fire)

    def _fire(self) -> None:
        now = self._clock.elapsed_ms()
        try:
            for _ in range(JOBS_PER_TURN):
                if not self._heap or self._heap[0][0] > now:
                    break
                self.running_due_ms, _, kind, args = heapq.heappop(self._heap)
                self._handlers[kind](*args)
        finally:
            self.running_due_ms = None
            self._arm()
