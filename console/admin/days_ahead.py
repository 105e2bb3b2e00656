"""The days ahead that are not like others: by law, by the settings, and those that officers declared. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from console.admin.day_form import MOST_DAYS_AHEAD
from console.admin.rules import administers
from console.visitor import Visitor
from dossiers.calendar import WorkCalendar
from dossiers.city_days import CITY
from dossiers.national_days import national_holidays, national_names, national_working_saturdays
from storage.calendar_days import DeclaredDay
from storage.officers import EVERYWHERE, covers

LAW, SETTINGS, DECLARED = "law", "settings", "declared"
_PLACES = {LAW: 0, SETTINGS: 1, DECLARED: 2}


@dataclass(frozen=True, slots=True)
class AheadDay:
    """One line of the page.

    `unit` None: the whole city. `why`: a holiday's name, or an officer's reason; "" where nobody said. `holds`: nothing
    stronger says the opposite for the same unit.
    """

    day: date
    worked: bool
    origin: str
    unit: str | None = None
    why: str = ""
    officer: str | None = None
    at: datetime | None = None
    holds: bool = True
    may_take_back: bool = False


def days_ahead(
    declared: Iterable[DeclaredDay], calendar: WorkCalendar, visitor: Visitor, today: date
) -> list[AheadDay]:
    """Return the lines that concern a visitor, by day; what is declared within the visitor's units and above them."""
    lines = [*_of_law(visitor.language, today), *_of_settings(calendar)]
    until = today + timedelta(days=MOST_DAYS_AHEAD)
    shown = [
        AheadDay(one.day, one.worked, one.origin, why=one.why, holds=calendar.is_holiday(one.day) is not one.worked)
        for one in lines
        if today <= one.day <= until
    ]
    theirs = [one for one in declared if one.day >= today and concerns(visitor, one.unit)]
    shown += [
        AheadDay(
            one.day,
            one.worked,
            DECLARED,
            one.unit or None,
            one.reason,
            one.officer,
            one.at,
            may_take_back=administers(visitor, unit_of(one)),
        )
        for one in theirs
    ]
    return sorted(shown, key=lambda one: (one.day, _PLACES[one.origin], one.unit or ""))


def unit_of(one: DeclaredDay) -> str:
    """Return where a day holds, as roles name it."""
    return EVERYWHERE if one.unit == CITY else one.unit


def concerns(visitor: Visitor, unit: str) -> bool:
    """Return whether a unit's days hold in a unit of somebody's, or in one below."""
    if unit == CITY:
        return True
    granted = (grant.unit for grant in visitor.officer.grants)
    return any(covers(theirs, unit) or covers(unit, theirs) for theirs in granted)


def _of_law(language: str, today: date) -> Iterator[AheadDay]:
    for year in (today.year, today.year + 1, today.year + 2):
        names = national_names(year, language)
        yield from (AheadDay(day, False, LAW, why=names.get(day, "")) for day in national_holidays(year))
        yield from (AheadDay(day, True, LAW) for day in national_working_saturdays(year))


def _of_settings(calendar: WorkCalendar) -> Iterator[AheadDay]:
    yield from (AheadDay(day, False, SETTINGS) for day in calendar.holidays)
    yield from (AheadDay(day, True, SETTINGS) for day in calendar.extra_working_days)
