"""Writing a broadcast: the form, new or again. Works without JavaScript; counting is a button of the form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from aiohttp import web

from console.audiences import KNOWN_CATEGORIES
from console.broadcasts import form, units
from console.broadcasts.common import NUMBER, PREFIX, ROOT, able, address, find, office_of
from console.broadcasts.form import Faults, Reader, Typed
from console.broadcasts.refusals import faults, raise_for, say
from console.desk import DESK
from console.errors import Forbidden
from console.fields import read_id
from console.lists import LISTS
from console.permissions import Permission
from console.rendering import flash, language_of, page, words_of
from console.security import FORM
from console.views import Views
from console.visitor import visitor_of
from storage import audience_people, audiences, recipient_lists
from storage.audience_people import Counts
from storage.audiences import Audience, is_within
from storage.broadcasts import Broadcast, BroadcastRefused, Draft

views = Views(PREFIX)

MAX_CHOICES: Final = 200
"""Lists and saved audiences to choose from; older ones are reached from their own pages."""


@views.get("/new", permission=Permission.WRITE_BROADCASTS)
async def begin(request: web.Request) -> web.StreamResponse:
    """Show the empty form; `list` or `audience` in the address choose one beforehand."""
    options = await units.options(request)
    chosen = {"audience": "dossiers", "unit": options[0][0] if len(options) == 1 else "", "purpose": "information"}
    for name, kind, field in (("list", "list", "list_id"), ("audience", "saved", "saved_id")):
        if given := request.query.get(name):
            chosen |= {"audience": kind, field: given}
    return await _show(request, Typed(chosen))


@views.post("/new", permission=Permission.WRITE_BROADCASTS)
async def create(request: web.Request) -> web.StreamResponse:
    """Save a new draft, or only count its audience."""
    return await _save(request, None)


@views.get(f"{NUMBER}/edit", permission=Permission.WRITE_BROADCASTS)
async def edit(request: web.Request) -> web.StreamResponse:
    """Show the form of a broadcast that may still be changed."""
    broadcast = await _writable(request)
    typed = form.typed_of(broadcast.draft, request.config_dict[DESK].config.zone)
    return await _show(request, typed, broadcast=broadcast)


@views.post(f"{NUMBER}/edit", permission=Permission.WRITE_BROADCASTS)
async def change(request: web.Request) -> web.StreamResponse:
    """Save another content: it is a draft again, and what was approved is void."""
    return await _save(request, await _writable(request))


async def _writable(request: web.Request) -> Broadcast:
    broadcast = await find(request)
    visitor_of(request).require(Permission.WRITE_BROADCASTS, broadcast.unit, sees=Permission.SEE_BROADCASTS)
    if not able(visitor_of(request), broadcast).edit:
        flash(request, "note", "broadcasts.flash.not_editable")
        raise web.HTTPSeeOther(address(broadcast))
    return broadcast


async def _save(request: web.Request, broadcast: Broadcast | None) -> web.StreamResponse:
    typed = form.read(request[FORM])
    reader = Reader(typed, request.config_dict[DESK].config.zone, words_of(request), await _saved(request, typed))
    if typed.get("step") == "count":
        return await _count(request, typed, reader, broadcast)
    try:
        draft = reader.draft(tuple(office_of(request).facts.params))
        after = await _keep(request, draft, broadcast)
    except Faults as wrong:
        return await _show(request, typed, broadcast=broadcast, wrong=wrong.found)
    except BroadcastRefused as refused:
        if refused.word == "wrong_state" and broadcast is not None:
            flash(request, "bad", "broadcasts.flash.refused", text=say(request, refused.word, refused.values))
            raise web.HTTPSeeOther(address(broadcast)) from None
        raise_for(refused)
        return await _show(request, typed, broadcast=broadcast, wrong=faults(request, refused))
    flash(request, "ok", "broadcasts.flash.saved", number=after.number)
    raise web.HTTPSeeOther(address(after))


async def _keep(request: web.Request, draft: Draft, broadcast: Broadcast | None) -> Broadcast:
    desk, officer = office_of(request).desk, visitor_of(request).officer
    if broadcast is None:
        return await desk.create(draft, officer)
    return await desk.change(broadcast.number, draft, officer)


async def _count(request: web.Request, typed: Typed, reader: Reader, broadcast: Broadcast | None) -> web.StreamResponse:
    try:
        audience = reader.audience()
    except Faults as wrong:
        return await _show(request, typed, broadcast=broadcast, wrong=wrong.found)
    if not await _may_count(request, audience):
        raise Forbidden
    desk = request.config_dict[DESK]
    counts = await audience_people.count(desk.database, audience, zone=desk.config.zone)
    return await _show(request, typed, broadcast=broadcast, counts=counts)


async def _may_count(request: web.Request, audience: Audience) -> bool:
    """Return whether the officer may learn how many that are: of one's own units and lists alone."""
    own = visitor_of(request).units(Permission.WRITE_BROADCASTS)
    if audience.list_id is None:
        return is_within(audience, own)
    return await recipient_lists.find(request.config_dict[DESK].database, audience.list_id, own) is not None


async def _saved(request: web.Request, typed: Typed) -> Audience | None:
    chosen = read_id(typed.get("saved_id"))
    if typed.get("audience") != "saved" or chosen is None:
        return None
    own = visitor_of(request).units(Permission.WRITE_BROADCASTS)
    found = await audiences.find(request.config_dict[DESK].database, chosen, own)
    return None if found is None else found.audience


async def _show(
    request: web.Request,
    typed: Typed,
    *,
    broadcast: Broadcast | None = None,
    wrong: Sequence[tuple[str, str]] = (),
    counts: Counts | None = None,
) -> web.Response:
    return page(
        request,
        "broadcasts/form.html.j2",
        status=422 if wrong else 200,
        typed=typed,
        broadcast=broadcast,
        wrong=list(wrong),
        wrong_by=dict(reversed(wrong)),
        counts=counts,
        facts=office_of(request).facts,
        action=f"{ROOT}/new" if broadcast is None else address(broadcast, "/edit"),
        statuses=list(form.status_options(language_of(request))),
        days=form.DAYS,
        root=ROOT,
        **await _choices(request),
    )


async def _choices(request: web.Request) -> dict[str, Any]:
    database, own = request.config_dict[DESK].database, visitor_of(request).units(Permission.WRITE_BROADCASTS)
    lists = await recipient_lists.latest(database, own, limit=MAX_CHOICES)
    saved = await audiences.all_saved(database, own)
    return {
        "units": await units.options(request),
        "categories": request.config_dict[LISTS].categories,
        "known": KNOWN_CATEGORIES,
        "lists": [one for one in lists if one.state == "ready"],
        "saved": saved[:MAX_CHOICES],
    }
