"""Saved audiences: conditions under a name, with how many people they reach."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from aiohttp import web
from multidict import MultiDictProxy
from pydantic import ValidationError

from console.deeds import deed
from console.desk import DESK
from console.errors import NotFound
from console.fields import is_unit, read_id
from console.lists import LISTS
from console.permissions import Permission
from console.rendering import flash, page, words_of
from console.security import FORM
from console.views import Views
from console.visitor import visitor_of
from dossiers.status import Status
from dossiers.text import clean
from storage import audience_people, audiences, audit
from storage.audiences import Audience, SavedAudience

views = Views("/audiences")
HERE: Final = "/console/audiences"
MAX_NAME_CHARS: Final = 80
_MAX_CODES: Final = 200
_UNIT: Final = re.compile(r"\*|[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*")
_PROCEDURE: Final = re.compile(r"\d\.\d{6}(?:\.[A-Za-z0-9]+)*")
_DAYS: Final = ("submitted_from", "submitted_until", "due_from", "due_until")
KNOWN_CATEGORIES: Final = ("storm", "power", "water", "traffic", "procedures", "health", "schools", "jobs")
_Form = MultiDictProxy[Any]


@views.get("", permission=Permission.WRITE_BROADCASTS)
async def show_all(request: web.Request) -> web.StreamResponse:
    """Show the audiences of the officer's units, and the form for a new one."""
    return await _show_all(request, {}, [])


async def _show_all(request: web.Request, typed: Mapping[str, Any], errors: list[tuple[str, str]]) -> web.Response:
    visitor = visitor_of(request)
    units = visitor.units(Permission.WRITE_BROADCASTS)
    return page(
        request,
        "lists/audiences.html.j2",
        status=422 if errors else 200,
        saved=await audiences.all_saved(request.config_dict[DESK].database, units),
        units=visitor.granted_units(Permission.WRITE_BROADCASTS),
        typed=typed,
        errors=errors,
        here=HERE,
        **_choices(request),
    )


def _choices(request: web.Request) -> dict[str, Any]:
    language = visitor_of(request).language
    states = [(int(one), one.label_vi if language == "vi" else one.label_en) for one in Status]
    return {"states": states, "categories": request.config_dict[LISTS].categories, "known": KNOWN_CATEGORIES}


@views.post("", permission=Permission.WRITE_BROADCASTS)
async def save(request: web.Request) -> web.StreamResponse:
    """Keep an audience."""
    visitor, form, t = visitor_of(request), request[FORM], words_of(request)
    unit = str(form.get("unit", ""))
    if not is_unit(unit) or not visitor.may(Permission.WRITE_BROADCASTS, unit):
        raise NotFound
    typed = {name: form.getall(name) if name == "statuses" else form[name] for name in form}
    name = clean(str(form.get("name", "")))
    audience, errors = _read(request, form)
    if not 1 <= len(name) <= MAX_NAME_CHARS:
        errors.insert(0, ("name", t("lists.audiences.errors.name", limit=MAX_NAME_CHARS)))
    # What is kept in a unit reaches no further than that unit.
    if audience is not None and not audiences.is_within(audience, None if unit == "*" else [unit]):
        errors.append(("units", t("lists.audiences.errors.units")))
    if errors or audience is None:
        return await _show_all(request, typed, errors)
    async with request.config_dict[DESK].database.transaction() as connection:
        officer = visitor.officer.login
        saved = await audiences.save(connection, name=name, unit=unit, audience=audience, officer=officer)
        if saved is not None:
            await audit.write(connection, deed(request, "audience.save", str(saved), unit))
    if saved is None:
        return await _show_all(request, typed, [("name", t("lists.audiences.errors.twice"))])
    flash(request, "ok", "lists.audiences.flash.saved")
    raise web.HTTPSeeOther(f"{HERE}/{saved}")


def _read(request: web.Request, form: _Form) -> tuple[Audience | None, list[tuple[str, str]]]:
    """Return the audience of a form, or what is wrong with it."""
    t, errors = words_of(request), []
    asked: dict[str, Any] = {"kind": str(form.get("kind", "")), "linked": _LINKED.get(str(form.get("linked", "")))}
    for name, pattern in (("units", _UNIT), ("procedures", _PROCEDURE)):
        asked[name] = tuple(dict.fromkeys(str(form.get(name, "")).replace(",", " ").split()))
        if len(asked[name]) > _MAX_CODES or not all(map(pattern.fullmatch, asked[name])):
            errors.append((name, t(f"lists.audiences.errors.{name}")))
    for name in _DAYS:
        try:
            asked[name] = date.fromisoformat(text) if (text := str(form.get(name, "")).strip()) else None
        except ValueError:
            errors.append((name, t("lists.audiences.errors.date")))
    known = [str(int(one)) for one in Status]
    asked["statuses"] = tuple(int(one) for one in form.getall("statuses", []) if one in known)
    asked["language"] = language if (language := str(form.get("language", ""))) in ("vi", "en") else None
    category = str(form.get("category", ""))
    asked["category"] = category if category in request.config_dict[LISTS].categories else None
    if asked["kind"] == "subscribers" and asked["category"] is None:
        errors.append(("category", t("lists.audiences.errors.category")))
    if errors:
        return None, errors
    try:
        return Audience(**asked), []
    except ValidationError:  # a kind that the form does not offer
        return None, [("kind", t("lists.audiences.errors.category"))]


_LINKED: Final = {"yes": True, "no": False}


async def _find(request: web.Request) -> SavedAudience:
    audience_id, units = read_id(request.match_info["id"]), visitor_of(request).units(Permission.WRITE_BROADCASTS)
    database = request.config_dict[DESK].database
    found = None if audience_id is None else await audiences.find(database, audience_id, units)
    if found is None:
        raise NotFound
    return found


@views.get("/{id}", permission=Permission.WRITE_BROADCASTS)
async def show(request: web.Request) -> web.StreamResponse:
    """Show an audience with how many people it reaches now."""
    found, desk = await _find(request), request.config_dict[DESK]
    counts = await audience_people.count(desk.database, found.audience, zone=desk.config.zone)
    return page(
        request, "lists/audience.html.j2", one=found, counts=counts, here=f"{HERE}/{found.id}", **_choices(request)
    )


@views.post("/{id}/delete", permission=Permission.WRITE_BROADCASTS)
async def delete(request: web.Request) -> web.StreamResponse:
    """Delete an audience."""
    found = await _find(request)
    async with request.config_dict[DESK].database.transaction() as connection:
        units = visitor_of(request).units(Permission.WRITE_BROADCASTS)
        if await audiences.delete(connection, found.id, units) is not None:
            await audit.write(connection, deed(request, "audience.delete", str(found.id), found.unit))
    flash(request, "ok", "lists.audiences.flash.deleted")
    raise web.HTTPSeeOther(HERE)
