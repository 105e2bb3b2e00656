"""The names of units, as their dossiers call them; read once a minute at most, dossiers being many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from console.desk import DESK
from console.kept import Kept
from storage import unit_counts
from storage.unit_counts import UnitCount

_FRESH_SECONDS: Final = 60.0
_STALE_SECONDS: Final = 3600.0
_KEY: Final = "units"
UNITS = web.AppKey("unit_names", Kept)


def install(app: web.Application) -> None:
    """Give the application its memory of units."""
    app[UNITS] = Kept[list[UnitCount]](fresh_seconds=_FRESH_SECONDS, stale_seconds=_STALE_SECONDS)
    app.on_cleanup.append(_forget)


async def _forget(app: web.Application) -> None:
    await app[UNITS].aclose()


async def names(request: web.Request) -> dict[str, str]:
    """Return the names of units by code."""
    database = request.config_dict[DESK].database
    return _by_code(await request.config_dict[UNITS].get(_KEY, lambda: unit_counts.count(database)))


def known_names(request: web.Request) -> dict[str, str]:
    """Return the names that are known by now, without waiting: none at first, they are then read behind the page."""
    kept: Kept[list[UnitCount]] | None = request.config_dict.get(UNITS)
    if kept is None:
        return {}
    database = request.config_dict[DESK].database
    return _by_code(kept.peek(_KEY, lambda: unit_counts.count(database)) or [])


def name_and_code(code: str, known: Mapping[str, str]) -> str:
    """Return a unit as people read it: its name and code; the code alone where no name is known."""
    return f"{known[code]} ({code})" if known.get(code, code) != code else code


def _by_code(found: list[UnitCount]) -> dict[str, str]:
    return {one.code: one.name or one.code for one in found}
