"""The lunar calendar as far as people name its days in a chat: the full moon day ("rằm") and the first days of a month.

Months begin on the day of the new moon in Vietnam (UTC+7); new moons after J. Meeus, Astronomical Algorithms, ch. 49,
with the terms that move the moment by more than a minute. docs: public-services 4.5, 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import radians, sin

FULL_MOON_DAY = 15
"""Rằm is the fifteenth of the lunar month."""

_MONTH_DAYS = 29.530588861
_FIRST_NEW_MOON = 2451550.09766  # Julian day of the first new moon of 2000
_JULIAN_OF_ORDINAL_0 = 1721424.5
_VIETNAM = 7 / 24
_CLOCK_LEAD = 69 / 86400  # ephemeris time runs ahead of the clock by about so much in the 2020s

# (days, multiples of the sun's anomaly, the moon's anomaly, the moon's argument of latitude)
_TERMS = (
    (-0.40720, 0, 1, 0), (0.17241, 1, 0, 0), (0.01608, 0, 2, 0), (0.01039, 0, 0, 2), (0.00739, -1, 1, 0),
    (-0.00514, 1, 1, 0), (0.00208, 2, 0, 0), (-0.00111, 0, 1, -2), (-0.00057, 0, 1, 2), (0.00056, 1, 2, 0),
    (-0.00042, 0, 3, 0), (0.00042, 1, 0, 2), (0.00038, 1, 0, -2), (-0.00024, -1, 2, 0),
)  # fmt: skip


def month_starts(around: date) -> Iterator[date]:
    """Yield the first days of the lunar months near a day, in order: two before to three after."""
    number = int((around.toordinal() + _JULIAN_OF_ORDINAL_0 - _FIRST_NEW_MOON) / _MONTH_DAYS)
    for step in range(-2, 4):
        yield _new_moon_day(number + step)


def lunar_day(day: date) -> int:
    """Return the number of a day in its lunar month, 1 to 30."""
    return (day - max(start for start in month_starts(day) if start <= day)).days + 1


def nearest_lunar_day(number: int, today: date) -> date:
    """Return the day with this number in a lunar month that is nearest to today, the coming one when two are."""
    days = [start + timedelta(days=number - 1) for start in month_starts(today)]
    return min(days, key=lambda day: (abs((day - today).days), day < today))


def _new_moon_day(number: int) -> date:
    century = number / 1236.85
    moment = _FIRST_NEW_MOON + _MONTH_DAYS * number + 0.00015437 * century**2
    sun = radians(2.5534 + 29.10535670 * number)
    moon = radians(201.5643 + 385.81693528 * number + 0.0107582 * century**2)
    latitude = radians(160.7108 + 390.67050284 * number - 0.0016118 * century**2)
    moment += sum(days * sin(a * sun + b * moon + c * latitude) for days, a, b, c in _TERMS)
    return date.fromordinal(int(moment - _CLOCK_LEAD + _VIETNAM - _JULIAN_OF_ORDINAL_0))
