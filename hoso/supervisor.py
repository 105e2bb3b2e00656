"""The supervisor: keeps child processes alive, and stops them and the embedded servers in order.

Every child gets its own session, so a Ctrl-C in the terminal reaches only the supervisor, which then stops the
children one step after the other and the embedded servers last. A child that must not outlive a supervisor that was
killed calls `hoso.parent.watch_parent` with the number in the environment variable SUPERVISOR_PID_VARIABLE.
"""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from hoso.embedded import EmbeddedError, EngineSet
from hoso.parent import SUPERVISOR_PID_VARIABLE

FIRST_DELAY_SECONDS = 0.2
MAX_DELAY_SECONDS = 10.0
STEADY_AFTER_SECONDS = 30.0
"""A child that lived this long starts again without the delay of earlier failures."""
STOP_TIMEOUT_SECONDS = 45.0
"""A worker may need 35 s to finish what is under way and write it down, the bot 40 s; only then is a child killed."""
ENGINE_CHECK_SECONDS = 1.0
READY_POLL_SECONDS = 0.1

EventHandler = Callable[[str, dict[str, Any]], None]


class ChildProcess(Protocol):
    """A process that was started, in a session of its own."""

    @property
    def pid(self) -> int:
        """Its number."""
        ...

    async def wait(self) -> int | None:
        """Wait until it has ended; return its code, negative for a signal, None if that was lost."""
        ...

    def terminate(self) -> None:
        """Send SIGTERM. Raises ProcessLookupError when it has ended."""
        ...


Starter = Callable[[Sequence[str], Mapping[str, str]], Awaitable[ChildProcess]]
"""Starts a command line with exactly this environment; raises OSError when it cannot."""


async def start_program(argv: Sequence[str], environment: Mapping[str, str]) -> ChildProcess:
    """Start a command line as a child of this process, with nothing to read."""
    return await asyncio.create_subprocess_exec(
        *argv, env=environment, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
    )


