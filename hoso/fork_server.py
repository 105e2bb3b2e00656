"""A process that has imported everything, and forks the processes of a site: `python -m hoso.fork_server SOCKET`.

Imports are most of what a process costs until it works: over a second of one core for each of a site's seven. A fork
has them already, and shares their memory. `hoso.forked` starts this process and talks to it, one JSON object a line:

    → {"id": 7, "arguments": ["bot"], "environment": {"HOSO_…": "…"}}     run `hoso bot`
    ← {"id": 7, "pid": 4711}                                             or {"id": 7, "error": "…"}
    ← {"ended": 4711, "returncode": -9}                                  negative: by that signal

It ends when the other side of the socket is closed. Its processes then see that they are orphans, and stop in order.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from hoso.parent import SUPERVISOR_PID_VARIABLE

PRELOADED: Final = tuple(f"hoso.processes.{name}" for name in ("serve", "bot", "bridge", "worker", "emulator"))
RECEIVE_BYTES: Final = 65_536
ROOM: Final = "." * 250
"""An argument without meaning: a fork can be shown under a command line as long as this one's (see `_show_as`)."""
_COMMAND: Final = (sys.executable, "-m")


@dataclass(frozen=True)
class Birth:
    """What a fork is to become: `hoso` with these arguments, in exactly this environment."""

    arguments: Sequence[str]
    environment: Mapping[str, str]

    def become(self, *, reads: Path = Path(os.devnull)) -> None:
        """Be that process, as if it had been started by its command line; ends with the process."""
        os.setsid()
        with reads.open("rb") as given:
            os.dup2(given.fileno(), sys.stdin.fileno())
        os.environ.clear()
        os.environ.update(self.environment)
        sys.argv = ["hoso", *self.arguments]
        _show_as([*_COMMAND, "hoso", *self.arguments])
        code = _run(import_module("hoso.cli").main)
        # To take down a whole interpreter would copy all that is shared only to free it. So this ends as the forks of
        # multiprocessing do: threads are waited for, what was registered for the end is done, and that is it.
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
        atexit._run_exitfuncs()  # noqa: SLF001
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # nobody reads any more
                stream.flush()
        os._exit(code)


def main() -> None:
    """Serve the socket with the number in the first argument until its other end closes."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    _show_as([*_COMMAND, "hoso.fork_server", sys.argv[1]])
    for module in PRELOADED:
        import_module(module)
    gc.collect()
    gc.freeze()  # a collection in a fork would otherwise write to, and so copy, all that is shared
    if birth := ForkServer(requests).serve():
        birth.become()


class ForkServer:
    """Forks on request, and tells who ended. One thread, for a fork has only the thread that called it."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._rest = b""

    def serve(self) -> Birth | None:
        """Return None when the other side is gone; in a fork, what it is to become."""
        woken, waker = socket.socketpair()
        waker.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # without a handler nothing wakes us
        while True:
            readable, _, _ = select.select([self._requests, woken], [], [])
            if woken in readable:
                woken.recv(RECEIVE_BYTES)
                self._tell_the_ended()
            if self._requests not in readable:
                continue
            if not (received := self._requests.recv(RECEIVE_BYTES)):
                return None
            for request in self._split(received):
                if birth := self._fork(request):
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    for inherited in (woken, waker, self._requests):
                        inherited.close()
                    return birth

    def _split(self, received: bytes) -> Iterator[dict[str, Any]]:
        *lines, self._rest = (self._rest + received).split(b"\n")
        yield from map(json.loads, lines)

    def _fork(self, request: Mapping[str, Any]) -> Birth | None:
        """Return, in the fork alone, what it is to become."""
        if (threads := threading.active_count()) != 1:
            raise RuntimeError(f"{threads} threads run here: a fork would inherit their locks without them")
        us = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            self._tell({"id": request["id"], "error": str(error)})
            return None
        if pid == 0:
            return Birth(request["arguments"], {**request["environment"], SUPERVISOR_PID_VARIABLE: str(us)})
        self._tell({"id": request["id"], "pid": pid})
        return None

    def _tell_the_ended(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._tell({"ended": pid, "returncode": os.waitstatus_to_exitcode(status)})

    def _tell(self, answer: Mapping[str, object]) -> None:
        with suppress(OSError):  # nobody listens any more: the next read says so
            self._requests.sendall(json.dumps(answer).encode() + b"\n")


def _run(main: Callable[[], None]) -> int:
    """Return the code with which a program with this `main` would end."""
    try:
        main()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:  # noqa: BLE001  (as the interpreter does)
        traceback.print_exc()
        return 1
    return 0


def _show_as(command: Sequence[str]) -> None:
    """Be listed (ps, /proc/PID/cmdline) under this command line; where that cannot be, under the old one.

    Linux shows what stands in the memory of the process between two addresses. Who looks for a worker by its command
    line would find only fork servers otherwise.
    """
    with suppress(OSError, ValueError, IndexError):
        # The name of the program, in parentheses, may hold blanks; docs: proc_pid_stat(5), arg_start and arg_end.
        fields = Path("/proc/self/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        start, end = int(fields[45]), int(fields[46])
        shown = "\0".join(command).encode()[: end - start - 1]
        with Path("/proc/self/mem").open("r+b", buffering=0) as memory:
            memory.seek(start)
            memory.write(shown.ljust(end - start, b"\0"))


if __name__ == "__main__":
    main()
