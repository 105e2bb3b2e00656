"""The one place that talks HTTP to platforms: httpx's requests and transport interface on aiohttp's connections.

Everything that can go wrong on the way becomes one of our errors here and nowhere else
(docs: rq-httpx-redis-pitfalls B1): either the request never left (`NotSent`), or nobody knows (`OutcomeUnknown`).

The exception classes of httpx cannot tell the two apart, so the decision looks at aiohttp's own, which the transport
(`transport.py`) lets through.

A cancelled request raises `CancelledError` as usual: whoever cancels must treat the send as unknown.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
import httpx
from pydantic import BaseModel, ConfigDict, Field, model_validator

from channels.answers import judge_answer
from channels.errors import ChannelError, NeedsHuman, OutcomeUnknown, PlatformDown, PoolBusy
from channels.time_limit import TimeLimit
from channels.transport import LastLookRequest, RawAnswer, SessionTransport, parse_address

PIECE_BYTES: Final = 1 << 16  # of a big request body, such as an upload


class HttpConfig(BaseModel):
    """Timeouts and limits of outgoing calls."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    connect_seconds: float = Field(default=5.0, gt=0, description="TCP and TLS set-up")  # docs: zalo 11 "Timeouts"
    read_seconds: float = Field(default=15.0, gt=0, description="longest silence while waiting for an answer")
    pool_seconds: float = Field(default=10.0, gt=0, description="longest wait for a free connection of ours")
    total_seconds: float = Field(default=25.0, gt=0, description="whole exchange; ends an answer that drips")
    max_in_flight: int = Field(default=100, ge=1, description="requests in flight at once")
    spare_connections: int = Field(default=10, ge=1, description="connections beyond those in flight")
    # Shorter than common idle limits of servers, so that we seldom write into a connection that is being closed.
    keepalive_seconds: float = Field(default=5.0, ge=0, description="how long an idle connection is kept")
    max_response_bytes: int = Field(default=1 << 20, ge=1, description="a longer answer is cut off")
    user_agent: str = Field(default="bao-ho-so/0.1", description="User-Agent header")

    @model_validator(mode="after")
    def _deadline_covers_phases(self) -> Self:
        # Otherwise the deadline could strike while connecting, and a message that never left would count as unknown.
        if self.total_seconds < self.connect_seconds + self.read_seconds:
            raise ValueError("total_seconds must be at least connect_seconds + read_seconds")
        return self