@dataclass(frozen=True)
class ChildSpec:
    """One child process to keep alive."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None
    """The whole environment; None inherits ours."""
    stop_order: int
    """Lower numbers stop first; equal ones together."""
    ready: Callable[[], Awaitable[bool]] | None = None
    """Asked until it answers True; without it a child counts as ready when it has started."""


def restart_delay_seconds(
    failures: int, first: float = FIRST_DELAY_SECONDS, longest: float = MAX_DELAY_SECONDS
) -> float:
    """The wait before the next start, after so many short lives in a row (1 or more): doubling, up to the longest."""
    return min(longest, first * 2.0 ** min(failures - 1, 30))


class Supervisor:
    """Runs the children until SIGTERM or SIGINT.

    `on_event` hears, with `name` and more in its dictionary: child_started (pid), child_ready (pid), all_ready,
    child_died (pid, returncode, restart_in_seconds), child_not_started (error, restart_in_seconds), child_stopped
    (pid, returncode), child_killed (pid), engine_restarted, engine_failed (error), stopping (signal), stopped.
    """

    def __init__(
        self,
        children: Sequence[ChildSpec],
        *,
        engines: EngineSet | None,
        on_event: EventHandler,
        start: Starter = start_program,
        stop_timeout_seconds: float = STOP_TIMEOUT_SECONDS,
        first_delay_seconds: float = FIRST_DELAY_SECONDS,
        max_delay_seconds: float = MAX_DELAY_SECONDS,
        steady_after_seconds: float = STEADY_AFTER_SECONDS,
    ) -> None:
        self._children = list(children)
        self._engines = engines
        self._on_event = on_event
        self._start = start
        self._stop_timeout_seconds = stop_timeout_seconds
        self._first_delay_seconds = first_delay_seconds
        self._max_delay_seconds = max_delay_seconds
        self._steady_after_seconds = steady_after_seconds
        self._running: dict[str, ChildProcess] = {}
        self._waiting_for = {child.name for child in children}
        self._stopping = asyncio.Event()
        self._at_once = asyncio.Event()
        self._all_in_order = True

    async def run(self) -> int:
        """Supervise until SIGTERM or SIGINT; a second one stops at once. 0 when all ended in order, else 1."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._hear_signal, number)
        try:
            async with asyncio.TaskGroup() as tasks:
                watchers = [tasks.create_task(self._keep_alive(child)) for child in self._children]
                if self._engines is not None:
                    watchers.append(tasks.create_task(self._watch_engines(self._engines)))
                await self._stopping.wait()
                for watcher in watchers:
                    watcher.cancel()
        finally:
            await self._stop_everything()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)
        return 0 if self._all_in_order else 1

    def stop(self) -> None:
        """Begin to stop, as SIGTERM does; a second call stops at once."""
        self._hear_signal(signal.SIGTERM)

    def _hear_signal(self, number: signal.Signals) -> None:
        if self._stopping.is_set():
            self._at_once.set()
            return
        self._on_event("stopping", {"name": "supervisor", "signal": number.name})
        self._stopping.set()

    async def _keep_alive(self, child: ChildSpec) -> None:
        failures = 0
        while True:
            begun = time.monotonic()
            failure = await self._live_once(child)
            failures = 1 if time.monotonic() - begun >= self._steady_after_seconds else failures + 1
            delay = restart_delay_seconds(failures, self._first_delay_seconds, self._max_delay_seconds)
            kind = "child_not_started" if "error" in failure else "child_died"
            self._on_event(kind, {"name": child.name, **failure, "restart_in_seconds": delay})
            await asyncio.sleep(delay)

    async def _live_once(self, child: ChildSpec) -> dict[str, Any]:
        """Start the child and wait for its end; what there is to tell about the end."""
        environment = {**(os.environ if child.env is None else child.env), SUPERVISOR_PID_VARIABLE: str(os.getpid())}
        # Shielded: a stop in the middle of the start must not lose sight of a child that is already there.
        starting = asyncio.ensure_future(self._start(child.argv, environment))
        try:
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._running[child.name] = await starting
            raise
        except OSError as error:
            return {"error": str(error)}
        self._running[child.name] = process
        self._on_event("child_started", {"name": child.name, "pid": process.pid})
        async with asyncio.TaskGroup() as tasks:  # a `ready` that raises ends the supervisor, loudly
            announcing = tasks.create_task(self._announce_ready(child, process.pid))
            returncode = await process.wait()
            announcing.cancel()
        del self._running[child.name]
        return {"pid": process.pid, "returncode": returncode}

    async def _announce_ready(self, child: ChildSpec, pid: int) -> None:
        while True:
            if child.ready is None or await child.ready():
                break
            await asyncio.sleep(READY_POLL_SECONDS)
        self._on_event("child_ready", {"name": child.name, "pid": pid})
        if child.name in self._waiting_for:
            self._waiting_for.discard(child.name)
            if not self._waiting_for:
                self._on_event("all_ready", {"name": "supervisor"})

    async def _watch_engines(self, engines: EngineSet) -> None:
        while True:
            await asyncio.sleep(ENGINE_CHECK_SECONDS)
            try:
                for name in await asyncio.to_thread(engines.restart_dead):
                    self._on_event("engine_restarted", {"name": name})
            except (EmbeddedError, OSError) as error:  # a full disk today may have room in a minute
                self._on_event("engine_failed", {"name": "engines", "error": str(error)})

    async def _stop_everything(self) -> None:
        for order in sorted({child.stop_order for child in self._children}):
            group = [child.name for child in self._children if child.stop_order == order]
            await asyncio.gather(*(self._stop_child(name) for name in group if name in self._running))
        if self._engines is not None:
            await asyncio.to_thread(self._engines.stop)
        self._on_event("stopped", {"name": "supervisor"})

    async def _stop_child(self, name: str) -> None:
        process = self._running.pop(name)
        ending = asyncio.create_task(process.wait())
        impatience = asyncio.create_task(self._at_once.wait())
        with suppress(ProcessLookupError):
            process.terminate()
        await asyncio.wait(
            {ending, impatience}, timeout=self._stop_timeout_seconds, return_when=asyncio.FIRST_COMPLETED
        )
        impatience.cancel()
        if not ending.done():
            self._all_in_order = False
            self._on_event("child_killed", {"name": name, "pid": process.pid})
            with suppress(ProcessLookupError):  # with all that it started in its session's first group
                os.killpg(process.pid, signal.SIGKILL)
        self._on_event("child_stopped", {"name": name, "pid": process.pid, "returncode": await ending})
