"""Pressing a web server with prepared requests: bare sockets, so that the server is the busy one and not we."""

import asyncio
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
PATIENCE_SECONDS = 120.0


def prepare(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Return the bytes of one POST over a connection that stays open."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass(frozen=True)
class Pressed:
    """What came of a run: answers a second, and each answer's time in seconds, in the order of the answers."""

    seconds: float
    waits: list[float]

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds

    def wait_ms(self, share: float) -> float:
        """Return the time that `share` of the answers stayed under, in milliseconds."""
        ordered = sorted(self.waits)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


class _Connection(asyncio.Protocol):
    """One connection with one request on its way at a time; anything but a 200 fails the run."""

    def __init__(self, on_answer: "Callable[[_Connection], None]", failed: "asyncio.Future[None]") -> None:
        self.began = 0.0
        self._on_answer = on_answer
        self._failed = failed
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's has another base

    def connection_lost(self, _exc: Exception | None) -> None:
        self._fail("the server closed a connection")

    def send(self, request: bytes, began: float) -> None:
        assert self._transport is not None
        self.began = began
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return
        found = _LENGTH.search(head)
        if len(body) < (int(found[1]) if found else 0):
            return
        self._received = b""
        if head.startswith(b"HTTP/1.1 200 "):
            self._on_answer(self)
        else:
            self._fail(head[:60].decode("latin-1"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _fail(self, reason: str) -> None:
        if not self._failed.done():
            self._failed.set_exception(RuntimeError(f"the server did not answer 200: {reason}"))


async def press(port: int, requests: Sequence[bytes], *, connections: int) -> Pressed:
    """Send all requests as fast as the answers come, so many at a time."""
    return await _run(port, connections, len(requests), lambda run: _closed_loop(run, iter(requests)))


async def pace(port: int, requests: Sequence[bytes], *, per_second: float, connections: int, seed: int = 1) -> Pressed:
    """Send requests at random moments, so many a second on average; waits count from the moment meant for each."""
    return await _run(port, connections, len(requests), lambda run: _open_loop(run, requests, per_second, seed))


class _Run:
    def __init__(self, count: int) -> None:
        loop = asyncio.get_running_loop()
        self.done: asyncio.Future[None] = loop.create_future()
        self.waits: list[float] = []
        self.all: list[_Connection] = []
        self.next: Callable[[_Connection], None] = lambda _connection: None
        self._count = count

    def answered(self, connection: _Connection) -> None:
        self.waits.append(time.perf_counter() - connection.began)
        if len(self.waits) == self._count and not self.done.done():
            self.done.set_result(None)
        else:
            self.next(connection)


async def _run(
    port: int, connections: int, count: int, start: "Callable[[_Run], asyncio.Task[None] | None]"
) -> Pressed:
    loop, run = asyncio.get_running_loop(), _Run(count)
    for _ in range(connections):
        _, connection = await loop.create_connection(lambda: _Connection(run.answered, run.done), "127.0.0.1", port)
        run.all.append(connection)
    began = time.perf_counter()
    task = start(run)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await run.done
        return Pressed(time.perf_counter() - began, run.waits)
    finally:
        if task is not None:
            task.cancel()
        for connection in run.all:
            connection.close()


def _closed_loop(run: _Run, waiting: Iterator[bytes]) -> None:
    def send_next(connection: _Connection) -> None:
        request = next(waiting, None)
        if request is not None:
            connection.send(request, time.perf_counter())

    run.next = send_next
    for connection in run.all:
        send_next(connection)


def _open_loop(run: _Run, requests: Sequence[bytes], per_second: float, seed: int) -> asyncio.Task[None]:
    idle, due = list(run.all), list[tuple[bytes, float]]()

    def next_due(connection: _Connection) -> None:
        if due:
            connection.send(*due.pop(0))
        else:
            idle.append(connection)

    async def send_on_time() -> None:
        moment, dice = time.perf_counter(), random.Random(seed)
        for request in requests:
            moment += dice.expovariate(per_second)
            await asyncio.sleep(max(0.0, moment - time.perf_counter()))
            if idle:
                idle.pop().send(request, moment)
            else:
                due.append((request, moment))

    run.next = next_due
    return asyncio.create_task(send_on_time(), name="pace")
