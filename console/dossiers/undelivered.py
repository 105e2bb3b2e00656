"""The officers' list: what nobody receives unless a person acts; with reasons in words, as CSV, and told in bulk."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from console.deeds import deed
from console.desk import DESK
from console.dossiers.common import address, query, read_key, read_uuid, word
from console.dossiers.needs import EXPLAINER
from console.errors import BadForm
from console.fields import typed
from console.permissions import Permission
from console.rendering import flash, language_of, page, words_of
from console.security import FORM, set_headers
from console.spreadsheets import BOM, write_rows
from console.views import Views
from console.visitor import visitor_of
from dossiers.masking import mask_phone
from dossiers.status import APOLOGY, Notice
from storage import audit, dossier_pages, notice_marks
from storage.dossier_pages import TROUBLES, UndeliveredLine

views = Views("/undelivered")
PAGE_LINES: Final = 50
FILE_LINES: Final = 500
"""Lines that are read at once for a file."""
MAX_FILE_LINES: Final = 100_000
KINDS: Final = (*(notice.value for notice in Notice), APOLOGY, "digest")
ACT: Final = Permission.ACT_ON_DOSSIERS


@views.get("", permission=Permission.SEE_DOSSIERS)
async def show(request: web.Request) -> web.StreamResponse:
    """A page of the list."""
    trouble, kind = _filters(request.query)
    lines = await _read(request, trouble, kind, before=_key(request.query.get("before", "")), limit=PAGE_LINES + 1)
    shown, t = lines[:PAGE_LINES], words_of(request)
    last = shown[-1] if len(lines) > PAGE_LINES else None
    here = query(trouble=trouble, kind=kind, before=request.query.get("before"))
    return page(
        request,
        "dossiers/undelivered.html.j2",
        rows=[_told(request, one) for one in shown],
        trouble=trouble,
        kind=kind,
        before=request.query.get("before", ""),
        troubles=[(one, t(f"dossiers.trouble.{one}")) for one in TROUBLES],
        kinds=[(one, word(t, "dossiers.kind", one)) for one in KINDS],
        ways=[(way, t(f"dossiers.how.{way}")) for way in notice_marks.WAYS],
        first=f"/console/undelivered{query(trouble=trouble, kind=kind)}" if "before" in request.query else None,
        following=last
        and "/console/undelivered"
        + query(trouble=trouble, kind=kind, before=f"{last.updated_at.isoformat()}_{last.id}"),
        here=f"/console/undelivered{here}",
        may_act=visitor_of(request).may_somewhere(ACT),
    )


@views.post("/told", permission=ACT)
async def tell_otherwise(request: web.Request) -> web.StreamResponse:
    """Note of the chosen lines that their people were told by other means."""
    how, chosen = typed(request, "how"), [read_uuid(str(text)) for text in request[FORM].getall("notice", [])]
    if how not in notice_marks.WAYS or None in chosen or len(chosen) > PAGE_LINES:
        raise BadForm
    noted = sum([await _note(request, notice, how) for notice in chosen if notice is not None])
    if not chosen:
        flash(request, "note", "dossiers.undelivered.none_chosen")
    else:
        flash(request, "ok" if noted else "note", "dossiers.undelivered.noted", noted=noted, chosen=len(chosen))
    trouble, kind = _filters(request[FORM])
    raise web.HTTPSeeOther("/console/undelivered" + query(trouble=trouble, kind=kind, before=typed(request, "before")))


@views.post("/list.csv", permission=Permission.SEE_DOSSIERS)
async def download(request: web.Request) -> web.StreamResponse:
    """The list as a file, phones masked; a form, because it is noted in the audit log."""
    desk, t = request.config_dict[DESK], words_of(request)
    trouble, kind = _filters(request[FORM])
    detail = {"trouble": trouble, "kind": kind}
    await audit.note(desk.database, deed(request, "undelivered.download", **detail))
    response = web.StreamResponse(headers={"Content-Type": "text/csv; charset=utf-8"})
    name = f"chua-toi-noi-{desk.now().astimezone(desk.config.zone):%Y%m%d-%H%M}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    set_headers(response, is_https=desk.config.secure_cookies)
    await response.prepare(request)
    columns = ("code", "unit", "kind", "state", "phone", "since", "why", "to_do")
    await response.write((BOM + write_rows([[t(f"dossiers.column.{one}") for one in columns]])).encode())
    async for lines in _all_lines(request, trouble, kind):
        await response.write(write_rows(_cells(request, one) for one in lines).encode())
    await response.write_eof()
    return response


async def _all_lines(
    request: web.Request, trouble: str | None, kind: str | None
) -> AsyncIterator[Sequence[UndeliveredLine]]:
    before: tuple[datetime, uuid.UUID] | None = None
    for _ in range(MAX_FILE_LINES // FILE_LINES):
        lines = await _read(request, trouble, kind, before=before, limit=FILE_LINES)
        if lines:
            yield lines
            before = lines[-1].updated_at, lines[-1].id
        if len(lines) < FILE_LINES:
            return


async def _note(request: web.Request, notice: uuid.UUID, how: str) -> bool:
    """Note one, in a transaction of its own: a neighbour that is gone does not undo it."""
    visitor = visitor_of(request)
    async with request.config_dict[DESK].database.transaction() as connection:
        locked = await notice_marks.lock(connection, notice, units=visitor.units(ACT))
        if locked is None or not await notice_marks.tell_otherwise(
            connection, locked, how=how, officer=visitor.officer.login
        ):
            return False
        detail = {"dossier": locked.dossier_code, "how": how}
        await audit.write(
            connection, deed(request, "notice.told_otherwise", object=str(notice), unit=locked.unit, **detail)
        )
        return True


async def _read(
    request: web.Request,
    trouble: str | None,
    kind: str | None,
    *,
    before: tuple[datetime, uuid.UUID] | None,
    limit: int,
) -> list[UndeliveredLine]:
    desk = request.config_dict[DESK]
    units = visitor_of(request).units(Permission.SEE_DOSSIERS)
    return await dossier_pages.undelivered(
        desk.database, desk.cipher, units=units, trouble=trouble, kind=kind, before=before, limit=limit
    )


def _told(request: web.Request, one: UndeliveredLine) -> dict[str, Any]:
    """Return a line with its words; the phone masked."""
    t = words_of(request)
    told = request.config_dict[EXPLAINER].reason(
        one.state, one.reason, is_final_doubt=one.state == "in_doubt", language=language_of(request)
    )
    codes = (one.dossier_code or "").split(", ") if one.dossier_code else []
    return {
        "line": one,
        "codes": [(address(code), code) for code in codes],
        "kind": word(t, "dossiers.kind", one.kind),
        "state": word(t, "dossiers.state", "in_doubt_final" if one.state == "in_doubt" else one.state),
        "trouble": t(f"dossiers.trouble.{one.trouble}"),
        "phone": mask_phone(one.phone) if one.phone else "–",
        "why": told.why if told else "",
        "to_do": told.to_do if told else "",
        "may_act": visitor_of(request).may(ACT, one.agency_code),
    }


def _cells(request: web.Request, one: UndeliveredLine) -> list[str]:
    told = _told(request, one)
    when = one.updated_at.astimezone(request.config_dict[DESK].config.zone).strftime("%d/%m/%Y %H:%M")
    unit = one.agency_name or one.agency_code or ""
    return [
        one.dossier_code or "",
        unit,
        told["kind"],
        told["state"],
        told["phone"],
        when,
        told["why"],
        told["to_do"],
    ]


def _filters(given_: Any) -> tuple[str | None, str | None]:
    trouble, kind = given_.get("trouble"), given_.get("kind")
    return trouble if trouble in TROUBLES else None, kind if kind in KINDS else None


def _key(text: str) -> tuple[datetime, uuid.UUID] | None:
    found = read_key(text)
    line = read_uuid(found[1]) if found else None
    return (found[0], line) if found and line else None
