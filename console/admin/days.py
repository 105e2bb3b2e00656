"""Days off, and days worked instead: declared here, they hold at once, without a restart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from aiohttp import web

from console.admin.day_form import KINDS, MAX_REASON_CHARS, MOST_DAYS_AHEAD, OFF, Faults, Wish, read_day, read_wish
from console.admin.days_ahead import days_ahead
from console.admin.role_rows import Row, unit_options
from console.admin.rules import administers
from console.deeds import deed
from console.desk import DESK
from console.errors import NotFound
from console.fields import is_unit, typed
from console.permissions import Permission
from console.rendering import flash, page, words_of
from console.views import Views
from console.visitor import visitor_of
from dossiers.calendar import WorkCalendar
from dossiers.city_days import CITY
from storage import audit, calendar_days
from storage.calendar_days import DeclaredDay
from storage.database import Connection
from storage.officers import EVERYWHERE

views = Views("/admin/days")
HERE: Final = "/console/admin/days"
WAIT_SECONDS: Final = 15.0
"""Until what waits is judged again: by then every process knows the new days."""


@dataclass(frozen=True, slots=True)
class CityCalendar:
    """The city's days as this process knows them; filled by the process.

    `defers`: notices wait for the end of days off. `refresh`: reads anew what is declared.
    """

    calendar: WorkCalendar
    defers: bool
    refresh: Callable[[], Awaitable[None]]


CALENDAR: web.AppKey[CityCalendar] = web.AppKey("city_calendar", CityCalendar)


@views.get("", permission=Permission.ADMINISTER)
async def show(request: web.Request) -> web.StreamResponse:
    """Show the days ahead and the form."""
    return await _show(request)


async def _show(request: web.Request, faults: Faults | None = None) -> web.Response:
    visitor, city, today = visitor_of(request), request.config_dict[CALENDAR], _today(request)
    declared = await calendar_days.known(request.config_dict[DESK].database, today)
    units = visitor.granted_units(Permission.ADMINISTER)
    usual = {"kind": OFF, "unit": units[0]}
    filled = {name: typed(request, name) for name in ("first", "last", "kind", "unit", "reason")} if faults else usual
    return page(
        request,
        "admin/days.html.j2",
        status=422 if faults else 200,
        days=days_ahead(declared, city.calendar, visitor, today),
        defers=city.defers,
        filled=filled,
        kinds=KINDS,
        today=today,
        until=today + timedelta(days=MOST_DAYS_AHEAD),
        units=await unit_options(request, [Row("unit", "", filled.get("unit", ""))]),
        max_reason=MAX_REASON_CHARS,
        faults=faults or [],
    )


@views.post("", permission=Permission.ADMINISTER)
async def declare(request: web.Request) -> web.StreamResponse:
    """Declare a day or a range of days; what is declared already stays as it is."""
    wish, faults = read_wish(request, _today(request))
    if wish is None:
        return await _show(request, faults)
    async with request.config_dict[DESK].database.transaction() as connection:
        await calendar_days.lock(connection)
        known = await calendar_days.of_unit(connection, wish.unit, wish.days)
        contrary = [one for one in known if one.worked is not wish.worked]
        added = [] if contrary else await _declare(connection, request, wish)
    if contrary:
        said = words_of(request)("admin.days.errors.contrary", days=_listed([one.day for one in contrary]))
        return await _show(request, [("first", said)])
    await request.config_dict[CALENDAR].refresh()
    if added:
        flash(request, "ok", "admin.days.said.declared", days=_listed(added))
    else:
        flash(request, "note", "admin.days.said.known")
    raise web.HTTPSeeOther(HERE)


async def _declare(connection: Connection, request: web.Request, wish: Wish) -> list[date]:
    officer = visitor_of(request).officer.login
    added = await calendar_days.declare(
        connection, wish.unit, wish.days, worked=wish.worked, reason=wish.reason, officer=officer
    )
    if added:
        await _note(connection, request, "day.declare", wish.unit, added, is_worked=wish.worked)
        if wish.worked and wish.unit == CITY:
            await _let_go(connection, request, added[0])
    return added


@views.post("/take-back", permission=Permission.ADMINISTER)
async def take_back(request: web.Request) -> web.StreamResponse:
    """Make a declared day an ordinary one again; what has passed stays as it was."""
    day, unit = read_day(typed(request, "day")), typed(request, "unit") or EVERYWHERE
    if day is None or day < _today(request) or not is_unit(unit) or not administers(visitor_of(request), unit):
        raise NotFound
    place = CITY if unit == EVERYWHERE else unit
    async with request.config_dict[DESK].database.transaction() as connection:
        await calendar_days.lock(connection)
        gone = await calendar_days.take_back(connection, place, day)
        if gone is not None:
            await _note(connection, request, "day.take_back", place, [day], is_worked=gone.worked)
            await _let_go_after(connection, request, gone)
    await request.config_dict[CALENDAR].refresh()
    if gone is not None:
        flash(request, "ok", "admin.days.said.taken_back", days=_listed([day]))
    else:
        flash(request, "note", "admin.days.said.gone")
    raise web.HTTPSeeOther(HERE)


async def _let_go_after(connection: Connection, request: web.Request, gone: DeclaredDay) -> None:
    if gone.unit == CITY and not gone.worked:
        await _let_go(connection, request, gone.day)


async def _let_go(connection: Connection, request: web.Request, day: date) -> None:
    """What waits for the end of a day that is not off any more need not wait: delivery judges it anew."""
    if request.config_dict[CALENDAR].defers:
        start = datetime.combine(day, time(), request.config_dict[DESK].config.zone)
        await calendar_days.judge_held_again(connection, start, wait_seconds=WAIT_SECONDS)


async def _note(
    connection: Connection, request: web.Request, action: str, unit: str, days: Sequence[date], *, is_worked: bool
) -> None:
    """Write what was done. Why, in an officer's own words, stands with the days: the log holds no free text."""
    detail = {"kind": "worked" if is_worked else "off", "days": [day.isoformat() for day in days]}
    await audit.write(connection, deed(request, action, days[0].isoformat(), unit or None, **detail))


def _today(request: web.Request) -> date:
    desk = request.config_dict[DESK]
    return desk.now().astimezone(desk.config.zone).date()


def _listed(days: Sequence[date]) -> str:
    return ", ".join(f"{day:%d/%m/%Y}" for day in days)
