"""One event loop in one background thread, for the life of a worker process.

RQ's jobs are plain functions in the main thread; connections, HTTP client and tokens stay warm on this loop. Limits
are `asyncio.timeout` on the loop, never RQ's alarm signal, which asyncio swallows (docs: rq-httpx-redis-pitfalls A2).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import structlog

from workers.errors import RuntimeClosed
from workers.lanes import LANES

if TYPE_CHECKING:  # who only rings the bell needs none of what sends
    from workers.delivery import Delivery
    from workers.sweeper import Sweeper

T = TypeVar("T")

GRACE_SECONDS = 5.0  # beyond the loop's own deadlines, for a loop that hangs

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerServices:
    """What lives on the loop. `apply_receipts` returns how many notices moved; without a sweeper nobody looks twice."""

    delivery: Delivery
    apply_receipts: Callable[[], Awaitable[int]]
    sweeper: Sweeper | None = None
    chores: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
    """Run beside the rest until the runtime closes; each looks after its own errors."""
    lanes: Collection[str] = LANES
    """What this process sends; a ring for another lane is passed on."""


class WorkerRuntime:
    """The loop and what lives on it; `with WorkerRuntime(open_services) as runtime`.

    `open_services()` is entered on the loop and left when the runtime closes: the place for the database's pool, the
    HTTP client and the channels. Leaving ends the sweeper, lets sends under way finish and records them.
    """

    def __init__(
        self,
        open_services: Callable[[], AbstractAsyncContextManager[WorkerServices]],
        *,
        start_seconds: float = 30.0,
    ) -> None:
        self._open_services = open_services
        self._start_seconds = start_seconds
        self._ready: Future[WorkerServices] = Future()
        self._thread = threading.Thread(target=self._run_loop, name="hoso-runtime", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = asyncio.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.result(self._start_seconds)
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def services(self) -> WorkerServices:
        """What lives on the loop; use it there only, by `run`."""
        return self._ready.result(self._start_seconds)

    @property
    def is_alive(self) -> bool:
        """Whether the loop runs."""
        return self._thread.is_alive()

    def run(self, work: Awaitable[T], *, timeout: float) -> T:
        """Run `work` on the loop and wait for it, at most `timeout` seconds.

        Raises:
            TimeoutError: it took longer and was cancelled.
            RuntimeClosed: the loop is not running.
        """
        if self._loop is None or not self.is_alive:
            _discard(work)
            raise RuntimeClosed("the worker runtime is not running; start it before jobs are worked on")
        future = asyncio.run_coroutine_threadsafe(_within(work, timeout), self._loop)
        return future.result(timeout + GRACE_SECONDS)

    def stop_claiming(self) -> None:
        """Claim nothing more; sends under way go on. Safe from any thread and from a signal's handler."""
        if self._loop is not None and self.is_alive:
            self._loop.call_soon_threadsafe(self.services.delivery.stop_claiming)

    def close(self) -> None:
        """Finish what is under way, leave the services and end the thread; harmless when closed already."""
        if self._loop is None or not self.is_alive:
            return
        with suppress(RuntimeError):  # the loop ended in between
            self._loop.call_soon_threadsafe(self._closing.set)
        config = self.services.delivery.config
        self._thread.join(config.drain_seconds + config.record_patience_seconds + 2 * GRACE_SECONDS)
        if self._thread.is_alive():
            _log.error("runtime_hangs")  # the process ends all the same; leases turn the rest into doubts

    def _run_loop(self) -> None:
        try:
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(self._live())
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the start, or logged
            if self._ready.done():
                _log.error("runtime_died", error=type(error).__name__)
            else:
                self._ready.set_exception(error)

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with self._open_services() as services:
            runs = [*([services.sweeper.run] if services.sweeper else []), *services.chores]
            tasks = [asyncio.create_task(run()) for run in runs]
            for task in tasks:
                task.add_done_callback(_tell_of_death)
            self._ready.set_result(services)
            await self._closing.wait()
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks)
            await services.delivery.close()


def _tell_of_death(task: asyncio.Task[None]) -> None:
    # Each looks after its own errors, so this is a bug of ours; the rest of the process goes on.
    if not task.cancelled() and task.exception() is not None:
        _log.error("chore_died", chore=task.get_name(), error=type(task.exception()).__name__)


_installed: list[WorkerRuntime] = []


def install(runtime: WorkerRuntime | None) -> None:
    """Make `runtime` the one that this process's jobs use; None takes it away."""
    _installed[:] = [] if runtime is None else [runtime]


def current() -> WorkerRuntime:
    """Return the process's runtime.

    Raises:
        RuntimeClosed: none is installed.
    """
    if not _installed:
        raise RuntimeClosed("no worker runtime in this process; jobs run in `hoso worker` only")
    return _installed[0]


async def _within(work: Awaitable[T], seconds: float) -> T:
    async with asyncio.timeout(seconds):
        return await work


def _discard(work: Awaitable[Any]) -> None:
    if isinstance(work, Coroutine):
        work.close()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
