"""A small TCP proxy that breaks things: what a network and a half-dead server do, on purpose and on time.

    async with FaultProxy("127.0.0.1", server_port) as proxy:
        proxy.fault = Fault.RESET_AFTER_REQUEST
        ...                                     # talk to 127.0.0.1:proxy.port
        assert proxy.requests_forwarded == 1    # did the provider have the request?

The fault is looked up when a request arrives, so it can be changed between two requests on one connection. Requests are
told apart by HTTP/1.1 with Content-Length, which is all that our clients send.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
from collections.abc import Iterator
from enum import Enum, auto
from typing import Self


class Fault(Enum):
    """What happens to a request (or, for the last, to the connection after its answer)."""

    NONE = auto()
    RESET_ON_CONNECT = auto()  # accepted, then reset before a byte was read
    RESET_BEFORE_REQUEST = auto()  # reset when the first bytes arrive; the server gets nothing
    RESET_AFTER_REQUEST = auto()  # the server has the request; its answer never gets through, the client sees a reset
    CLOSE_AFTER_REQUEST = auto()  # the same, with an orderly close and no answer
    SWALLOW_ANSWER = auto()  # the server has the request; silence afterwards
    HALF_ANSWER = auto()  # head and half of the body, then an orderly close
    HALF_ANSWER_RESET = auto()  # head and half of the body, then a reset
    GARBAGE_ANSWER = auto()  # bytes that are no HTTP
    HTML_ANSWER = auto()  # a page of somebody in between, with status 200
    TOO_MANY = auto()  # 429 with Retry-After: 1, and the server gets nothing
    DRIP_ANSWER = auto()  # the answer, one byte at a time, slowly
    STALL_READING = auto()  # accepted, nothing is ever read
    CLOSE_WHEN_IDLE = auto()  # a good answer, then a close that the client has not noticed when it sends again


_TOO_MANY = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
_PAGE = b"<!doctype html><title>Bad gateway</title><p>Please try again later."
_HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(_PAGE), _PAGE)


class FaultProxy:
    """Listens on a port of its own (`port`) and forwards to one server."""

    def __init__(self, upstream_host: str, upstream_port: int) -> None:
        self.upstream = (upstream_host, upstream_port)
        self.fault = Fault.NONE
        self.drip_seconds = 0.05
        self.connections = 0
        self.requests_forwarded = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Base address of the proxy."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the other side left: what faults are for
        except asyncio.CancelledError:
            pass  # __aexit__; the streams module logs a handler that ends cancelled
        finally:
            self._tasks.discard(task)
            with contextlib.suppress(ConnectionError):
                writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault is Fault.RESET_ON_CONNECT:
            return _reset(writer)
        if self.fault is Fault.STALL_READING:
            writer.transport.pause_reading()  # type: ignore[attr-defined] # typeshed: WriteTransport; it is both
            await asyncio.Event().wait()
        while True:
            first = await reader.readexactly(1)
            if self.fault is Fault.RESET_BEFORE_REQUEST:
                return _reset(writer)
            request = first + await _read_message(reader)
            if self.fault is Fault.TOO_MANY:
                writer.write(_TOO_MANY)
                await writer.drain()
                continue
            answer = await self._forward(request)
            if not await self._answer(writer, answer):
                return None

    async def _forward(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*self.upstream)
        try:
            writer.write(request)
            await writer.drain()
            self.requests_forwarded += 1
            return await _read_message(reader)
        finally:
            writer.close()
            await writer.wait_closed()

    async def _answer(self, writer: asyncio.StreamWriter, answer: bytes) -> bool:
        """Give the answer as the fault wants it; True if the connection goes on."""
        head_end = answer.index(b"\r\n\r\n") + 4
        half = answer[: head_end + (len(answer) - head_end) // 2]
        match self.fault:
            case Fault.NONE:
                writer.write(answer)
                await writer.drain()
                return True
            case Fault.RESET_AFTER_REQUEST:
                _reset(writer)
            case Fault.HALF_ANSWER | Fault.HALF_ANSWER_RESET:
                writer.write(half)
                await writer.drain()
                if self.fault is Fault.HALF_ANSWER_RESET:
                    await asyncio.sleep(0.05)  # let the half arrive: a reset throws unread bytes away
                    _reset(writer)
            case Fault.GARBAGE_ANSWER:
                writer.write(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
                await writer.drain()
            case Fault.HTML_ANSWER:
                writer.write(_HTML)
                await writer.drain()
            case Fault.DRIP_ANSWER:
                for byte in _bytes_of(answer):
                    writer.write(byte)
                    await writer.drain()
                    await asyncio.sleep(self.drip_seconds)
            case Fault.SWALLOW_ANSWER:
                await asyncio.Event().wait()
            case Fault.CLOSE_WHEN_IDLE:
                writer.write(answer)
                await writer.drain()
        return False  # CLOSE_AFTER_REQUEST and all that close in order end here


def _bytes_of(data: bytes) -> Iterator[bytes]:
    return (data[at : at + 1] for at in range(len(data)))


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _read_message(reader: asyncio.StreamReader) -> bytes:
    """One HTTP message: head, and the body that Content-Length promises."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length:\s*([0-9]+)", head)
    body = await reader.readexactly(int(length[1])) if length else b""
    return head + body


class Wire:
    """Bytes in both directions between a port of its own (`port`) and a server's socket: what a network can do to them.

    Attributes:
        cut_after: when a client sends bytes that hold this, they get through, and then the connection is gone: nobody
            is told what became of them. `cuts_left` says how often; `cuts` counts.
    """

    def __init__(self, socket_path: str) -> None:
        self._socket_path = socket_path
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.cut_after: bytes | None = None
        self.cuts_left = 0
        self.cuts = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            there_reader, there_writer = await asyncio.open_unix_connection(self._socket_path)
        except OSError:
            writer.close()
            self._tasks.discard(task)
            return
        back = asyncio.create_task(_copy(there_reader, writer))
        try:
            await self._copy_and_cut(reader, there_writer)
        except (OSError, asyncio.CancelledError):
            pass  # either side left, or __aexit__; the streams module logs a handler that ends cancelled
        finally:
            back.cancel()
            await asyncio.gather(back, return_exceptions=True)
            self._tasks.discard(task)
            writer.transport.abort()
            there_writer.close()

    async def _copy_and_cut(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
            if self.cut_after is not None and self.cuts_left > 0 and self.cut_after in data:
                self.cuts_left -= 1
                self.cuts += 1
                return


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()


@contextlib.contextmanager
def refusing_port() -> Iterator[int]:
    """A port on which nobody listens and nobody else will: it is bound, but not listening."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@contextlib.contextmanager
def unanswering_port() -> Iterator[int]:
    """A port whose queue is full: a further connection is neither accepted nor refused."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        for _ in range(3):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        yield port
