"""A dossier's page: its facts, its owner masked, and the whole way of its events and notices."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from console.deeds import deed
from console.desk import DESK
from console.dossiers import timeline
from console.dossiers.common import address, dossier_of, mask_email, mask_name, word
from console.dossiers.needs import EXPLAINER
from console.errors import BadForm
from console.fields import typed
from console.permissions import Permission
from console.rendering import language_of, page, words_of
from console.views import Views
from console.visitor import visitor_of
from dossiers.contact import display_phone
from dossiers.masking import mask_phone
from storage import apologies, audit, dossier_pages, notice_marks, notices
from storage.database import Database
from storage.dossier_pages import DossierPage

views = Views("/dossiers")
REVEALS: Final = ("phone", "name", "email")
FEW_SUPPLEMENTS: Final = 1
"""More requests than that count as late (docs: public-services 6.2)."""


@views.get("/{code}", permission=Permission.SEE_DOSSIERS)
async def show(request: web.Request) -> web.StreamResponse:
    """The page."""
    return await show_page(request, await dossier_of(request))


@views.post("/{code}/reveal", permission=Permission.SEE_DOSSIERS)
async def reveal(request: web.Request) -> web.StreamResponse:
    """The page with one thing of the owner's in the clear, noted in the audit log before it is shown."""
    dossier, what = await dossier_of(request), typed(request, "what")
    if what not in REVEALS:
        raise BadForm
    noted = deed(request, "dossier.reveal", object=dossier.code, unit=dossier.agency_code, what=what)
    await audit.note(request.config_dict[DESK].database, noted)
    return await show_page(request, dossier, revealed=what)


async def show_page(request: web.Request, dossier: DossierPage, *, revealed: str | None = None) -> web.Response:
    """Render a dossier's page; `revealed` is what of its owner stands there in the clear."""
    desk, t = request.config_dict[DESK], words_of(request)
    owner = await dossier_pages.owner_of(desk.database, desk.cipher, dossier.id)
    masked = {"phone": mask_phone(owner.phone), "name": mask_name(owner.name), "email": mask_email(owner.email)}
    clear = {"phone": display_phone(owner.phone or ""), "name": owner.name, "email": owner.email}
    known = {"phone": dossier.has_phone, "name": dossier.has_name, "email": dossier.has_email}
    people = [
        (what, (clear if what == revealed else masked)[what] if known[what] else None, known[what] and what != revealed)
        for what in ("name", "phone", "email")
    ]
    material = await gather(desk.database, dossier)
    items = timeline.build(material, request.config_dict[EXPLAINER], t, language_of(request), dossier.has_phone)
    return page(
        request,
        "dossiers/one.html.j2",
        dossier=dossier,
        where=address(dossier.code),
        stands=word(t, "dossiers.status", str(dossier.status)),
        people=people,
        items=items,
        apologies=material.apologies,
        supplements=await dossier_pages.count_supplements(desk.database, dossier.id),
        few_supplements=FEW_SUPPLEMENTS,
        may_act=visitor_of(request).may(Permission.ACT_ON_DOSSIERS, dossier.agency_code),
        ways=[(way, t(f"dossiers.how.{way}")) for way in notice_marks.WAYS],
        is_running=dossier.status in dossier_pages.RUNNING,
    )


async def gather(database: Database, dossier: DossierPage) -> timeline.Material:
    """Return what a dossier's timeline is made of."""
    told = await notices.of_dossier(database, dossier.id)
    ids = [one.id for one in told]
    return timeline.Material(
        events=await dossier_pages.events_of(database, dossier.id),
        notices=told,
        attempts=await dossier_pages.attempts_of(database, ids),
        marks=await notice_marks.of_notices(database, ids),
        apologies=await apologies.of_dossier(database, dossier.id),
    )
