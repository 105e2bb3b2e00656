"""The units for which an officer may announce, with their names."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from console.permissions import Permission
from console.rendering import words_of
from console.unit_names import install, name_and_code, names
from console.visitor import visitor_of
from storage.officers import EVERYWHERE, covers

__all__ = ["install", "names", "options", "shown"]


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
    return name_and_code(code, known)
