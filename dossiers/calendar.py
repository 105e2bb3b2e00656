"""Working days, office hours and quiet hours, in local time. docs: public-services 6.4 and 7.

The due date that a source sends always wins; what is computed here serves checks and forecasts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from dossiers.city_days import CityDays, UnitDays
from dossiers.errors import CalendarError
from dossiers.national_days import national_holidays, national_working_saturdays

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""The zone that dates are printed in unless told otherwise."""

Shift = tuple[time, time]
"""Start and end of one half of the working day."""

OFFICE_HOURS: tuple[Shift, ...] = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 30)))
"""Default: Đà Nẵng's own hours were not found. docs: public-services 12."""

SATURDAY = 5
MAX_DAYS_AHEAD = 3660
"""A computation that runs further than ten years has no working days to find."""


@dataclass(frozen=True)
class WorkCalendar:
    """Vietnam's working days with the city's overrides.

    A unit's own days win over what the city declared, that over the settings (`holidays`, `extra_working_days`), and
    these over the law.
    """

    holidays: frozenset[date] = frozenset()
    """Further days off of the whole city"""
    extra_working_days: frozenset[date] = frozenset()
    """Days worked although they are weekends or holidays (compensatory Saturdays)"""
    units: Mapping[str, UnitDays] = field(default_factory=dict)
    """Unit code → the days on which it differs"""
    office_hours: tuple[Shift, ...] = OFFICE_HOURS
    """Shifts of a working day, in order"""
    declared: CityDays = field(default_factory=CityDays)
    """What officers declared; several calendars of a process share it"""

    def __post_init__(self) -> None:
        edges = [edge for shift in self.office_hours for edge in shift]
        if not edges or any(a >= b for a, b in pairwise(edges)):
            raise CalendarError("office hours must be shifts in order that do not touch, as 07:30-11:30, 13:30-17:30")

    def is_holiday(self, day: date, unit: str | None = None) -> bool:
        """Return whether the day is off for another reason than being a weekend."""
        return self._exception(day, unit) is False

    def is_working_day(self, day: date, unit: str | None = None) -> bool:
        """Return whether offices work on the day: exceptions first, then Monday to Friday."""
        exception = self._exception(day, unit)
        return day.weekday() < SATURDAY if exception is None else exception

    def _exception(self, day: date, unit: str | None) -> bool | None:
        """True for a day worked by exception, False for a day off, None for an ordinary day."""
        for working, off in self._layers(day, unit):
            if day in working:
                return True
            if day in off:
                return False
        return None

    def _layers(self, day: date, unit: str | None) -> Iterator[tuple[frozenset[date], frozenset[date]]]:
        """Yield days worked and days off, whoever decides first before the others."""
        own = self.units.get(unit or "")
        declared = (*self.declared.of_unit(unit), *([own] if own else []), self.declared.of_city())
        yield from ((days.extra_working_days, days.holidays) for days in declared)
        yield self.extra_working_days, self.holidays
        yield national_working_saturdays(day.year), national_holidays(day.year)

    def add_working_hours(self, start: datetime, hours: float, unit: str | None = None) -> datetime:
        """Return the moment when so many office hours have passed since ``start`` (8 hours are one working day).

        Local wall-clock time in, the same zone out. Raises ``CalendarError`` for negative or endless hours.
        """
        if hours < 0:
            raise CalendarError("working hours to add must not be negative")
        left = timedelta(hours=hours)
        for offset in range(MAX_DAYS_AHEAD):
            day = start.date() + timedelta(days=offset)
            if not self.is_working_day(day, unit):
                continue
            for opening, closing in self.office_hours:
                begin = max(start, datetime.combine(day, opening, start.tzinfo))
                available = datetime.combine(day, closing, start.tzinfo) - begin
                if available <= timedelta(0):
                    continue
                if available >= left:
                    return begin + left
                left -= available
        raise CalendarError("no end of these working hours within ten years: check the calendar's days")

    def working_days_between(self, start: date, end: date, unit: str | None = None) -> int:
        """Return the number of working days after ``start`` up to and including ``end``; negative when end is earlier.

        Monday to Wednesday of an ordinary week are 2. Datetimes count by their own date.
        """
        first, last = _as_date(start), _as_date(end)
        if last < first:
            return -self.working_days_between(last, first, unit)
        days = (first + timedelta(days=offset) for offset in range(1, (last - first).days + 1))
        return sum(self.is_working_day(day, unit) for day in days)


