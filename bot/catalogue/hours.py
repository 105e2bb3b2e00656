"""Hours of offices: a line such as `T2-T6 07:30-11:30, 13:30-17:30; T7 07:30-11:30`, and whether one is open.

The usual hours, and that the police receive on Saturday mornings too: docs: public-services 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise

from bot.catalogue.errors import HoursError
from dossiers.calendar import SATURDAY, Shift, WorkCalendar
from dossiers.text import fold

MONDAY, FRIDAY = 0, 4
_DAYS = {"t2": 0, "t3": 1, "t4": 2, "t5": 3, "t6": 4, "t7": 5, "cn": 6}
_GROUP = re.compile(r"(?P<first>t[2-7]|cn)(?:\s*-\s*(?P<last>t[2-7]|cn))?\s+(?P<shifts>.+)")
_SHIFT = re.compile(r"([01]?\d|2[0-3])[:h]([0-5]\d)\s*-\s*([01]?\d|2[0-3])[:h]([0-5]\d)")

Week = Mapping[int, tuple[Shift, ...]]
"""Weekday (0 = Monday) → shifts; a day that is not there is closed."""


@dataclass(frozen=True, slots=True)
class Day:
    """What a day is for an office: its shifts, none when closed, and whether that is because of a holiday.

    A day off that officers declared is no holiday: why it is one, a storm perhaps, the calendar does not know.
    """

    day: date
    shifts: tuple[Shift, ...]
    is_holiday: bool

    @property
    def is_open(self) -> bool:
        """Whether it opens at all on that day."""
        return bool(self.shifts)

    def is_open_at(self, moment: time) -> bool:
        """Whether it is open at a time of that day."""
        return any(start <= moment < end for start, end in self.shifts)

    def opens_after(self, moment: time) -> time | None:
        """When it opens next on that day, None when it does not any more."""
        return next((start for start, _ in self.shifts if moment < start), None)


def parse_hours(text: str) -> Week:
    """Return the week of a line of hours, an empty one for an empty line.

    Raises:
        HoursError: it cannot be read, or shifts overlap.
    """
    week: dict[int, tuple[Shift, ...]] = {}
    for group in filter(None, (part.strip() for part in fold(text).replace("–", "-").split(";"))):
        found = _GROUP.fullmatch(group)
        if found is None:
            raise HoursError(
                f"hours {group[:40]!r} cannot be read: write T2-T6 07:30-11:30, 13:30-17:30; T7 07:30-11:30"
            )
        first = _DAYS[found["first"]]
        last = _DAYS[found["last"]] if found["last"] else first
        for weekday in range(first, last + 1):
            week[weekday] = _shifts(found["shifts"])
    return week


def _shifts(text: str) -> tuple[Shift, ...]:
    shifts = []
    for part in text.split(","):
        found = _SHIFT.fullmatch(part.strip())
        if found is None:
            raise HoursError(f"hours {part.strip()[:40]!r} cannot be read: write 07:30-11:30")
        shifts.append((time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))))
    edges = [edge for shift in shifts for edge in shift]
    if any(a >= b for a, b in pairwise(edges)):
        raise HoursError(f"hours {text[:40]!r} are not in order")
    return tuple(shifts)


def week_of(hours: str, kind: str, calendar: WorkCalendar) -> Week:
    """Return the week of a place: its own hours, else the usual ones of its kind."""
    own = parse_hours(hours)
    if own:
        return own
    usual: dict[int, tuple[Shift, ...]] = dict.fromkeys(range(MONDAY, FRIDAY + 1), calendar.office_hours)
    if kind == "police":
        usual[SATURDAY] = calendar.office_hours[:1]
    return usual


def day_of(day: date, week: Week, calendar: WorkCalendar, unit: str | None = None) -> Day:
    """Return what a day is: holidays are closed, a Saturday that is worked instead has the hours of a Monday.

    `unit` is the place's code, whose own days win over the city's.
    """
    if calendar.is_holiday(day, unit):
        return Day(day, (), is_holiday=not calendar.declared.is_declared(day, unit))
    shifts = week.get(day.weekday(), ())
    if not shifts and calendar.is_working_day(day, unit):
        shifts = week.get(MONDAY, ())
    return Day(day, shifts, is_holiday=False)


def next_opening(
    after: datetime, week: Week, calendar: WorkCalendar, unit: str | None = None, *, days: int = 15
) -> datetime | None:
    """Return the next moment at which the place opens, in the zone of `after`; None within so many days."""
    for offset in range(days):
        day = day_of(date.fromordinal(after.toordinal() + offset), week, calendar, unit)
        start = day.opens_after(after.time()) if offset == 0 else next((s for s, _ in day.shifts), None)
        if start is not None:
            return datetime.combine(day.day, start, after.tzinfo)
    return None


def group_days(week: Week) -> Iterable[tuple[int, int, tuple[Shift, ...]]]:
    """Yield runs of days with the same shifts: first weekday, last weekday, shifts."""
    run: list[int] = []
    for weekday in range(7):
        if run and week.get(weekday, ()) == week.get(run[-1], ()):
            run.append(weekday)
            continue
        if run and week.get(run[-1]):
            yield run[0], run[-1], week[run[-1]]
        run = [weekday]
    if run and week.get(run[-1]):
        yield run[0], run[-1], week[run[-1]]
