"""The units for which an officer may announce, with their names; read once a minute at most, dossiers being many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from console.desk import DESK
from console.kept import Kept
from console.permissions import Permission
from console.rendering import words_of
from console.visitor import visitor_of
from storage import unit_counts
from storage.officers import EVERYWHERE, covers
from storage.unit_counts import UnitCount

_FRESH_SECONDS: Final = 60.0
_STALE_SECONDS: Final = 3600.0
UNITS = web.AppKey("broadcast_units", Kept)


def install(app: web.Application) -> None:
    """Give the application its memory of units."""
    app[UNITS] = Kept[list[UnitCount]](fresh_seconds=_FRESH_SECONDS, stale_seconds=_STALE_SECONDS)
    app.on_cleanup.append(_forget)


async def _forget(app: web.Application) -> None:
    await app[UNITS].aclose()


async def names(request: web.Request) -> dict[str, str]:
    """Return the names of units by code, as their dossiers call them."""
    database = request.config_dict[DESK].database
    kept: Kept[list[UnitCount]] = request.config_dict[UNITS]
    found = await kept.get("units", lambda: unit_counts.count(database))
    return {one.code: one.name or one.code for one in found}


async def options(request: web.Request) -> list[tuple[str, str]]:
    """Return the units in which the officer may write broadcasts, those with dossiers below them too."""
    own = visitor_of(request).units(Permission.WRITE_BROADCASTS)
    known = await names(request)
    codes = set(known) | set(own or ())
    fitting = sorted(code for code in codes if own is None or any(covers(unit, code) for unit in own))
    codes_first = [EVERYWHERE, *fitting] if own is None else fitting
    return [(code, shown(request, code, known)) for code in codes_first]


def shown(request: web.Request, code: str, known: Mapping[str, str]) -> str:
    """Return a unit as people read it: its name and code, or the whole city."""
    if code == EVERYWHERE:
        return words_of(request)("broadcasts.whole_city")
    return f"{known[code]} ({code})" if code in known else code
