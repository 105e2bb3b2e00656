"""Starts the processes of a site from a fork server (`hoso.fork_server`), as the supervisor asks for them.

Where there is no pidfd (other systems than Linux), and for programs other than ours, a process is started as ever.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from hoso.fork_server import ROOM
from hoso.process import own_command
from hoso.supervisor import ChildProcess, Starter, start_program

OWN: Final = tuple(own_command())
GONE_SECONDS: Final = 5.0
"""How long a fork server may take to end once nobody needs it."""


class ForkedProcess:
    """A process that the fork server started: its child, not ours, so it is watched by a descriptor of its own."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.told: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        """The return code, once the fork server says it; None when that is gone and nobody knows."""
        try:
            self._descriptor: int | None = os.pidfd_open(pid)
        except ProcessLookupError:  # ended already
            self._descriptor = None

    async def wait(self) -> int | None:
        """Wait until it has ended; return its code, negative for a signal, None if that was lost."""
        code = await asyncio.shield(self.told)
        if code is None and self._descriptor is not None:
            await _is_readable(self._descriptor)
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        return code

    def terminate(self) -> None:
        """Ask it to end in order. Raises ProcessLookupError when it has ended."""
        if self._descriptor is None:
            raise ProcessLookupError(self.pid)
        signal.pidfd_send_signal(self._descriptor, signal.SIGTERM)


class ForkClient:
    """One side of the talk with a fork server, which is started with the first process that is asked for."""

    def __init__(self) -> None:
        self._server: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._asked: dict[int, asyncio.Future[ForkedProcess]] = {}
        self._living: dict[int, ForkedProcess] = {}
        self._count = 0

    async def start(self, argv: Sequence[str], environment: Mapping[str, str]) -> ChildProcess:
        """Start a process, by a fork if it is `hoso`. Raises OSError when it cannot be started."""
        if tuple(argv[: len(OWN)]) != OWN:
            return await start_program(argv, environment)
        async with self._opening:
            if self._writer is None or self._listening is None or self._listening.done():
                self._writer = await self._open()
            writer = self._writer
        self._count += 1
        answer = self._asked[self._count] = asyncio.get_running_loop().create_future()
        asked = {"id": self._count, "arguments": list(argv[len(OWN) :]), "environment": dict(environment)}
        writer.write(json.dumps(asked).encode() + b"\n")
        process: ForkedProcess = await answer
        return process

    async def close(self) -> None:
        """End the fork server; what it started and is still there sees an orphan's life, and ends in order."""
        async with self._opening:  # who is still starting it starts it first: half a process cannot be ended
            if self._writer is not None:
                self._writer.close()
        if self._listening is not None:
            await self._listening
        if self._server is not None:
            with suppress(ProcessLookupError):
                try:
                    await asyncio.wait_for(self._server.wait(), GONE_SECONDS)
                except TimeoutError:
                    self._server.kill()
                    await self._server.wait()

    async def _open(self) -> asyncio.StreamWriter:
        if self._server is not None and self._writer is not None:  # of the one that died before, nothing stays
            self._writer.close()
            await self._server.wait()
        ours, theirs = socket.socketpair()
        with theirs:
            self._server = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "hoso.fork_server", str(theirs.fileno()), ROOM),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        reader, writer = await asyncio.open_connection(sock=ours)
        self._listening = asyncio.create_task(self._listen(reader))
        return writer

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            async for line in reader:
                self._hear(json.loads(line))
        except ConnectionError:
            pass  # as if it had ended
        for asked in self._asked.values():
            asked.set_exception(ConnectionResetError("the process that forks others has ended"))
        self._asked.clear()
        for process in self._living.values():
            process.told.set_result(None)
        self._living.clear()

    def _hear(self, said: Mapping[str, Any]) -> None:
        if "ended" in said:
            self._living.pop(said["ended"]).told.set_result(said["returncode"])
            return
        asked = self._asked.pop(said["id"])
        if "error" in said:
            asked.set_exception(OSError(said["error"]))
            return
        process = self._living[said["pid"]] = ForkedProcess(said["pid"])
        if not asked.cancelled():
            asked.set_result(process)


@asynccontextmanager
async def forking() -> AsyncIterator[Starter]:
    """Yield what starts processes by forking where that can be, and ends the fork server afterwards."""
    if not hasattr(os, "pidfd_open"):
        yield start_program
        return
    client = ForkClient()
    try:
        yield client.start
    finally:
        await client.close()


async def _is_readable(descriptor: int) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
