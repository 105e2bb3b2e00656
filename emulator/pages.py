"""The page with the phones and the developers' tab, and the stream of changes that keeps it live."""

import asyncio
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from aiohttp import web

from emulator.messages import Message
from emulator.state import EMULATOR, Emulator
from emulator.stream import COME_BACK, GATHER_SECONDS, KEEP_ALIVE_SECONDS, Listener, as_event

PAGE_FOLDER = Path(__file__).with_name("page")
SHOWN_MESSAGES = 500  # the latest, when a page opens
SHOWN_PHONES = 24
# Everything of the page itself is ours; pictures, sounds and films of messages stand where their sender says.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
    "img-src 'self' data: http: https:; media-src 'self' http: https:; base-uri 'none'; frame-ancestors 'none'"
)
_ASSET_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}  # ask again: 304 costs nothing
_HEADERS = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer", **_ASSET_HEADERS}
_ASSETS = {file.relative_to(PAGE_FOLDER).as_posix(): file for file in PAGE_FOLDER.rglob("*") if file.is_file()}


def add_routes(app: web.Application) -> None:
    """Hang the page into the application."""
    app.router.add_get("/", show_page)
    app.router.add_get("/_emulator/stream", stream_changes)
    app.router.add_get("/favicon.ico", show_icon)
    app.router.add_get("/page/{name:.+}", show_asset)
    emulator = app[EMULATOR]
    emulator.clock.on_jump(emulator.hub.tell_clock)


async def show_page(_request: web.Request) -> web.StreamResponse:
    """`GET /`: the page."""
    return web.FileResponse(PAGE_FOLDER / "index.html", headers=_HEADERS)


async def show_icon(_request: web.Request) -> web.StreamResponse:
    """`GET /favicon.ico`, which browsers ask for on any page."""
    return web.FileResponse(PAGE_FOLDER / "icon.svg")


async def show_asset(request: web.Request) -> web.StreamResponse:
    """`GET /page/…`: a script, style or drawing of the page."""
    file = _ASSETS.get(request.match_info["name"])
    if file is None:
        raise web.HTTPNotFound
    return web.FileResponse(file, headers=_ASSET_HEADERS)


async def stream_changes(request: web.Request) -> web.StreamResponse:
    """`GET /_emulator/stream`: first what is there, then every change, as server-sent events."""
    emulator = request.app[EMULATOR]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    with suppress(ConnectionResetError), emulator.hub.open() as listener:  # the page was closed
        await response.write(COME_BACK + as_event(_everything(emulator)))
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
    told = _everything(emulator) if changes.pop("reload") else changes
    return as_event({**told, "now_ms": emulator.clock.now_ms()})


def _everything(emulator: Emulator) -> dict[str, Any]:
    latest = _latest(emulator)
    spoken = dict.fromkeys(message.phone for message in latest)
    known = [phone for phone in emulator.phones.all() if phone.registered or phone.phone in spoken]
    return {
        "fresh": True,
        "now_ms": emulator.clock.now_ms(),
        "phones": [phone.view() for phone in known[-SHOWN_PHONES:]],
        "messages": [message.view() for message in latest],
    }


def _latest(emulator: Emulator) -> list[Message]:
    return list(islice(emulator.messages.after(emulator.messages.last_seq - SHOWN_MESSAGES), SHOWN_MESSAGES))
