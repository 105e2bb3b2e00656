"""The page on which somebody else decides: everything that an approval pins, and what it would do."""

from __future__ import annotations

from typing import Literal

from aiohttp import web

from console.broadcasts.common import NUMBER, PREFIX, able, address, attempt, find, office_of
from console.broadcasts.one import estimate_context, facts_context
from console.broadcasts.refusals import faults
from console.errors import BadForm
from console.fields import typed
from console.permissions import Permission
from console.rendering import flash, page
from console.views import Views
from console.visitor import visitor_of
from storage.broadcasts import Broadcast, BroadcastRefused

views = Views(PREFIX)

SHORT_HASH_CHARS = 12
_DECISIONS: dict[str, Literal["approved", "sent_back"]] = {"approve": "approved", "send_back": "sent_back"}


@views.get(f"{NUMBER}/approve", permission=Permission.APPROVE_BROADCASTS)
async def look(request: web.Request) -> web.StreamResponse:
    """Show what is to be decided on."""
    broadcast = await find(request)
    visitor_of(request).require(Permission.APPROVE_BROADCASTS, broadcast.unit, sees=Permission.SEE_BROADCASTS)
    if broadcast.state != "submitted":
        flash(request, "note", "broadcasts.flash.not_submitted")
        raise web.HTTPSeeOther(address(broadcast))
    return await _show(request, broadcast)


@views.post(f"{NUMBER}/approve", permission=Permission.APPROVE_BROADCASTS)
async def decide(request: web.Request) -> web.StreamResponse:
    """Approve exactly what was shown, or send it back with a comment."""
    broadcast, office, officer = await find(request), office_of(request), visitor_of(request).officer
    decision = _DECISIONS.get(typed(request, "decision"))
    if decision is None:
        raise BadForm
    content, comment = typed(request, "content_hash"), typed(request, "comment")
    if decision == "sent_back" and not comment:
        wrong = faults(request, BroadcastRefused("comment_missing", field="comment"))
        return await _show(request, broadcast, wrong=wrong, status=422)
    after = await attempt(
        request, broadcast, office.desk.decide(broadcast.number, officer, decision, content, comment or None)
    )
    flash(request, "ok", f"broadcasts.flash.{_said(decision, after)}")
    raise web.HTTPSeeOther(address(broadcast))


def _said(decision: str, after: Broadcast) -> str:
    if decision == "sent_back":
        return "sent_back"
    return "approved" if after.state == "approved" else "approved_one_of"


async def _show(
    request: web.Request, broadcast: Broadcast, *, wrong: list[tuple[str, str]] | None = None, status: int = 200
) -> web.Response:
    content = (broadcast.content_hash or b"").hex()
    return page(
        request,
        "broadcasts/approve.html.j2",
        status=status,
        **await facts_context(request, broadcast) | await estimate_context(request, broadcast),
        content_hash=content,
        short_hash=content[:SHORT_HASH_CHARS],
        wrong=wrong or [],
        is_own=not able(visitor_of(request), broadcast).decide,
        comment=typed(request, "comment") if request.method == "POST" else "",
    )
