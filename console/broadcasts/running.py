"""Letting a broadcast go, and stopping it: start, pause, resume, cancel, and how far it has come, live."""

from __future__ import annotations

from typing import NoReturn

from aiohttp import web

from console.broadcasts.common import NUMBER, PREFIX, address, attempt, find, live_part, office_of
from console.broadcasts.form import read_moment
from console.broadcasts.progress import progress_context
from console.desk import DESK
from console.fields import typed
from console.permissions import Permission
from console.rendering import flash
from console.views import Views
from console.visitor import visitor_of
from storage.broadcasts import Broadcast

views = Views(PREFIX)

LIVE_SECONDS = 1.0


@views.get(f"{NUMBER}/live", permission=Permission.SEE_BROADCASTS)
async def live(request: web.Request) -> web.StreamResponse:
    """Send the live part again whenever it has changed."""
    return await live_part(request, "broadcasts/_progress.html.j2", progress_context, every_seconds=LIVE_SECONDS)


@views.post(f"{NUMBER}/start", permission=Permission.SEE_BROADCASTS)
async def start(request: web.Request) -> web.StreamResponse:
    """Let an approved one begin, now or at a moment."""
    broadcast, officer = await find(request), visitor_of(request).officer
    try:
        at = read_moment(typed(request, "at"), request.config_dict[DESK].config.zone)
    except ValueError:
        flash(request, "bad", "broadcasts.flash.bad_moment")
        raise web.HTTPSeeOther(address(broadcast)) from None
    after = await attempt(request, broadcast, office_of(request).desk.start(broadcast.number, officer, at))
    flash(request, "ok", f"broadcasts.flash.{'started' if after.start_at is None else 'will_start'}")
    raise web.HTTPSeeOther(address(broadcast))


@views.post(f"{NUMBER}/pause", permission=Permission.SEE_BROADCASTS)
async def pause(request: web.Request) -> web.StreamResponse:
    """Stop for the time being."""
    broadcast = await find(request)
    await attempt(request, broadcast, office_of(request).desk.pause(broadcast.number, visitor_of(request).officer))
    _back(request, broadcast, "paused")


@views.post(f"{NUMBER}/resume", permission=Permission.SEE_BROADCASTS)
async def resume(request: web.Request) -> web.StreamResponse:
    """Go on from the exact next row."""
    broadcast = await find(request)
    await attempt(request, broadcast, office_of(request).desk.resume(broadcast.number, visitor_of(request).officer))
    _back(request, broadcast, "resumed")


@views.post(f"{NUMBER}/cancel", permission=Permission.SEE_BROADCASTS)
async def cancel(request: web.Request) -> web.StreamResponse:
    """Stop for good."""
    broadcast = await find(request)
    await attempt(request, broadcast, office_of(request).desk.cancel(broadcast.number, visitor_of(request).officer))
    _back(request, broadcast, "cancelled")


def _back(request: web.Request, broadcast: Broadcast, word: str) -> NoReturn:
    flash(request, "ok", f"broadcasts.flash.{word}")
    raise web.HTTPSeeOther(address(broadcast))
