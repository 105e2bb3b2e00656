"""Live parts of pages by server-sent events: a fragment of our own, rendered again and sent when it changed.

    <div data-live="/console/today/live">{% include "today/figures.html.j2" %}</div>

    @views.get("/today/live", permission=Permission.SEE_TODAY)
    async def live(request): return await stream(request, lambda: figures(request), permission=Permission.SEE_TODAY)

A stream holds no database connection, ends with its session (looked at every half a minute) and at once when the server
stops; there are only so many. Watching is not using: an idle session ends although its page is live.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog
from aiohttp import web
from redis.exceptions import RedisError

from console import sessions
from console.desk import DESK
from console.errors import ConsoleError
from console.permissions import Permission
from console.security import set_headers
from console.visitor import VISITOR, Visitor, visitor_of
from storage import officers
from storage.errors import StorageError

EVERY_SECONDS: Final = 3.0
LOOK_SECONDS: Final = 30.0
"""How often it is asked whether the session still holds."""
BEAT_SECONDS: Final = 15.0
"""A line at least so often: proxies cut what is silent."""
MAX_STREAMS: Final = 200
MAX_OF_ONE: Final = 6
"""Of one officer, in all windows; a browser opens no more to one server over HTTP/1.1."""
log = structlog.get_logger()


class Streams:
    """All open streams of a process; `stopping` is set when the server stops."""

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self._of: Counter[int] = Counter()

    @property
    def open(self) -> int:
        """How many are open."""
        return self._of.total()

    @asynccontextmanager
    async def seat(self, officer_id: int) -> AsyncIterator[bool]:
        """Take one of the places while the block runs; False: there is none."""
        if self.stopping.is_set() or self.open >= MAX_STREAMS or self._of[officer_id] >= MAX_OF_ONE:
            yield False
            return
        self._of[officer_id] += 1
        try:
            yield True
        finally:
            self._of[officer_id] -= 1

    async def rest(self, seconds: float) -> bool:
        """Wait; return whether the server goes on."""
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return True
        return False


STREAMS = web.AppKey("streams", Streams)


def install(app: web.Application) -> None:
    """Give the console its streams; they end when the server begins to stop, so that it need not wait for them."""

    async def stop(_app: web.Application) -> None:
        app[STREAMS].stopping.set()

    app[STREAMS] = Streams()
    app.on_shutdown.append(stop)


async def stream(
    request: web.Request,
    fragment: Callable[[], Awaitable[str]],
    *,
    permission: Permission,
    every_seconds: float = EVERY_SECONDS,
    look_seconds: float = LOOK_SECONDS,
) -> web.StreamResponse:
    """Send `fragment()` now and whenever it has changed, until the reader leaves, the session ends or the server stops.

    `permission` is looked at again with the session; the fragment sees the officer's present roles.
    """
    streams = request.config_dict[STREAMS]
    async with streams.seat(visitor_of(request).officer.id) as has_seat:
        if not has_seat:
            return web.Response(status=503, headers={"Retry-After": "30"})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        set_headers(response, is_https=request.config_dict[DESK].config.secure_cookies)
        await response.prepare(request)
        try:
            if not await _send(request, response, streams, fragment, permission, every_seconds, look_seconds):
                await response.write(b"event: over\ndata: session\n\n")
        except ConnectionError:
            pass  # the page was closed
        return response


async def _send(
    request: web.Request,
    response: web.StreamResponse,
    streams: Streams,
    fragment: Callable[[], Awaitable[str]],
    permission: Permission,
    every_seconds: float,
    look_seconds: float,
) -> bool:
    """Send until the server stops (True), or the session or what is looked at ends (False)."""
    last, looked_at, spoke_at = b"", time.monotonic(), 0.0
    while True:
        now = time.monotonic()
        try:
            if now - looked_at >= look_seconds:
                if not await _still_may(request, permission):
                    return False
                looked_at = now
            html = await fragment()
        except (StorageError, RedisError) as error:
            log.info("live_part_waits", reason=type(error).__name__)
        except ConsoleError:  # gone, or not this officer's any more: the page itself says so when it is opened again
            return False
        else:
            mark = hashlib.sha256(html.encode()).digest()
            if mark != last:
                await response.write(_event(html))
                last, spoke_at = mark, now
        if now - spoke_at >= BEAT_SECONDS:
            await response.write(b": .\n\n")
            spoke_at = now
        if not await streams.rest(every_seconds):
            return True


def _event(html: str) -> bytes:
    """Return a message as the format wants it: no line break within a line (HTML Living Standard, 9.2.5)."""
    return ("".join(f"data: {line}\n" for line in html.splitlines()) + "\n").encode()


async def _still_may(request: web.Request, permission: Permission) -> bool:
    desk = request.config_dict[DESK]
    session = await sessions.read(request)
    if not sessions.is_in_force(session, desk.config) or session["stage"] != "full":
        return False
    officer = await officers.find(desk.database, id=int(session["officer"]))
    if officer is None or officer.disabled_at is not None or officer.credentials_version != session["version"]:
        return False
    request[VISITOR] = Visitor(officer, session)
    return request[VISITOR].may_somewhere(permission)
