"""What an officer does about one notice: send it again, or note that the person was told by other means."""

from __future__ import annotations

import uuid
from typing import Final

from aiohttp import web

from console.deeds import deed
from console.desk import DESK
from console.dossiers.common import address, dossier_of, moment_given, read_uuid
from console.errors import BadForm, NotFound
from console.fields import typed
from console.permissions import Permission
from console.rendering import flash
from console.views import Views
from console.visitor import Visitor, visitor_of
from storage import audit, notice_marks
from storage.dossier_pages import DossierPage
from storage.notice_marks import NotSentAgain

views = Views("/dossiers")
ACT: Final = Permission.ACT_ON_DOSSIERS


@views.post("/{code}/notices/{notice}/send-again", permission=ACT)
async def send_again(request: web.Request) -> web.StreamResponse:
    """Hand it to delivery once more, by the rules of `hoso notices retry`."""
    desk = request.config_dict[DESK]
    dossier, visitor, notice = await _subject(request)
    seen = moment_given(request, "seen")
    try:
        async with desk.database.transaction() as connection:
            locked = await notice_marks.lock(connection, notice, units=visitor.units(ACT), code=dossier.code)
            if locked is None:
                raise NotFound
            lane = await notice_marks.send_again(
                connection, desk.cipher, locked, seen=seen, officer=visitor.officer.login
            )
            detail = {"dossier": dossier.code, "kind": locked.kind, "state": locked.state}
            noted = deed(request, "notice.send_again", object=str(notice), unit=dossier.agency_code, **detail)
            await audit.write(connection, noted)
    except NotSentAgain as refusal:
        flash(request, "bad", f"dossiers.again.{refusal.why}")
    else:
        desk.ring(lane)
        flash(request, "ok", "dossiers.again.done")
    raise web.HTTPSeeOther(f"{address(dossier.code)}#n-{notice}")


@views.post("/{code}/notices/{notice}/told", permission=ACT)
async def tell_otherwise(request: web.Request) -> web.StreamResponse:
    """Note that the person was told by other means."""
    desk = request.config_dict[DESK]
    dossier, visitor, notice = await _subject(request)
    how = typed(request, "how")
    if how not in notice_marks.WAYS:
        raise BadForm
    async with desk.database.transaction() as connection:
        locked = await notice_marks.lock(connection, notice, units=visitor.units(ACT), code=dossier.code)
        if locked is None:
            raise NotFound
        is_noted = await notice_marks.tell_otherwise(connection, locked, how=how, officer=visitor.officer.login)
        if is_noted:
            detail = {"dossier": dossier.code, "how": how}
            noted = deed(request, "notice.told_otherwise", object=str(notice), unit=dossier.agency_code, **detail)
            await audit.write(connection, noted)
    flash(request, "ok" if is_noted else "note", "dossiers.told.done" if is_noted else "dossiers.told.nothing")
    raise web.HTTPSeeOther(f"{address(dossier.code)}#n-{notice}")


async def _subject(request: web.Request) -> tuple[DossierPage, Visitor, uuid.UUID]:
    dossier, visitor = await dossier_of(request), visitor_of(request)
    visitor.require(ACT, dossier.agency_code, sees=Permission.SEE_DOSSIERS)
    notice = read_uuid(request.match_info["notice"])
    if notice is None:
        raise NotFound
    return dossier, visitor, notice