_QUIET_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True)
class QuietHours:
    """The part of the night in which nobody is disturbed, by local time: from ``start`` until before ``end``."""

    start: time = time(0)
    end: time = time(0)

    @classmethod
    def parse(cls, text: str) -> QuietHours:
        """Return the hours of ``21:30-07:00``; "", "off" and "00:00-00:00" mean none.

        Raises ``CalendarError`` (a ``ValueError``) with one line saying what to write.
        """
        if text.strip().lower() in {"", "off"}:
            return cls()
        found = _QUIET_HOURS.fullmatch(text.strip())
        if not found or (found[3] == "24" and found[4] != "00"):
            raise CalendarError(f"quiet hours {text[:20]!r} cannot be read: write HH:MM-HH:MM as 21:30-07:00, or off")
        start, end = time(int(found[1]), int(found[2])), time(int(found[3]) % 24, int(found[4]))
        if start == end != time(0):
            raise CalendarError(f"quiet hours {text[:20]!r} have no length: write 21:30-07:00, or off for none")
        return cls(start, end)

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}" if self.is_set else "off"

    @property
    def is_set(self) -> bool:
        """Whether there are quiet hours at all."""
        return self.start != self.end

    def contains(self, moment: datetime) -> bool:
        """Return whether a local moment (its wall-clock time, whatever its zone) is quiet."""
        clock = moment.time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def release_time(self, moment: datetime, *, zone: ZoneInfo, calendar: WorkCalendar | None = None) -> datetime:
        """Return the first moment from ``moment`` on that is not quiet: the moment itself when it is not.

        With a calendar, public holidays are quiet as a whole (weekends are not). Takes and returns aware datetimes in
        the moment's own zone; raises ``CalendarError`` for a naive one.
        """
        if moment.tzinfo is None:
            raise CalendarError("release_time needs a datetime with a time zone")
        free = moment.astimezone(UTC)
        for _ in range(MAX_DAYS_AHEAD):
            local = free.astimezone(zone)
            if calendar is not None and calendar.is_holiday(local.date()):
                free = _later(free, datetime.combine(local.date() + timedelta(days=1), time(0), zone))
            elif self.contains(local):
                days = 1 if self.end <= local.time() else 0
                free = _later(free, datetime.combine(local.date() + timedelta(days=days), self.end, zone))
            else:
                return moment if free == moment else free.astimezone(moment.tzinfo)
        raise CalendarError("no moment without quiet hours or holidays within ten years: check the calendar's days")


def _later(before: datetime, wall: datetime) -> datetime:
    """The wall-clock moment in UTC; its second occurrence when clocks were set back and the first has passed."""
    after = wall.astimezone(UTC)
    return after if after > before else wall.replace(fold=1).astimezone(UTC)


_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def format_date_vi(moment: datetime, zone: ZoneInfo = VIETNAM) -> str:
    """Return ``17:00 ngày 05/03/2026``: an aware moment in the zone's time, a naive one as it stands."""
    local = _local(moment, zone)
    return f"{_clock(local)} ngày {_day(local)}"


def format_date_en(moment: datetime, zone: ZoneInfo = VIETNAM) -> str:
    """Return ``17:00, 5 March 2026``: an aware moment in the zone's time, a naive one as it stands."""
    local = _local(moment, zone)
    return f"{_clock(local)}, {local.day} {_MONTHS_EN[local.month - 1]} {local.year}"


def format_day_vi(moment: date, zone: ZoneInfo = VIETNAM) -> str:
    """Return ``05/03/2026`` of a date, or of a moment as in ``format_date_vi``; fits 20-character parameters."""
    return _day(_local(moment, zone) if isinstance(moment, datetime) else moment)


# By hand: strftime costs several times as much, and its years before 1000 differ from system to system.
def _clock(moment: datetime) -> str:
    return f"{moment.hour:02}:{moment.minute:02}"


def _day(day: date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(zone)


def _as_date(day: date) -> date:
    return day.date() if isinstance(day, datetime) else day
