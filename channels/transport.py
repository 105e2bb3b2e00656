"""httpx's transport interface over one aiohttp session, without what nobody here asks for.

httpx's client merges, copies and parses for every request (URLs, cookies, redirects, hooks), which costs more than
twice what the exchange itself does (docs: performance 2). `channels.http` therefore builds the request by itself and
hands it straight to this transport. Errors come out as aiohttp's own, which tell better what left and what did not.

aiohttp writes a body in a task of its own, a turn of the loop or more after it has a connection. So the last look at
the message's deadline is there, at the write: head and body go out together, or neither does.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import aiohttp
import httpx
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload
from yarl import URL

from channels.deadline import TOO_LATE, Deadline, present_deadline, refuse_if_late
from channels.errors import NotSent, OutcomeUnknown

if TYPE_CHECKING:
    from aiohttp.connector import Connection

KNOWN_ADDRESSES: Final = 64  # a platform has a handful of addresses; parsing one costs as much as a small exchange


@lru_cache(maxsize=KNOWN_ADDRESSES)
def parse_address(url: str) -> httpx.URL:
    """The address, parsed once. Raises `httpx.InvalidURL`."""
    return httpx.URL(url)


@lru_cache(maxsize=KNOWN_ADDRESSES)
def _to_yarl(url: str) -> URL:
    return URL(url)


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

    def __init__(self, session: aiohttp.ClientSession, timeout: aiohttp.ClientTimeout, *, max_bytes: int) -> None:
        self._session = session
        self._timeout = timeout
        self._max_bytes = max_bytes

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


def _to_data(request: httpx.Request, deadline: Deadline | None) -> bytes | BytesPayload | httpx.AsyncByteStream | None:
    try:
        content = request.content or None
        return content if content is None or deadline is None else LastLookBody(content, deadline)
    except httpx.RequestNotRead:  # a body in pieces
        stream = request.stream
        assert isinstance(stream, httpx.AsyncByteStream)  # noqa: S101 - httpx makes no other of an async iterator
        return stream
