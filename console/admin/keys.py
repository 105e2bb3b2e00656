"""Keys of other systems: for events (the whole city's business), or for broadcasts in a unit."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from console import once
from console.admin.grants import UNIT
from console.admin.rules import BeyondUnits, administers
from console.deeds import deed
from console.desk import DESK
from console.errors import NotFound
from console.permissions import Permission
from console.rendering import flash, page, words_of
from console.security import FORM
from console.views import Views
from console.visitor import Visitor, visitor_of
from dossiers.text import clean
from storage import api_keys, audit
from storage.api_keys import BROADCASTS, EVENTS, SCOPES, ApiKey
from storage.officers import EVERYWHERE

MAX_SOURCE_CHARS: Final = 60

views = Views("/admin/keys")


@views.get("", permission=Permission.ADMINISTER)
async def show(request: web.Request) -> web.StreamResponse:
    """List the keys of the visitor's units; a new one is shown once."""
    return await _show(request)


@views.post("", permission=Permission.ADMINISTER)
async def add(request: web.Request) -> web.StreamResponse:
    """Make a key, which the next page shows once."""
    form, visitor, t = request[FORM], visitor_of(request), words_of(request)
    source, scope = clean(str(form.get("source", ""))), str(form.get("scope", ""))
    unit = str(form.get("unit", "")).strip() or EVERYWHERE
    faults = []
    if not source or len(source) > MAX_SOURCE_CHARS or ":" in source:
        faults.append(("source", t("admin.errors.source")))
    if scope not in SCOPES:
        faults.append(("scope", t("admin.errors.scope")))
    if unit != EVERYWHERE and UNIT.fullmatch(unit) is None:
        faults.append(("unit", t("admin.errors.unit", text=unit[:60])))
    elif not administers(visitor, EVERYWHERE if scope == EVENTS else unit):
        faults.append(("unit", t(BeyondUnits.word)))
    if faults:
        return await _show(request, source=source, scope=scope, unit=str(form.get("unit", "")), faults=faults)
    of_unit = unit if scope == BROADCASTS else None
    async with request.config_dict[DESK].database.transaction() as connection:
        identifier, key = await api_keys.make(connection, source, scopes=[scope], unit=of_unit)
        await audit.write(connection, deed(request, "key.add", identifier, of_unit, source=source, scopes=[scope]))
    once.keep(request, "key", key)
    flash(request, "ok", "admin.said.key_added", id=identifier)
    raise web.HTTPSeeOther("/console/admin/keys")


@views.post("/{key_id}/revoke", permission=Permission.ADMINISTER)
async def revoke(request: web.Request) -> web.StreamResponse:
    """End a key at once."""
    visitor, identifier = visitor_of(request), request.match_info["key_id"]
    async with request.config_dict[DESK].database.transaction() as connection:
        ended = await api_keys.end(connection, identifier)
        if ended is None or not _is_theirs(visitor, ended):
            raise NotFound
        await audit.write(connection, deed(request, "key.revoke", identifier, ended.unit))
    flash(request, "ok", "admin.said.key_revoked", id=identifier)
    raise web.HTTPSeeOther("/console/admin/keys")


def _is_theirs(visitor: Visitor, key: ApiKey) -> bool:
    return administers(visitor, key.unit or EVERYWHERE)


async def _show(
    request: web.Request,
    *,
    source: str = "",
    scope: str = EVENTS,
    unit: str = "",
    faults: list[tuple[str, str]] | None = None,
) -> web.Response:
    visitor = visitor_of(request)
    known = await api_keys.all_keys(request.config_dict[DESK].database)
    return page(
        request,
        "admin/keys.html.j2",
        status=422 if faults else 200,
        keys=[key for key in known if _is_theirs(visitor, key)],
        new_key=once.take(request, "key"),
        scopes=SCOPES if administers(visitor, EVERYWHERE) else (BROADCASTS,),
        source=source,
        scope=scope,
        unit=unit,
        faults=faults or [],
    )
