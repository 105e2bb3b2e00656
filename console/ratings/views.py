"""Ratings of a year, by unit and month, with what people wrote."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from aiohttp import web

from console.desk import DESK
from console.permissions import Permission
from console.ratings.figures import LEVELS, build_year
from console.ratings.small_numbers import SMALLEST
from console.rendering import page
from console.views import Views
from console.visitor import visitor_of
from dossiers.masking import redact
from storage import ratings

views = Views("/ratings")
FIRST_YEAR: Final = 2020
ROOT: Final = "/console/ratings"


@views.get("", permission=Permission.SEE_TALKS)
async def show(request: web.Request) -> web.StreamResponse:
    """Show a calendar year. Spans that can be chosen freely would let groups be told apart that are too small."""
    desk = request.config_dict[DESK]
    zone = desk.config.zone
    this_year = desk.now().astimezone(zone).year
    year = _year(request.query.get("year", ""), this_year)
    units = visitor_of(request).units(Permission.SEE_TALKS)
    since, until = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    counts = await ratings.counts(desk.database, units=units, since=since, until=until, zone=zone.key)
    known = {one.unit for one in counts if one.unit is not None}
    unit = request.query.get("unit") if request.query.get("unit") in known else None
    figures = build_year(counts, year, unit=unit)
    found = await ratings.notes(desk.database, desk.cipher, units=units, since=since, until=until, zone=zone.key)
    notes = [(note, redact(note.text)) for note in found if figures.is_shown(note.unit) and unit in (None, note.unit)]
    return page(
        request,
        "ratings/year.html.j2",
        figures=figures,
        notes=notes,
        year=year,
        years=[(str(one), str(one)) for one in range(this_year, this_year - 5, -1)],
        unit=unit,
        levels=LEVELS,
        smallest=SMALLEST,
        root=ROOT,
    )


def _year(text: str, this_year: int) -> int:
    return int(text) if len(text) == 4 and text.isdecimal() and FIRST_YEAR <= int(text) <= this_year else this_year
