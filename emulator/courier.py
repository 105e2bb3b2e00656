"""Brings HTTP calls to somebody else's address: several at once, repeated on a plan, kept until there is an address.

Each platform has its own courier; what a call looks like is the platform's business (`prepare`), as is what becomes of
one that nobody took (`give_up`).
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from emulator.scheduler import Scheduler


@dataclass(slots=True)
class Parcel:
    """One thing to bring. `content` is JSON of the platform's own making; `retry` counts repeats, 0 the first time.

    `due_ms` is when a repeat was due, by the clock's `elapsed_ms`: the next one is counted from there, so that a jump
    of the clock over several repeats brings them all.
    """

    content: dict[str, Any]
    retry: int = 0
    due_ms: int | None = None

    def row(self) -> dict[str, Any]:
        """The parcel as JSON; `due_ms` means nothing to another process."""
        return {"content": self.content, "retry": self.retry}


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request: `GET` or `POST`, with a body or none."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class CourierPlan:
    """How a courier works: seconds before each repeat, seconds a receiver may take, and its limits."""

    retry_delays_seconds: Sequence[float]
    deadline_seconds: float
    concurrency: int = 64
    max_waiting: int = 200_000


class Courier:
    """Takes parcels and brings them, never more at once than the plan says.

    Args:
        name: of the platform; its repeats are jobs of this kind.
        plan: read anew for each call, so that it may change.
        scheduler: where repeats wait.
        prepare: the call for a parcel; None: there is no address yet, and it waits.
        give_up: told of a parcel that was not taken after the last repeat.
    """

    def __init__(
        self,
        name: str,
        plan: Callable[[], CourierPlan],
        scheduler: Scheduler,
        *,
        prepare: Callable[[Parcel], Call | None],
        give_up: Callable[[Parcel], None],
    ) -> None:
        self._job = f"courier.{name}"
        self._plan = plan
        self._scheduler = scheduler
        self._prepare = prepare
        self._give_up = give_up
        self._waiting: deque[Parcel] = deque()
        self._under_way: dict[asyncio.Task[None], Parcel] = {}
        self._session: aiohttp.ClientSession | None = None
        self.counts = {"delivered": 0, "failed_attempts": 0, "dropped": 0}
        scheduler.on(self._job, self._again)

    def post(self, content: dict[str, Any]) -> None:
        """Bring this, soon; the oldest that waits is dropped beyond the plan's limit."""
        self._enqueue(Parcel(content))

    def pump(self) -> None:
        """Go on: there may be an address now, or a hand free."""
        while self._session and self._waiting and len(self._under_way) < self._plan().concurrency:
            call = self._prepare(self._waiting[0])
            if call is None:
                return
            parcel = self._waiting.popleft()
            task = asyncio.create_task(self._bring(self._session, call, parcel))
            self._under_way[task] = parcel
            task.add_done_callback(self._finish)

    def drop_all(self) -> int:
        """Forget everything that waits, repeats too; how many there were."""
        dropped = len(self._waiting) + self._scheduler.drop(self._job)
        self._waiting.clear()
        self.counts["dropped"] += dropped
        return dropped

    def view(self) -> dict[str, int]:
        """Counters as JSON."""
        return {"waiting": len(self._waiting), "under_way": len(self._under_way), **self.counts}

    async def start(self) -> None:
        """Open connections and bring what waits."""
        # As many connections as the plan lets calls be under way, so the pool itself sets no limit.
        connector = aiohttp.TCPConnector(limit=0)
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        self.pump()

    async def stop(self) -> None:
        """Stop, and close connections; what was under way waits again."""
        session, self._session = self._session, None
        unfinished = list(self._under_way.items())
        for task, _ in unfinished:
            task.cancel()
        await asyncio.gather(*(task for task, _ in unfinished), return_exceptions=True)
        self._waiting.extendleft(parcel for task, parcel in unfinished if task.cancelled())
        if session:
            await session.close()

    def snapshot(self) -> list[dict[str, Any]]:
        """What waits or is under way, as JSON; repeats are among the scheduler's jobs."""
        return [parcel.row() for parcel in [*self._under_way.values(), *self._waiting]]

    def restore(self, raw: list[dict[str, Any]]) -> None:
        """Take over a snapshot."""
        self._waiting.extend(Parcel(**parcel) for parcel in raw)

    def _enqueue(self, parcel: Parcel) -> None:
        self._waiting.append(parcel)
        if len(self._waiting) > self._plan().max_waiting:
            self._waiting.popleft()
            self.counts["dropped"] += 1
        self.pump()

    def _again(self, content: dict[str, Any], retry: int) -> None:
        self._enqueue(Parcel(content, retry, self._scheduler.running_due_ms))

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        self.pump()

    async def _bring(self, session: aiohttp.ClientSession, call: Call, parcel: Parcel) -> None:
        timeout = aiohttp.ClientTimeout(total=self._plan().deadline_seconds)
        try:
            async with session.request(
                call.method, call.url, data=call.body, headers=call.headers, timeout=timeout, allow_redirects=False
            ) as answer:
                is_taken = answer.status == 200
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            is_taken = False
        if is_taken:
            self.counts["delivered"] += 1
        else:
            self._fail(parcel)

    def _fail(self, parcel: Parcel) -> None:
        self.counts["failed_attempts"] += 1
        delays = self._plan().retry_delays_seconds
        if parcel.retry < len(delays):
            self._scheduler.schedule(
                delays[parcel.retry], self._job, parcel.content, parcel.retry + 1, since_ms=parcel.due_ms
            )
        else:
            self.counts["dropped"] += 1
            self._give_up(parcel)
