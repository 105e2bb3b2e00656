"""httpx's transport interface over one aiohttp session, without what nobody here asks for.

httpx's client merges, copies and parses for every request (URLs, cookies, redirects, hooks), which costs more than
twice what the exchange itself does (docs: performance 2). `channels.http` therefore builds the request by itself and
hands it straight to this transport. Errors come out as aiohttp's own, which tell better what left and what did not.

A small POST, which is what every message is, goes straight to a connection of aiohttp's pool and through its parser:
one write, one read, no request and response objects, no task for the body (docs: performance 2). Everything else takes
the session's way, where aiohttp writes a body in a task of its own, a turn of the loop or more after it has a
connection. On both the last look at the message's deadline is at the write: head and body go out together, or neither.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import aiohttp
import httpx
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload
from yarl import URL

from channels.deadline import TOO_LATE, Deadline, present_deadline, refuse_if_late
from channels.errors import NotSent, OutcomeUnknown, PlatformDown

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.connector import Connection

MOST_CONNECTIONS: Final = 5  # tried for one message: a server that talks first is not called again and again
KNOWN_ADDRESSES: Final = 64  # a platform has a handful of addresses; parsing one costs as much as a small exchange


@lru_cache(maxsize=KNOWN_ADDRESSES)
def parse_address(url: str) -> httpx.URL:
    """The address, parsed once. Raises `httpx.InvalidURL`."""
    return httpx.URL(url)


@lru_cache(maxsize=KNOWN_ADDRESSES)
def _to_yarl(url: str) -> URL:
    try:
        return URL(url)
    except ValueError as error:
        raise aiohttp.InvalidURL(url) from error


class RawAnswer(NamedTuple):
    """An answer as it came: `headers` are pairs of bytes, `body` is whole."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Door(NamedTuple):
    """One address to post to: what the pool wants to know of it, and how every request to it begins."""

    request: aiohttp.ClientRequest
    head: str


class LastLookRequest(aiohttp.ClientRequest):
    """Looks at the deadline once it has a connection: a request without a body is written right after."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """Start to write. Raises `NotSent` with the code `too_late`; the connection is closed unused."""
        refuse_if_late()
        return await super().send(conn)


class LastLookBody(BytesPayload):
    """A body that goes out, and the buffered head with it, only while its message's deadline is not over."""

    def __init__(self, body: bytes, deadline: Deadline) -> None:
        super().__init__(body)
        self._deadline = deadline

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        """Write. Raises `NotSent`, which aiohttp makes the end of this connection, and an error of its own."""
        self._deadline.check()
        await super().write_with_length(writer, content_length)


