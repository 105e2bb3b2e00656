"""Find a dossier by its code or by a phone number, both exactly. A phone stands in no address and no log."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from console.deeds import deed
from console.desk import DESK
from console.dossiers.common import address, mask_name, word
from console.fields import typed
from console.permissions import Permission
from console.rendering import page, words_of
from console.views import Views
from console.visitor import visitor_of
from dossiers.code import find_dossier_codes, find_social_insurance_codes, normalise_dossier_code
from dossiers.contact import normalise_phone
from dossiers.errors import DossierCodeError
from dossiers.masking import mask_phone
from storage import audit, dossier_pages

views = Views("/dossiers")
MAX_QUESTION_CHARS = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked for: a normalised code, or a mobile number (84…)."""

    kind: str
    value: str


def read_question(text: str) -> Question | None:
    """Return what a text asks for; None for neither a code nor a mobile number."""
    text = text[:MAX_QUESTION_CHARS]
    if codes := find_dossier_codes(text) or find_social_insurance_codes(text):
        return Question("code", codes[0])
    if phone := normalise_phone(text):
        return Question("phone", phone)
    try:
        return Question("code", normalise_dossier_code(text))
    except DossierCodeError:
        return None


@views.get("", permission=Permission.SEE_DOSSIERS)
async def ask(request: web.Request) -> web.StreamResponse:
    """The search."""
    return _show(request)


@views.post("", permission=Permission.SEE_DOSSIERS)
async def find(request: web.Request) -> web.StreamResponse:
    """Look for it; a code that is found leads to its page."""
    desk, asked = request.config_dict[DESK], typed(request, "q")
    question = read_question(asked)
    if question is None:
        return _show(request, status=422, asked=asked, error=words_of(request)("dossiers.search.neither"))
    units = visitor_of(request).units(Permission.SEE_DOSSIERS)
    if question.kind == "code":
        one = await dossier_pages.find(desk.database, question.value, units=units)
        await audit.note(desk.database, deed(request, "dossier.search", kind="code", found=int(one is not None)))
        if one is not None:
            raise web.HTTPSeeOther(address(one.code))
        return _show(request, asked=question.value, nothing=words_of(request)("dossiers.search.no_code"))
    found = await dossier_pages.find_by_phone(desk.database, desk.cipher, question.value, units=units)
    await audit.note(desk.database, deed(request, "dossier.search", kind="phone", found=len(found)))
    if not found:
        return _show(request, nothing=words_of(request)("dossiers.search.no_phone", phone=mask_phone(question.value)))
    t = words_of(request)
    lines = [
        (address(one.code), one, mask_name(one.name), word(t, "dossiers.status", str(one.status))) for one in found
    ]
    return _show(request, lines=lines, phone=mask_phone(question.value), is_cut=len(found) == dossier_pages.MAX_FOUND)


def _show(request: web.Request, *, status: int = 200, **found: object) -> web.Response:
    empty = {"asked": "", "error": None, "nothing": None, "lines": None, "phone": None, "is_cut": False}
    return page(request, "dossiers/search.html.j2", status=status, **(empty | found))
