"""One broadcast: what it says to whom, what it would do, a preview with real people, a test to oneself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from console.broadcasts import units
from console.broadcasts.common import NUMBER, PREFIX, able, address, attempt, find, live_part, office_of
from console.broadcasts.countings import COUNTINGS, TooManyCounts
from console.broadcasts.office import Preview
from console.broadcasts.progress import progress_context
from console.broadcasts.refusals import say
from console.broadcasts.words import TONES, audience_facts, category, word
from console.colleagues import names_of_officers
from console.desk import DESK
from console.fields import typed
from console.permissions import Permission
from console.rendering import flash, page
from console.views import Views
from console.visitor import visitor_of
from storage import recipient_lists
from storage.audit import Row
from storage.broadcasts import Broadcast

views = Views(PREFIX)

PREVIEWS = 3
_LIVE_SECONDS = 1.5


@views.get(NUMBER, permission=Permission.SEE_BROADCASTS)
async def show(request: web.Request) -> web.StreamResponse:
    """Show a broadcast as it stands."""
    return await show_one(request, await find(request))


@views.post(f"{NUMBER}/preview", permission=Permission.SEE_BROADCASTS)
async def preview(request: web.Request) -> web.StreamResponse:
    """Show it as the first people of its audience would get it; the desk notes who looked."""
    broadcast, office = await find(request), office_of(request)
    officer = visitor_of(request).officer
    found = await attempt(request, broadcast, office.desk.preview(broadcast.number, officer, limit=PREVIEWS))
    return await show_one(request, broadcast, previews=found)


@views.post(f"{NUMBER}/test", permission=Permission.WRITE_BROADCASTS)
async def test(request: web.Request) -> web.StreamResponse:
    """Send it to one phone."""
    broadcast, office = await find(request), office_of(request)
    officer = visitor_of(request).officer
    await attempt(request, broadcast, office.desk.test_send(broadcast.number, typed(request, "phone"), officer))
    flash(request, "ok", "broadcasts.flash.tested")
    raise web.HTTPSeeOther(address(broadcast))


@views.post(f"{NUMBER}/estimate", permission=Permission.SEE_BROADCASTS)
async def estimate(request: web.Request) -> web.StreamResponse:
    """Count it; what takes long goes on behind the page."""
    broadcast, office = await find(request), office_of(request)
    officer, countings = visitor_of(request).officer, request.config_dict[COUNTINGS]
    try:
        counting = await attempt(
            request,
            broadcast,
            countings.begin(broadcast.number, lambda tell: office.desk.estimate(broadcast.number, officer, tell=tell)),
        )
        flash(request, "ok" if counting.is_over else "note", f"broadcasts.flash.{_ended(counting.is_over)}")
    except TooManyCounts:
        flash(request, "bad", "broadcasts.flash.counts_busy")
    raise web.HTTPSeeOther(address(broadcast, "#estimate"))


def _ended(is_over: bool) -> str:
    return "counted" if is_over else "counting"


@views.get(f"{NUMBER}/estimate/live", permission=Permission.SEE_BROADCASTS)
async def estimate_live(request: web.Request) -> web.StreamResponse:
    """Send the estimate's part of the page again as the count goes on."""
    return await live_part(request, "broadcasts/_estimate.html.j2", estimate_context, every_seconds=_LIVE_SECONDS)


@views.post(f"{NUMBER}/submit", permission=Permission.WRITE_BROADCASTS)
async def submit(request: web.Request) -> web.StreamResponse:
    """Ask for approval."""
    broadcast, office = await find(request), office_of(request)
    after = await attempt(request, broadcast, office.desk.submit(broadcast.number, visitor_of(request).officer))
    flash(request, "ok", f"broadcasts.flash.{'submitted' if after.state == 'submitted' else 'approved_alone'}")
    raise web.HTTPSeeOther(address(broadcast))


async def show_one(
    request: web.Request, broadcast: Broadcast, *, previews: Sequence[Preview] | None = None
) -> web.Response:
    """Return the page of a broadcast, with previews if they were asked for."""
    desk = office_of(request).desk
    if (refused := request.config_dict[COUNTINGS].take_refusal(broadcast.number)) is not None:
        flash(request, "bad", "broadcasts.flash.refused", text=say(request, refused.word, refused.values))
    context = await facts_context(request, broadcast) | await estimate_context(request, broadcast)
    context |= await progress_context(request, broadcast)
    return page(
        request,
        "broadcasts/one.html.j2",
        **context,
        previews=previews,
        history=[(one, _action(request, one)) for one in await desk.history(broadcast, limit=100)],
    )


async def facts_context(request: web.Request, broadcast: Broadcast) -> dict[str, Any]:
    """Return what is said of a broadcast itself: what is pinned by an approval."""
    office = office_of(request)
    known = await units.names(request)
    return {
        "broadcast": broadcast,
        "able": able(visitor_of(request), broadcast),
        "unit_name": units.shown(request, broadcast.unit, known),
        "audience": audience_facts(
            request, broadcast.audience, list_name=await _list_name(request, broadcast), units=known
        ),
        "category": category(request, broadcast.category) if broadcast.category else None,
        "sms": office.sms_of(broadcast),
        "facts": office.facts,
        "needed": office.needed(broadcast),
        "decisions": await office.desk.decisions(broadcast),
        "officers": await names_of_officers(request),
        "tones": TONES,
        "root": address(broadcast),
    }


async def estimate_context(request: web.Request, broadcast: Broadcast) -> dict[str, Any]:
    """Return what the estimate's part of a page shows."""
    counting = request.config_dict[COUNTINGS].of(broadcast.number)
    return {
        "broadcast": broadcast,
        "able": able(visitor_of(request), broadcast),
        "estimate": broadcast.estimate,
        "needed": office_of(request).needed(broadcast),
        "counting": counting if counting is not None and not counting.is_over else None,
        "channel": lambda name: word(request, "channels", name),
        "root": address(broadcast),
    }


async def _list_name(request: web.Request, broadcast: Broadcast) -> str | None:
    if broadcast.audience.list_id is None:
        return None
    database, own = request.config_dict[DESK].database, visitor_of(request).units(Permission.SEE_BROADCASTS)
    found = await recipient_lists.find(database, broadcast.audience.list_id, own)
    return None if found is None else f"{found.name} ({found.file_name})"


def _action(request: web.Request, row: Row) -> str:
    return word(request, "history", row.action.partition(".")[2])
