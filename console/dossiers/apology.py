"""The apology for a late dossier: prepared, shown as on the phone, confirmed (docs: public-services 6.1)."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from aiohttp import web

from console.deeds import deed
from console.desk import DESK
from console.dossiers.common import address, dossier_of, moment_given
from console.dossiers.needs import APOLOGISER
from console.errors import Conflict
from console.fields import typed
from console.permissions import Permission
from console.rendering import flash, page, words_of
from console.views import Views
from console.visitor import visitor_of
from storage import apologies, audit
from storage.apologies import ApologyDraft, ApologyRefused, is_after_duty
from storage.dossier_pages import DossierPage

views = Views("/due")
ACT: Final = Permission.ACT_ON_DOSSIERS
MAX_REASON_CHARS: Final = 200
"""As the platform's template takes it (status_bridge/templates/platform.toml)."""
_FIELD_OF: Final = {
    "no_reason": "reason",
    "personal": "reason",
    "past": "day",
    "not_later": "day",
    "not_working_day": "day",
    "too_far": "day",
}
"""The field that a refusal is about; what is not here is about the dossier."""


@views.get("/{code}/apology", permission=ACT)
async def prepare(request: web.Request) -> web.StreamResponse:
    """The apology as the system proposes it, with its picture."""
    dossier, apologiser = await _subject(request), request.config_dict[APOLOGISER]
    if dossier.due_at is None:
        return _show(request, dossier, refusal="no_due_date")
    now = request.config_dict[DESK].now()
    try:
        day = apologiser.propose_day(dossier.due_at, dossier.agency_code, now)
        return await _preview(request, dossier, day, apologiser.usual_reason())
    except ApologyRefused as refusal:
        return _show(request, dossier, refusal=refusal.why)


@views.post("/{code}/apology", permission=ACT)
async def confirm(request: web.Request) -> web.StreamResponse:
    """Look at it again with the officer's words (`step` preview), or send it (`step` confirm)."""
    dossier = await _subject(request)
    reason = typed(request, "reason")
    asked = typed(request, "day")
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return _show(request, dossier, refusal="no_day", status=422, day=asked, reason=reason)
    if len(reason) > MAX_REASON_CHARS:
        return _show(request, dossier, refusal="long_reason", status=422, day=asked, reason=reason)
    try:
        if typed(request, "step") != "confirm":
            return await _preview(request, dossier, day, reason)
        sent = await _send(request, dossier, day, reason)
    except ApologyRefused as refusal:
        if refusal.why in ("changed", "gone"):
            raise Conflict from None
        return _show(request, dossier, refusal=refusal.why, status=422, day=asked, reason=reason)
    flash(request, "ok", "due.apology.held" if sent.is_held else "due.apology.sent", code=dossier.code)
    if not sent.is_reachable:
        flash(request, "bad", "due.apology.unreachable")
    if sent.is_after_duty:
        flash(request, "note", "due.apology.was_late")
    raise web.HTTPSeeOther(address(dossier.code))


async def _send(request: web.Request, dossier: DossierPage, day: date, reason: str) -> ApologyDraft:
    desk, visitor = request.config_dict[DESK], visitor_of(request)
    async with desk.database.transaction() as connection:
        draft, lane = await request.config_dict[APOLOGISER].confirm(
            connection,
            dossier.code,
            seen_due_at=moment_given(request, "seen"),
            new_day=day,
            reason=reason,
            officer=visitor.officer.login,
        )
        detail = {"new_due_at": draft.new_due_at.isoformat(), "is_after_duty": draft.is_after_duty}
        noted = deed(request, "apology.confirm", object=dossier.code, unit=dossier.agency_code, **detail)
        await audit.write(connection, noted)
    if lane is not None:
        desk.ring(lane)
    return draft


async def _preview(request: web.Request, dossier: DossierPage, day: date, reason: str) -> web.Response:
    assert dossier.due_at is not None or request.method == "POST"  # noqa: S101 - a proposal starts from a date
    seen = moment_given(request, "seen") if request.method == "POST" else dossier.due_at
    assert seen is not None  # noqa: S101 - see above
    async with request.config_dict[DESK].database.transaction() as connection:
        draft = await request.config_dict[APOLOGISER].draft(
            connection, dossier.code, seen_due_at=seen, new_day=day, reason=reason
        )
    return _show(request, dossier, draft=draft, day=day.isoformat(), reason=reason)


def _show(
    request: web.Request,
    dossier: DossierPage,
    *,
    draft: ApologyDraft | None = None,
    refusal: str | None = None,
    status: int = 200,
    day: str = "",
    reason: str = "",
) -> web.Response:
    t, now = words_of(request), request.config_dict[DESK].now()
    field = _FIELD_OF.get(refusal or "", {"no_day": "day", "long_reason": "reason"}.get(refusal or ""))
    message = t(f"due.refused.{refusal}") if refusal else None
    context: dict[str, Any] = {
        "dossier": dossier,
        "where": address(dossier.code),
        "draft": draft,
        "message": message,
        "field": field,
        "is_possible": refusal is None or field is not None,
        "day": day,
        "reason": reason,
        "max_reason_chars": MAX_REASON_CHARS,
        "is_after_duty": dossier.due_at is not None and is_after_duty(dossier.due_at, now),
        "duty": None if dossier.due_at is None else dossier.due_at - apologies.DUTY,
    }
    return page(request, "due/apology.html.j2", status=status, **context)


async def _subject(request: web.Request) -> DossierPage:
    dossier = await dossier_of(request)
    visitor_of(request).require(ACT, dossier.agency_code, sees=Permission.SEE_DOSSIERS)
    return dossier