class SessionTransport(httpx.AsyncBaseTransport):
    """Sends a request as it is and reads the whole answer, up to `max_bytes`.

    The session must make its requests as `LastLookRequest`. Raises aiohttp's exceptions, `OutcomeUnknown` for an answer
    that is too long, and `NotSent` for what may leave no more.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        timeout: aiohttp.ClientTimeout,
        *,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._session = session
        self._headers = headers or {}
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._doors: dict[str, Door] = {}

    async def post(self, address: str, headers: Mapping[str, str], body: bytes) -> RawAnswer:
        """POST a small body once and return the answer, read to its end; never repeated, never redirected.

        `headers` are those of this request alone; Host, Content-Length and the `headers` of all posts are added.
        """
        door = self._doors.get(address) or self._open_door(address)
        data = f"{door.head}{_to_lines(headers)}Content-Length: {len(body)}\r\n\r\n".encode("ascii") + body
        deadline = present_deadline()
        connection = await self._connect(door)
        try:
            protocol = self._write(connection, data, deadline)
            while True:
                message, content = await protocol.read()
                if not 100 <= message.code < 200 or message.code == 101:
                    break
            answer = await self._read(content)
        except BaseException:
            connection.close()  # whatever is left of the exchange must not meet the next one
            raise
        connection.release()
        return RawAnswer(message.code, message.raw_headers, answer)

    def _write(self, connection: Connection, data: bytes, deadline: Deadline | None) -> ResponseHandler:
        protocol, transport = connection.protocol, connection.transport
        if protocol is None or transport is None:
            raise aiohttp.ClientConnectionResetError("the connection was closed before anything was written")
        # The parser and its timer, with the parameters that the session gives them.
        protocol.set_response_params(read_until_eof=True, auto_decompress=False, read_timeout=self._timeout.sock_read)
        if deadline is not None:
            deadline.check()
        transport.write(data)
        protocol.start_timeout()
        return protocol

    def _open_door(self, address: str) -> Door:
        url = _to_yarl(address)
        if url.scheme not in ("http", "https"):
            raise aiohttp.NonHttpUrlClientError(address)
        request = aiohttp.ClientRequest("POST", url, loop=asyncio.get_running_loop())
        named = {name: request.headers[name] for name in ("Host", "Authorization") if name in request.headers}
        lines = _to_lines(named) + _to_lines(self._headers)
        head = f"POST {request.url.raw_path_qs} HTTP/1.1\r\n{lines}"
        if len(self._doors) < KNOWN_ADDRESSES:
            self._doors[address] = Door(request, head)
        return Door(request, head)

    async def _connect(self, door: Door) -> Connection:
        connector = self._session.connector
        if connector is None:
            raise aiohttp.ClientConnectionError("the session is closed")
        for _ in range(MOST_CONNECTIONS):
            try:
                connection = await connector.connect(door.request, traces=[], timeout=self._timeout)
            except TimeoutError as error:
                raise aiohttp.ConnectionTimeoutError(f"Connection timeout to host {door.request.url}") from error
            if connection.protocol is None or not connection.protocol.should_close:
                return connection
            connection.close()  # something came on it that nobody had asked for: it answers no request of ours
        raise PlatformDown("connect", "every connection held something that nobody had asked for; nothing was sent")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send once and return the answer, read to its end. Redirects are answers like any other."""
        deadline = present_deadline()
        try:
            return await self._exchange(request, deadline)
        except aiohttp.ClientError as error:
            if deadline is not None and deadline.was_late:  # aiohttp's own error hides ours
                raise NotSent(TOO_LATE, "it was too late when the message could leave; nothing was sent") from error
            raise

    async def _exchange(self, request: httpx.Request, deadline: Deadline | None) -> httpx.Response:
        address = str(request.url)
        async with self._session.request(
            request.method,
            URL(address) if request.url.query else _to_yarl(address),  # a query is seldom the same twice
            headers=request.headers.multi_items(),
            data=_to_data(request, deadline),
            allow_redirects=False,
            timeout=self._timeout,
        ) as answer:
            body = await self._read(answer.content)
            return httpx.Response(answer.status, headers=answer.raw_headers, content=body, request=request)

    async def _read(self, content: aiohttp.StreamReader) -> bytes:
        pieces: list[bytes] = []
        size = 0
        async for piece in content.iter_any():
            size += len(piece)
            if size > self._max_bytes:
                raise OutcomeUnknown("answer_too_long", "the answer exceeds max_response_bytes")
            pieces.append(piece)
        return b"".join(pieces)

    async def aclose(self) -> None:
        """Close the session and its connections."""
        await self._session.close()


def _to_lines(headers: Mapping[str, str]) -> str:
    """Return headers as they go out. Raises `ValueError` for a value that would begin another one."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if lines.count("\n") != len(headers) or lines.count("\r") != len(headers) or "\0" in lines:
        raise ValueError("a header holds a line break")  # never the header: it may hold a token
    return lines


def _to_data(request: httpx.Request, deadline: Deadline | None) -> bytes | BytesPayload | httpx.AsyncByteStream | None:
    try:
        content = request.content or None
        return content if content is None or deadline is None else LastLookBody(content, deadline)
    except httpx.RequestNotRead:  # a body in pieces
        stream = request.stream
        assert isinstance(stream, httpx.AsyncByteStream)  # noqa: S101 - httpx makes no other of an async iterator
        return stream
