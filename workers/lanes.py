"""The lanes, whose bell rings where, and how a process keeps to its own.

Each lane has its own window in a process (workers/delivery.py) and, under `hoso up`, broadcasts have a process of their
own: hundred thousand messages under way hold up no status notice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from types import TracebackType
from typing import Final, Protocol, Self

URGENT_LANE: Final = "urgent"
STATUS_LANE: Final = "status"
BROADCAST_LANE: Final = "broadcast"
LANES: Final = (URGENT_LANE, STATUS_LANE, BROADCAST_LANE)
"""What can wait least comes first: one-time codes and near deadlines, status notices, broadcasts."""
RECEIPTS: Final = "receipts"
"""The other kind of work besides the lanes: receipts that wait in the inbox."""

QUEUE: Final = "hoso"
BROADCAST_QUEUE: Final = "hoso-broadcast"
QUEUES: Final = (QUEUE, BROADCAST_QUEUE)


def queue_of(work: str) -> str:
    """Return the name of the queue on which is rung for `work`: a lane's name, or 'receipts'."""
    return BROADCAST_QUEUE if work == BROADCAST_LANE else QUEUE


def queue_for(lanes: Collection[str]) -> str:
    """Return the one queue that a process with these lanes listens to (docs: rq-httpx-redis-pitfalls, rule 6).

    A process that serves broadcasts beside other lanes hears of them by its sweeper.
    """
    return BROADCAST_QUEUE if set(lanes) == {BROADCAST_LANE} else QUEUE


class Wakes(Protocol):
    """What is needed of delivery."""

    def wake(self, lane: str) -> None:
        """Start delivering a lane in the background, or make the one at work take notice."""
        ...


class OwnLanes:
    """What the sweeper of one process may wake, and which bells are heard there; the others only ring for it.

    Args:
        lanes: what this process sends.
        delivery: delivers them.
        ring: rings the bell for a lane or 'receipts'; False when the bell does not work.
    """

    def __init__(self, lanes: Collection[str], delivery: Wakes, ring: Callable[[str], Awaitable[bool]]) -> None:
        self._lanes = frozenset(lanes)
        self._queue = queue_for(lanes)
        self._delivery = delivery
        self._ring = ring

    def wake(self, lane: str) -> None:
        """Start delivering `lane` in the background if it is ours."""
        if lane in self._lanes:
            self._delivery.wake(lane)

    async def ring(self, work: str) -> bool:
        """Ring for `work`; False also when it is ours but rings elsewhere, where perhaps nobody listens."""
        has_rung = await self._ring(work)
        return has_rung and not (work in self._lanes and queue_of(work) != self._queue)


class OneAtATime:
    """Runs `work` once at a time, until the block ends; a call in the middle of a run leads to one more after it.

    `await one()` waits for a run that began after the call and returns its result; cancelling the wait leaves the run
    at work, so that whoever waits with a limit takes nothing away from the others.
    """

    def __init__(self, work: Callable[[], Awaitable[int]]) -> None:
        self._work = work
        self._current: asyncio.Task[int] | None = None
        self._next: asyncio.Task[int] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        tasks = [task for task in (self._next, self._current) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def __call__(self) -> int:
        """Wait for a whole run that begins from now on."""
        if self._next is None:
            self._next = asyncio.create_task(self._run_after(self._current))
            self._next.add_done_callback(_look_at_error)
        return await asyncio.shield(self._next)

    async def _run_after(self, earlier: "asyncio.Task[int] | None") -> int:
        if earlier is not None:
            await asyncio.wait([earlier])
        self._current, self._next = self._next, None
        return await self._work()


def _look_at_error(task: "asyncio.Task[int]") -> None:
    if not task.cancelled():
        task.exception()  # perhaps nobody waits any more; who did has it
