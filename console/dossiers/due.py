"""Dossiers that are late, or will be tomorrow: the list from which apologies are made (docs: public-services 6.1)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

from console.desk import DESK
from console.dossiers.common import address, query, read_key, word
from console.dossiers.needs import APOLOGISER
from console.fields import read_id
from console.permissions import Permission
from console.rendering import page, words_of
from console.views import Views
from console.visitor import visitor_of
from dossiers.calendar import WorkCalendar
from storage import dossier_pages
from storage.apologies import is_after_duty
from storage.dossier_pages import DueLine

views = Views("/due")
PAGE_LINES: Final = 50
WHICH: Final = {"all": None, "late": True, "soon": False}
_MOST_FREE_DAYS: Final = 30


def end_of_next_working_day(now: datetime, calendar: WorkCalendar, zone: ZoneInfo) -> datetime:
    """Return the end of the first working day after today: what is due by then is due within one working day."""
    day: date = now.astimezone(zone).date()
    for _ in range(_MOST_FREE_DAYS):
        day += timedelta(days=1)
        if calendar.is_working_day(day):
            break
    return datetime.combine(day + timedelta(days=1), time(), zone)


def working_days_late(due_at: datetime, now: datetime, calendar: WorkCalendar, zone: ZoneInfo, unit: str | None) -> int:
    """Return how many working days have begun since the day it was due; 0 on that day."""
    return max(0, calendar.working_days_between(due_at.astimezone(zone), now.astimezone(zone), unit))


@views.get("", permission=Permission.SEE_DOSSIERS)
async def show(request: web.Request) -> web.StreamResponse:
    """A page of the list."""
    desk, now = request.config_dict[DESK], request.config_dict[DESK].now()
    apologiser = request.config_dict[APOLOGISER]
    until = end_of_next_working_day(now, apologiser.calendar, desk.config.zone)
    units = visitor_of(request).units(Permission.SEE_DOSSIERS)
    asked = request.query
    which = asked.get("which", "all") if asked.get("which") in WHICH else "all"
    unit, newest = asked.get("unit") or None, asked.get("sort") == "newest"
    choices = await dossier_pages.due_units(desk.database, units=units, until=until)
    lines = await dossier_pages.due(
        desk.database,
        units=units,
        now=now,
        until=until,
        late=WHICH[which],
        unit=unit,
        newest=newest,
        after=_key(asked.get("after", "")),
        limit=PAGE_LINES + 1,
    )
    late, soon = await dossier_pages.count_due(desk.database, units=units, now=now, until=until, unit=unit)
    shown = lines[:PAGE_LINES]
    kept = {"unit": unit, "sort": "newest" if newest else None}
    here = {**kept, "which": None if which == "all" else which}
    last = shown[-1] if len(lines) > PAGE_LINES else None
    return page(
        request,
        "due/list.html.j2",
        rows=[_told(request, one, now) for one in shown],
        which=which,
        unit=unit or "",
        sort="newest" if newest else "oldest",
        units=choices,
        tabs=[
            (f"/console/due{query(**kept)}", late + soon, "all"),
            (f"/console/due{query(**kept, which='late')}", late, "late"),
            (f"/console/due{query(**kept, which='soon')}", soon, "soon"),
        ],
        first=f"/console/due{query(**here)}" if "after" in asked else None,
        following=last and f"/console/due{query(**here, after=f'{last.due_at.isoformat()}_{last.id}')}",
        until=until - timedelta(minutes=1),
    )


def _told(request: web.Request, one: DueLine, now: datetime) -> dict[str, Any]:
    desk, apologiser, t = request.config_dict[DESK], request.config_dict[APOLOGISER], words_of(request)
    is_late = one.due_at < now
    return {
        "line": one,
        "where": address(one.code),
        "apology": f"/console/due/{address(one.code).rsplit('/', 1)[1]}/apology",
        "status": word(t, "dossiers.status", str(one.status)),
        "is_late": is_late,
        "days": working_days_late(one.due_at, now, apologiser.calendar, desk.config.zone, one.agency_code)
        if is_late
        else 0,
        "is_after_duty": is_after_duty(one.due_at, now),
        "may_apologise": visitor_of(request).may(Permission.ACT_ON_DOSSIERS, one.agency_code)
        and (not apologiser.max_redatings or one.apologies < apologiser.max_redatings),
        "was_redated": one.apologies > 0,
    }


def _key(text: str) -> tuple[datetime, int] | None:
    found = read_key(text)
    line = read_id(found[1]) if found else None
    return (found[0], line) if found and line is not None else None
