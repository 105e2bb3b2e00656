"""Vietnam's public holidays and the Saturdays worked in exchange.

The ``holidays`` library knows the law, the lunar calendar and the yearly decisions. docs: public-services 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays

# The table of docs: public-services 7 for the days that are decided. holidays 0.109 agrees with every one of them
# (2026 and 2027: National Day's two days, Culture Day, the swap of 31/8 with 22/8), so today these lines change
# nothing; they stay because the older releases that the project may be installed with know neither Culture Day nor
# the swap. Tết 2027 is not decided: the library's forecast (4/2 to 10/2) stands, overrides belong into the settings.
_DECIDED_HOLIDAYS = frozenset(
    {
        date(2026, 1, 1),
        *(date(2026, 2, day) for day in range(16, 21)),
        date(2026, 4, 27),
        date(2026, 4, 30),
        date(2026, 5, 1),
        date(2026, 8, 31),
        date(2026, 9, 1),
        date(2026, 9, 2),
        date(2026, 11, 24),
        date(2027, 1, 1),
        date(2027, 4, 16),
        date(2027, 4, 30),
        date(2027, 5, 1),
        date(2027, 5, 3),
        date(2027, 9, 2),
        date(2027, 11, 24),
    }
)
_DECIDED_WORKING_SATURDAYS = frozenset({date(2026, 8, 22)})


@lru_cache(maxsize=64)
def national_holidays(year: int) -> frozenset[date]:
    """Return the public holidays of a year, days off in exchange included."""
    known = frozenset(holidays.country_holidays("VN", years=year))
    return known | {day for day in _DECIDED_HOLIDAYS if day.year == year}


@lru_cache(maxsize=64)
def national_working_saturdays(year: int) -> frozenset[date]:
    """Return the Saturdays and Sundays of a year that are worked in exchange for a day off."""
    known = holidays.country_holidays("VN", years=year).weekend_workdays
    return frozenset(day for day in known | _DECIDED_WORKING_SATURDAYS if day.year == year)


@lru_cache(maxsize=64)
def national_names(year: int, language: str) -> Mapping[date, str]:
    """Return what the public holidays of a year are called, in Vietnamese (`vi`) or English, as the library says it."""
    return dict(holidays.country_holidays("VN", years=year, language="vi" if language == "vi" else "en_US").items())
