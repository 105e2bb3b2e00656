"""All broadcasts of an officer's units, newest first, by where they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web

from console.broadcasts import units
from console.broadcasts.common import PREFIX, ROOT, office_of
from console.broadcasts.words import TONES
from console.fields import read_id
from console.permissions import Permission
from console.rendering import page
from console.views import Views
from console.visitor import visitor_of
from storage.broadcasts import Broadcast

views = Views(PREFIX)

PAGE: Final = 30
TABS: Final[Mapping[str, Sequence[str | None]]] = {
    "all": (None,),
    "draft": ("draft",),
    "submitted": ("submitted",),
    "going": ("approved", "preparing", "canary", "sending", "paused", "halted"),
    "done": ("done",),
    "cancelled": ("cancelled",),
}
"""The tabs with the states that each shows."""


@views.get("", permission=Permission.SEE_BROADCASTS)
async def show_all(request: web.Request) -> web.StreamResponse:
    """Show broadcasts; `state` is a tab, `before` the id below which they lie."""
    tab = request.query.get("state", "all")
    tab = tab if tab in TABS else "all"
    before = read_id(request.query.get("before", ""))
    found = await _search(request, TABS[tab], before)
    return page(
        request,
        "broadcasts/list.html.j2",
        tab=tab,
        tabs=list(TABS),
        broadcasts=found[:PAGE],
        older=f"{ROOT}?state={tab}&before={found[PAGE - 1].id}" if len(found) > PAGE else None,
        newest=f"{ROOT}?state={tab}" if before is not None else None,
        names=await units.names(request),
        tones=TONES,
        may_write=visitor_of(request).may_somewhere(Permission.WRITE_BROADCASTS),
        root=ROOT,
    )


async def _search(request: web.Request, states: Sequence[str | None], before: int | None) -> list[Broadcast]:
    desk, own = office_of(request).desk, visitor_of(request).units(Permission.SEE_BROADCASTS)
    found = [one for state in states for one in await desk.search(own, state, before, PAGE + 1)]
    return sorted(found, key=lambda one: one.id, reverse=True)