@dataclass(frozen=True, slots=True)
class PlatformRequest:
    """One request as a value. Only `label` may be logged: URLs, headers and bodies hold tokens and personal data."""

    label: str
    """A fixed name such as `zalo.template.send`."""
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PlatformResponse:
    """An answer that is a JSON object; anything else has become an error before."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    body: bytes = field(repr=False)
    document: Mapping[str, Any] = field(repr=False)
    elapsed_seconds: float


class HttpClient:
    """One client and one connection pool for one event loop: `async with HttpClient(config) as http`."""

    def __init__(self, config: HttpConfig | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.config: Final = config or HttpConfig()
        self._clock = clock
        self._transport: SessionTransport | None = None
        # No compression: answers are small, and a compressed one could grow past the size limit.
        self._headers: Final = {
            "User-Agent": self.config.user_agent,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }
        self._slots = asyncio.Semaphore(self.config.max_in_flight)

    async def __aenter__(self) -> Self:
        self._transport = _open_transport(self.config, self._headers)
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.aclose()

    async def request(self, request: PlatformRequest) -> PlatformResponse:
        """Send once, never repeat. Raises `NotSent`, `OutcomeUnknown`, or `NeedsHuman` (no platform answered)."""
        if self._transport is None:
            raise RuntimeError("HttpClient is closed: use it inside 'async with HttpClient(config)'")
        started = self._clock()
        # Our own queue in front of the connection pool: waiting here proves that nothing left.
        if self._slots.locked():
            await self._wait_for_slot()
        else:
            await self._slots.acquire()  # free: does not wait, so needs no timer
        try:
            with map_transport_errors(), TimeLimit(self.config.total_seconds):
                status, raw_headers, body = await self._exchange(self._transport, request)
        finally:
            self._slots.release()
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw_headers}
        document = judge_answer(status, headers, body)
        return PlatformResponse(status, headers, body, document, self._clock() - started)

    async def _exchange(self, transport: SessionTransport, request: PlatformRequest) -> RawAnswer:
        body = request.body
        is_small_post = body and request.method == "POST" and not request.query and len(body) <= PIECE_BYTES
        if body and is_small_post and self._headers.keys().isdisjoint(request.headers):
            return await transport.post(request.url, request.headers, body)
        answer = await transport.handle_async_request(self._build(request))
        return RawAnswer(answer.status_code, tuple(answer.headers.raw), answer.content)

    def _build(self, request: PlatformRequest) -> httpx.Request:
        url = parse_address(request.url)
        if request.query:
            url = url.copy_merge_params(request.query)
        headers, content = _to_content(request)
        return httpx.Request(request.method, url, headers={**self._headers, **headers}, content=content)

    async def _wait_for_slot(self) -> None:
        try:
            async with asyncio.timeout(self.config.pool_seconds):
                await self._slots.acquire()
        except TimeoutError as exc:
            raise PoolBusy("pool", "all connections in use; send fewer at once or raise max_in_flight") from exc


@cache
def _tls_context() -> ssl.SSLContext:
    """Read the certificates once a process: that takes some 30 ms, and every loop has clients of its own."""
    return httpx.create_ssl_context(trust_env=False)


def _open_transport(config: HttpConfig, headers: Mapping[str, str]) -> SessionTransport:
    connector = aiohttp.TCPConnector(
        limit=config.max_in_flight + config.spare_connections,
        keepalive_timeout=config.keepalive_seconds,
        ssl=_tls_context(),
    )
    # Accounts must not share a platform's session: no cookies.
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        request_class=LastLookRequest,
    )
    # aiohttp reads `connect` as "DNS, waiting and connecting together"; the waiting is done in _slot. It knows no write
    # timeout: total_seconds ends a write that hangs.
    timeout = aiohttp.ClientTimeout(
        total=None, connect=config.connect_seconds, sock_connect=config.connect_seconds, sock_read=config.read_seconds
    )
    return SessionTransport(session, timeout, max_bytes=config.max_response_bytes, headers=headers)


def _to_content(request: PlatformRequest) -> tuple[Mapping[str, str], bytes | AsyncIterator[bytes] | None]:
    """Headers and body; a big body goes out in pieces, as aiohttp demands, so that it holds no loop up."""
    body = request.body
    if body is None or len(body) <= PIECE_BYTES:
        return request.headers, body
    return {**request.headers, "Content-Length": str(len(body))}, _pieces_of(body)


async def _pieces_of(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), PIECE_BYTES):
        yield body[at : at + PIECE_BYTES]


# aiohttp raises these from its connector only, before a byte of the request is written: refused, no route, DNS, TLS,
# and the timeout of waiting plus connecting.
_NEVER_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_BAD_ADDRESS = (httpx.UnsupportedProtocol, httpx.InvalidURL, aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)


@contextmanager
def map_transport_errors() -> Iterator[None]:
    """Turn whatever the transport raises into one of ours; in doubt, unknown."""
    try:
        yield
    except ChannelError:
        raise
    except Exception as exc:
        error = _to_channel_error(exc)
        if _quotes_url(exc):
            raise error from None  # whoever logs the traceback would log the token in it
        raise error from exc


def _quotes_url(exc: BaseException) -> bool:
    # aiohttp's connect timeout does, for one; httpx's errors hold the whole request.
    link: BaseException | None = exc
    while link is not None and "://" not in f"{link} {vars(link)}":
        link = link.__cause__ or link.__context__
    return link is not None


def _to_channel_error(exc: Exception) -> ChannelError:
    origin = exc.__cause__ if isinstance(exc, httpx.TransportError) and exc.__cause__ is not None else exc
    name = type(origin).__name__  # never str(origin): it may quote the URL
    if isinstance(origin, _NEVER_LEFT):
        return PlatformDown("connect", f"no connection to the platform ({name}); nothing was sent")
    if isinstance(origin, _BAD_ADDRESS):
        return NeedsHuman("address", f"the platform's base address is not usable ({name}); check the setting")
    if isinstance(origin, TimeoutError):
        return OutcomeUnknown("timeout", f"no complete answer in time ({name})")
    return OutcomeUnknown("broken", f"the connection broke after the request had left ({name})")
