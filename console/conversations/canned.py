"""Short answers of a unit: written once, put into an answer by whoever may answer there."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from console.conversations.desk import ROOT
from console.deeds import deed
from console.desk import DESK
from console.errors import NotFound
from console.fields import is_unit, read_id, typed
from console.permissions import Permission
from console.rendering import flash, page, words_of
from console.views import Views
from console.visitor import visitor_of
from storage import audit, canned
from storage.canned import Canned

views = Views("/conversations/canned")
HERE: Final = f"{ROOT}/canned"
MAX_TITLE_CHARS: Final = 80
MAX_CANNED_CHARS: Final = 1500
"""Less than a message, so that something of one's own can stand before it."""


async def _find(request: web.Request) -> Canned:
    canned_id = read_id(request.match_info["id"])
    found = None if canned_id is None else await canned.find(request.config_dict[DESK].database, canned_id)
    if found is None or not visitor_of(request).may(Permission.TALK, found.unit):
        raise NotFound
    return found


@views.get("", permission=Permission.TALK)
async def list_canned(request: web.Request) -> web.StreamResponse:
    """Show the short answers, and the form of a new one."""
    return await _show_list(request)


async def _show_list(
    request: web.Request,
    *,
    title: str = "",
    text: str = "",
    unit: str | None = None,
    errors: list[tuple[str, str]] | None = None,
) -> web.Response:
    visitor = visitor_of(request)
    found = await canned.search(request.config_dict[DESK].database, units=visitor.units(Permission.TALK))
    return page(
        request,
        "conversations/canned.html.j2",
        status=422 if errors else 200,
        canned=found,
        may_change={one.id: visitor.may(Permission.TALK, one.unit) for one in found},
        units=visitor.granted_units(Permission.TALK),
        title_typed=title,
        text_typed=text,
        unit_typed=unit,
        errors=errors or [],
        here=HERE,
        max_chars=MAX_CANNED_CHARS,
    )


def _check(request: web.Request, title: str, text: str) -> list[tuple[str, str]]:
    t, wrong = words_of(request), []
    if not 1 <= len(title) <= MAX_TITLE_CHARS:
        wrong.append(("title", t("conversations.canned.errors.title", limit=MAX_TITLE_CHARS)))
    if not 1 <= len(text) <= MAX_CANNED_CHARS:
        wrong.append(("text", t("conversations.canned.errors.text", limit=MAX_CANNED_CHARS, chars=len(text))))
    return wrong


@views.post("", permission=Permission.TALK)
async def add(request: web.Request) -> web.StreamResponse:
    """Keep a new one."""
    visitor, t = visitor_of(request), words_of(request)
    title, text, unit = typed(request, "title"), typed(request, "text"), typed(request, "unit")
    if not is_unit(unit) or not visitor.may(Permission.TALK, unit):
        raise NotFound
    if wrong := _check(request, title, text):
        return await _show_list(request, title=title, text=text, unit=unit, errors=wrong)
    async with request.config_dict[DESK].database.transaction() as connection:
        added = await canned.add(connection, unit=unit, title=title, text=text, officer=visitor.officer.login)
        if added is not None:
            await audit.write(connection, deed(request, "canned.add", str(added), unit))
    if added is None:
        wrong = [("title", t("conversations.canned.errors.twice"))]
        return await _show_list(request, title=title, text=text, unit=unit, errors=wrong)
    flash(request, "ok", "conversations.canned.flash.added")
    raise web.HTTPSeeOther(HERE)


@views.get("/{id}", permission=Permission.TALK)
async def show(request: web.Request) -> web.StreamResponse:
    """Show one, to be changed."""
    found = await _find(request)
    return _show_one(request, found, title=found.title, text=found.text)


def _show_one(
    request: web.Request, found: Canned, *, title: str, text: str, errors: list[tuple[str, str]] | None = None
) -> web.Response:
    return page(
        request,
        "conversations/canned_one.html.j2",
        status=422 if errors else 200,
        one=found,
        title_typed=title,
        text_typed=text,
        errors=errors or [],
        here=HERE,
        max_chars=MAX_CANNED_CHARS,
    )


@views.post("/{id}", permission=Permission.TALK)
async def change(request: web.Request) -> web.StreamResponse:
    """Change one."""
    found, visitor, t = await _find(request), visitor_of(request), words_of(request)
    title, text = typed(request, "title"), typed(request, "text")
    if wrong := _check(request, title, text):
        return _show_one(request, found, title=title, text=text, errors=wrong)
    async with request.config_dict[DESK].database.transaction() as connection:
        is_changed = await canned.change(connection, found.id, title=title, text=text, officer=visitor.officer.login)
        if is_changed:
            await audit.write(connection, deed(request, "canned.change", str(found.id), found.unit))
    if not is_changed:
        return _show_one(
            request, found, title=title, text=text, errors=[("title", t("conversations.canned.errors.twice"))]
        )
    flash(request, "ok", "conversations.canned.flash.changed")
    raise web.HTTPSeeOther(HERE)


@views.post("/{id}/delete", permission=Permission.TALK)
async def delete(request: web.Request) -> web.StreamResponse:
    """Drop one."""
    found = await _find(request)
    async with request.config_dict[DESK].database.transaction() as connection:
        if await canned.remove(connection, found.id):
            await audit.write(connection, deed(request, "canned.delete", str(found.id), found.unit))
    flash(request, "ok", "conversations.canned.flash.deleted")
    raise web.HTTPSeeOther(HERE)
