"""The phones page, and the stream of changes that keeps it live."""

import asyncio
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from aiohttp import web

from emulator.messages import Message
from emulator.state import EMULATOR, Emulator
from emulator.stream import GATHER_SECONDS, KEEP_ALIVE_SECONDS, Listener, as_event

PAGE_FOLDER = Path(__file__).with_name("page")
SHOWN_MESSAGES = 500  # the latest, when a page opens
SHOWN_PHONES = 24
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: http: https:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def add_routes(app: web.Application) -> None:
    """Hang the page into the application."""
    app.router.add_get("/", show_page)
    app.router.add_get("/_emulator/stream", stream_changes)
    app.router.add_get("/favicon.ico", show_icon)
    app.router.add_static("/page", PAGE_FOLDER)


async def show_page(_request: web.Request) -> web.StreamResponse:
    """`GET /`: the phones."""
    return web.FileResponse(PAGE_FOLDER / "index.html", headers=_HEADERS)


async def show_icon(_request: web.Request) -> web.StreamResponse:
    """`GET /favicon.ico`, which browsers ask for on any page."""
    return web.FileResponse(PAGE_FOLDER / "icon.svg")


async def stream_changes(request: web.Request) -> web.StreamResponse:
    """`GET /_emulator/stream`: first what is there, then every change, as server-sent events."""
    emulator = request.app[EMULATOR]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    with suppress(ConnectionResetError), emulator.hub.open() as listener:  # the page was closed
        await response.write(as_event(_everything(emulator)))
        while not emulator.hub.is_closed:
            await response.write(await _next_event(emulator, listener))
    return response


async def _next_event(emulator: Emulator, listener: Listener) -> bytes:
    try:
        await asyncio.wait_for(listener.changed.wait(), KEEP_ALIVE_SECONDS)
    except TimeoutError:
        return b": still here\n\n"
    await asyncio.sleep(GATHER_SECONDS)
    changes = listener.take()
    return as_event(_everything(emulator) if changes.pop("reload") else changes)


def _everything(emulator: Emulator) -> dict[str, Any]:
    latest = _latest(emulator)
    spoken = dict.fromkeys(message.phone for message in latest)
    known = [phone for phone in emulator.phones.all() if phone.registered or phone.phone in spoken]
    return {
        "fresh": True,
        "phones": [phone.view() for phone in known[-SHOWN_PHONES:]],
        "messages": [message.view() for message in latest],
    }


def _latest(emulator: Emulator) -> list[Message]:
    return list(islice(emulator.messages.after(emulator.messages.last_seq - SHOWN_MESSAGES), SHOWN_MESSAGES))
