"""Days on which offices differ from the law: those that one unit or the whole city declares while everything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

CITY = ""
"""In the place of a unit's code: the whole city."""


@dataclass(frozen=True)
class UnitDays:
    """Days on which one unit differs from the others: storm days, a local exchange of days."""

    holidays: frozenset[date] = frozenset()
    extra_working_days: frozenset[date] = frozenset()


_NONE = UnitDays()


@dataclass(slots=True)
class CityDays:
    """The declared days as a process knows them, shared by all its calendars: what changes here, each of them sees.

    The one thing of this package that is not frozen. Its content is only ever replaced as a whole.
    """

    by_unit: Mapping[str, UnitDays] = field(default_factory=dict)
    """Unit code, or `CITY` → the days"""

    def use(self, by_unit: Mapping[str, UnitDays]) -> None:
        """Let these days be the declared ones from now on."""
        self.by_unit = dict(by_unit)

    def of_unit(self, unit: str | None) -> Iterator[UnitDays]:
        """Yield the days of a unit and of those above it, the nearest first (H17.33.2, H17.33, H17); not the city's."""
        code = unit or ""
        while code and self.by_unit:
            if code in self.by_unit:
                yield self.by_unit[code]
            code = code.rpartition(".")[0]

    def of_city(self) -> UnitDays:
        """Return the days of the whole city."""
        return self.by_unit.get(CITY, _NONE)

    def is_declared(self, day: date, unit: str | None = None) -> bool:
        """Return whether somebody declared what the day is, for the unit, one above it, or the city."""
        known = (*self.of_unit(unit), self.of_city())
        return any(day in days.holidays or day in days.extra_working_days for days in known)
