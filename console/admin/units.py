"""Units: those that dossiers came from, and what the chat says about their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, get_args

from aiohttp import web

from console.deeds import deed
from console.desk import DESK
from console.errors import NotFound
from console.fields import is_unit, typed
from console.permissions import Permission
from console.rendering import flash, page, words_of
from console.views import Views
from console.visitor import visitor_of
from storage import audit, places, unit_counts
from storage.database import Database
from storage.officers import EVERYWHERE
from storage.places import Kind, Unit

views = Views("/admin/units")
KINDS: Final = get_args(Kind)
LINES: Final = ("aliases", "successors")
"""Fields of several values, one a line."""
CELLS: Final = (
    "name", "kind", "address", "phone", "hours", "latitude", "longitude", *LINES, "verified", "source", "as_of",
)  # fmt: skip
"""The form's fields: the columns of a file of places (docs/procedures.md), without the code."""


class ReadPlace(Protocol):
    """Reads a place from cells by the names of `CELLS` and `code`, by the rules of `hoso units import`."""

    def __call__(self, cells: Mapping[str, str]) -> Unit | Sequence[str]:
        """Return the place, or the names of the fields that cannot be used."""
        ...


READ_PLACE: web.AppKey[ReadPlace] = web.AppKey("read_place", ReadPlace)


@dataclass(frozen=True, slots=True)
class _Subject:
    """A unit that may be edited here: its code, its name in dossiers, and its place if there is one."""

    code: str
    name: str | None
    place: Unit | None


@views.get("", permission=Permission.ADMINISTER)
async def show_all(request: web.Request) -> web.StreamResponse:
    """Show the units that dossiers came from, with counts, and the other places that the chat knows."""
    database, visitor = request.config_dict[DESK].database, visitor_of(request)
    counted = await unit_counts.count(database, visitor.units(Permission.ADMINISTER))
    known = {place.code: place for place in await places.list_all(database)}
    codes = {one.code for one in counted}
    # Units that are no more come with an import, and nobody visits them.
    others = [one for code, one in known.items() if code not in codes and one.kind != "former"]
    others = [one for one in others if visitor.may(Permission.ADMINISTER, one.code)]
    return page(request, "admin/units.html.j2", units=counted, places=known, others=others)


@views.get("/{code}", permission=Permission.ADMINISTER)
async def show(request: web.Request) -> web.StreamResponse:
    """Show what the chat says about a unit's place, to be changed; an empty form where it knows none."""
    subject = await _find(request)
    return _show(request, subject, _cells_of(subject), places.fingerprint(subject.place))


@views.post("/{code}", permission=Permission.ADMINISTER)
async def change(request: web.Request) -> web.StreamResponse:
    """Keep a place as typed; the chat answers with it from the next message on."""
    subject, seen, t = await _find(request), typed(request, "seen"), words_of(request)
    cells = {name: typed(request, name) for name in CELLS}
    read = request.config_dict[READ_PLACE](cells | {"code": subject.code})
    if not isinstance(read, Unit):
        return _show(request, subject, cells, seen, [(name, t(f"admin.place.errors.{name}")) for name in read])
    async with request.config_dict[DESK].database.transaction() as connection:
        before = await places.find_for_change(connection, subject.code)
        is_stale = before != read and places.fingerprint(before) != seen
        if before != read and not is_stale:
            await places.keep(connection, [read])
            action = "unit.add" if before is None else "unit.change"
            changed = _changed(before, read)
            await audit.write(connection, deed(request, action, subject.code, subject.code, fields=changed))
    if is_stale:
        subject = _Subject(subject.code, subject.name, before)
        return _show(request, subject, cells, places.fingerprint(before), [("", t("admin.place.errors.meanwhile"))])
    flash(request, "ok", "admin.place.said.kept", name=read.name)
    raise web.HTTPSeeOther("/console/admin/units")


async def _find(request: web.Request) -> _Subject:
    """Return the unit of the address, known from dossiers or to the chat, within the visitor's units."""
    code, database = request.match_info["code"], request.config_dict[DESK].database
    if not is_unit(code) or code == EVERYWHERE:
        raise NotFound
    visitor_of(request).require(Permission.ADMINISTER, code)
    place, name = await places.get(database, code), await _name_in_dossiers(database, code)
    if place is None and name is None:
        raise NotFound
    return _Subject(code, name, place)


async def _name_in_dossiers(database: Database, code: str) -> str | None:
    """Return what dossiers call a unit, its code where they only have that; None: no dossier came from it."""
    found = [one for one in await unit_counts.count(database, [code]) if one.code == code]
    return (found[0].name or code) if found else None


def _cells_of(subject: _Subject) -> dict[str, str]:
    if subject.place is None:
        return dict.fromkeys(CELLS, "") | {"kind": "office", "name": subject.name or ""}
    values = subject.place.model_dump(include=set(CELLS))
    return {name: _cell(value) for name, value in values.items()}


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "x" if value else ""
    if isinstance(value, tuple):
        return "\n".join(value)
    return "" if value is None else str(value)


def _changed(before: Unit | None, after: Unit) -> list[str]:
    if before is None:
        return []
    return sorted(name for name in CELLS if getattr(before, name) != getattr(after, name))


def _show(
    request: web.Request,
    subject: _Subject,
    cells: Mapping[str, str],
    seen: str,
    faults: Sequence[tuple[str, str]] = (),
) -> web.Response:
    return page(
        request,
        "admin/unit.html.j2",
        status=422 if faults else 200,
        unit=subject,
        cells=cells,
        seen=seen,
        kinds=KINDS,
        faults=list(faults),
    )
