"""The audit log: who did what, filtered, page by page; as a file; and whether its chain is whole."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from console.deeds import deed
from console.desk import DESK
from console.errors import BadForm, Forbidden
from console.fields import read_id
from console.permissions import Permission
from console.rendering import flash, page
from console.security import FORM, set_headers
from console.spreadsheets import BOM, write_rows
from console.views import Views
from console.visitor import visitor_of
from storage import audit
from storage.audit import Row
from storage.database import Database

ROWS_A_PAGE: Final = 50
_ROWS_AT_ONCE = 1_000
_COLUMNS: Final = ("id", "at", "actor", "action", "object", "unit", "detail", "address", "previous_hash", "hash")

views = Views("/admin/audit")


def _filters(given: Iterable[tuple[str, object]]) -> dict[str, str]:
    wanted = {name: str(value).strip() for name, value in given if name in ("actor", "action", "object")}
    return {name: value[:200] for name, value in wanted.items() if value}


@views.get("", permission=Permission.ADMINISTER)
async def show(request: web.Request) -> web.StreamResponse:
    """Show a page of the log, newest first."""
    filters, units = _filters(request.query.items()), visitor_of(request).units(Permission.ADMINISTER)
    before = read_id(request.query.get("before", ""))
    rows = await audit.search(
        request.config_dict[DESK].database,
        **filters,
        units=units,
        before=before,
        limit=ROWS_A_PAGE + 1,
    )
    shown = rows[:ROWS_A_PAGE]
    older = urlencode({**filters, "before": shown[-1].id}) if len(rows) > ROWS_A_PAGE else None
    return page(
        request,
        "admin/audit.html.j2",
        rows=shown,
        filters=filters,
        is_first=before is None,
        newest_url=f"/console/admin/audit?{urlencode(filters)}",
        older_url=f"/console/admin/audit?{older}" if older else None,
        sees_all=units is None,
        as_text=lambda detail: json.dumps(detail, ensure_ascii=False) if detail else "",
    )


@views.post("/check", permission=Permission.ADMINISTER)
async def check(request: web.Request) -> web.StreamResponse:
    """Walk along the whole chain and say whether it is whole."""
    _require_city(request)
    database = request.config_dict[DESK].database
    chain = await audit.verify(database)
    await audit.note(database, deed(request, "audit.check", rows=chain.rows, broken_at=chain.broken_at))
    if chain.broken_at is None:
        flash(request, "ok", "admin.said.chain_whole", rows=chain.rows, head=chain.head.hex()[:16])
    else:
        flash(request, "bad", "admin.said.chain_broken", row=chain.broken_at)
    raise web.HTTPSeeOther("/console/admin/audit")


@views.post("/export", permission=Permission.ADMINISTER)
async def export(request: web.Request) -> web.StreamResponse:
    """Send the log as a file, CSV or JSON Lines, oldest first; that too is written into it."""
    form, visitor, database = request[FORM], visitor_of(request), request.config_dict[DESK].database
    kind = form.get("format")
    if kind not in ("csv", "jsonl"):
        raise BadForm
    filters, units = _filters(form.items()), visitor.units(Permission.ADMINISTER)
    await audit.note(database, deed(request, "audit.export", format=str(kind), filters=sorted(filters)))
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8" if kind == "csv" else "application/x-ndjson; charset=utf-8",
            "Content-Disposition": f'attachment; filename="audit.{kind}"',
        }
    )
    set_headers(response, is_https=request.config_dict[DESK].config.secure_cookies)
    await response.prepare(request)
    if kind == "csv":
        await response.write((BOM + write_rows([_COLUMNS])).encode())
    async for rows in _read_all(database, filters, units):
        lines = write_rows(map(_cells, rows)).encode() if kind == "csv" else b"".join(map(_as_line, rows))
        await response.write(lines)
    await response.write_eof()
    return response


async def _read_all(database: Database, filters: dict[str, str], units: list[str] | None) -> AsyncIterator[list[Row]]:
    after = 0
    while rows := await audit.read_on(database, after, limit=_ROWS_AT_ONCE, units=units, **filters):
        yield rows
        after = rows[-1].id


def _require_city(request: web.Request) -> None:
    if visitor_of(request).units(Permission.ADMINISTER) is not None:
        raise Forbidden


def _record(row: Row) -> dict[str, object]:
    return {
        "id": row.id,
        "at": row.at.isoformat(),
        "actor": row.actor,
        "action": row.action,
        "object": row.object,
        "unit": row.unit,
        "detail": dict(row.detail),
        "address": row.address,
        "previous_hash": row.previous_hash.hex(),
        "hash": row.hash.hex(),
    }


def _as_line(row: Row) -> bytes:
    return json.dumps(_record(row), ensure_ascii=False).encode() + b"\n"


def _cells(row: Row) -> list[object]:
    record = _record(row) | {"detail": json.dumps(dict(row.detail), ensure_ascii=False)}
    return [record[name] for name in _COLUMNS]
