"""Days as people say them: "hôm qua", "12/5", "bữa thứ 2", "mồng 5", "rằm", "3 ngày trước". Always day before month.

A day without a year, or without a month, is the last one after "nộp", "nhận" or the end of a code ("0056 ngày 18/4"),
the coming one after "hẹn", "đến" or "hạn", else the one nearest to today. A weekday alone is the coming one; with
"hôm", "bữa" or "trước" it is the last one. "Mồng 5" is taken for a day of the common calendar unless "âm" stands behind
it; "rằm" is always lunar. docs: public-services 4.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice

from bot.understanding.lunar import FULL_MOON_DAY, nearest_lunar_day
from bot.understanding.meaning import DateSaid

_FEWEST_YEAR, _LAST_YEAR = 1900, 2100

_NUMERIC = re.compile(
    r"(?<![\d./\-])(?<!so )(?<!kiet )(?<!hem )(?<!\bk)(0?[1-9]|[12]\d|3[01])([/\-.])(0?[1-9]|1[0-2])"
    r"(?:\2((?:19|20)?\d{2}))?(?![\d/]|[.\-]\d)"
)
_SPELLED = re.compile(
    r"\b(?:ngay|hom|bua|mong|mung)?\s*(0?[1-9]|[12]\d|3[01])\s+thang\s+(0?[1-9]|1[0-2])\b(?:\s+(?:nam\s+)?((?:19|20)\d{2}))?(\s+am)?"
)
_DAY_ONLY = re.compile(
    r"(?<!\d )\b(ngay|hom|mong|mung)\s+(0?[1-9]|[12]\d|3[01])\b"
    r"(?!\s*(?:[/\-.:]\s*\d|thang|ngay|h\b|gio|lam viec|nua))(\s+am)?"
)
_FULL_MOON = re.compile(r"\b(?:ngay |hom |bua )?ram\b(?: thang \w+| nay)?")
_NEAR_DAY = re.compile(
    r"(?<!\bmay )(?<!\bmoi )"
    r"\b(hom kia kia|hom kia|bua kia|hom qua|bua qua|ngay hom qua|toi qua|chieu qua|sang qua|hom nay|bua nay|bua ni|"
    r"hom ni|sang nay|sang ni|chieu nay|chieu ni|toi nay|toi ni|trua nay|ngay mai|sang mai|chieu mai|toi mai|trua mai|"
    r"ngay mot|sang mot|chieu mot|ngay kia|hnay|hqua|ngay mai mot)\b"
)
_LONE_NEAR_DAY = re.compile(
    r"\b(?<!chi )(?<!co )(?<!em )(?<!ba )(?<!thi )(mai|mot(?! minh))\b"
    r"(?= (?:toi|em|minh|tui|con|co lam|co mo|lam|len|di|lay|nop|den|phuong)\b)"
)
_WEEKDAY = re.compile(
    r"(?<!\bso )(?<!\bcai )(?<!\blan )(?<!\bben )"
    r"\b(?:(hom|bua|sang|chieu|toi|ngay)\s+)?(?:thu\s*(2|3|4|5|6|7|hai|ba|tu|nam|sau|bay)|t([2-7])|(chu nhat|cn))\b"
    r"(?:\s+(tuan\s+)?(truoc|vua roi|vua qua|qua|sau|toi|nay|ni))?(?!\s*\d)"
)
_WEEKDAY_NUMBERS = {
    "2": 0,
    "hai": 0,
    "3": 1,
    "ba": 1,
    "4": 2,
    "tu": 2,
    "5": 3,
    "nam": 3,
    "6": 4,
    "sau": 4,
    "7": 5,
    "bay": 5,
}
_SUNDAY = 6
_DAYS_AWAY = {"kia kia": -3, "kia": -2, "qua": -1, "nay": 0, "ni": 0, "mai": 1, "mot": 2}

_AGO = re.compile(
    r"\b(cach day )?(\d{1,2}|mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi) (?:(ngay|bua|hom)|tuan)(?(1)\b| truoc\b)"
)
_SMALL_NUMBERS = ("mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi")

_CHARS_BEFORE = 30
_MOST_DATES = 20
"""Nobody names more days; a text made to be slow does."""

_YEARS_AROUND = (0, 1, -1, 2, -2, 3, -3)  # far enough for the 29th of February

_SAYS_PAST = re.compile(
    r"(?:\bnop|\bnhan|\bgui|\blam|\bdang ky|\d{3})(?: roi)?(?: ngay| hom| bua| tu| tu ngay| vao ngay| hoi)?\s*$"
)
_SAYS_COMING = re.compile(r"\b(?:hen|den|han|toi|truoc)(?: lay| tra| ket qua)?(?: ngay| hom| la| la ngay)?\s*$")

Found = tuple[int, int, date | None]
"""Start and end in the text, the day"""


def find_dates(clean: str, shadow: str, today: date) -> tuple[DateSaid, ...]:
    """Return the days named, in the order of the text. ``shadow`` is the folded text without codes and phones."""
    found: list[Found] = []
    for finder in (_numeric, _spelled, _day_only, _full_moon, _near, _weekday, _ago):
        for start, end, day in islice(finder(shadow, today), _MOST_DATES):
            if all(end <= other_start or start >= other_end for other_start, other_end, _ in found):
                found.append((start, end, day))
    return tuple(DateSaid(clean[start:end].strip(), day) for start, end, day in sorted(found, key=lambda one: one[0]))


def _numeric(shadow: str, today: date) -> Iterator[Found]:
    for match in _NUMERIC.finditer(shadow):
        is_fraction = match[2] != "/" and match[4] is None  # "12-5" may be a range, "1.5" a number
        if match.group() == "24/7" or (is_fraction and not re.search(r"(?:ngay|hom|bua|hen) $", _before(match))):
            continue
        day = _date(int(match[1]), int(match[3]), match[4], _before(match), today)
        if day is not None:
            yield match.start(), match.end(), day


def _spelled(shadow: str, today: date) -> Iterator[Found]:
    for match in _SPELLED.finditer(shadow):
        day = None if match[4] else _date(int(match[1]), int(match[2]), match[3], _before(match), today)
        yield match.start() + (len(match.group()) - len(match.group().lstrip())), match.end(), day


def _day_only(shadow: str, today: date) -> Iterator[Found]:
    for match in _DAY_ONLY.finditer(shadow):
        number = int(match[2])
        if match[3]:
            yield match.start(), match.end(), nearest_lunar_day(number, today)
        else:
            months = [
                today.replace(day=1),
                _month_after(today),
                (today.replace(day=1) - timedelta(days=1)).replace(day=1),
            ]
            near = (_or_none(month.year, month.month, number) for month in months)
            yield match.start(), match.end(), _nearest(near, _before(match), today)


def _full_moon(shadow: str, today: date) -> Iterator[Found]:
    for match in _FULL_MOON.finditer(shadow):
        # "Rằm tháng giêng", "rằm tháng 7" name a lunar month: which day that is, people see in their calendar.
        is_plain = "thang" not in match.group() or match.group().endswith(("nay", "ni"))
        yield match.start(), match.end(), nearest_lunar_day(FULL_MOON_DAY, today) if is_plain else None


def _near(shadow: str, today: date) -> Iterator[Found]:
    for match in [*_NEAR_DAY.finditer(shadow), *_LONE_NEAR_DAY.finditer(shadow)]:
        last = match.group().replace("hnay", "hom nay").replace("hqua", "hom qua")
        name = "kia kia" if last.endswith("kia kia") else last.split()[-1]
        away = 2 if last == "ngay kia" else _DAYS_AWAY[name]
        yield match.start(), match.end(), today + timedelta(days=away)


def _ago(shadow: str, today: date) -> Iterator[Found]:
    for match in _AGO.finditer(shadow):
        number = int(match[2]) if match[2].isdigit() else _SMALL_NUMBERS.index(match[2]) + 1
        yield match.start(), match.end(), today - timedelta(days=number if match[3] else 7 * number)


def _weekday(shadow: str, today: date) -> Iterator[Found]:
    for match in _WEEKDAY.finditer(shadow):
        if match[4] == "cn" and not (match[1] or re.search(r"(?:t7|thu 7|va|ca) $", _before(match))):
            continue
        number = _SUNDAY if match[4] else _WEEKDAY_NUMBERS[match[2] or match[3]]
        yield match.start(), match.end(), _weekday_near(number, match[1], match[5], match[6], today)


def _weekday_near(number: int, before: str | None, week: str | None, which: str | None, today: date) -> date:
    this_week = today - timedelta(days=today.weekday()) + timedelta(days=number)
    if which in {"truoc", "vua roi", "vua qua", "qua"}:
        return this_week - timedelta(days=7) if week or this_week >= today else this_week
    if which in {"sau", "toi"}:
        return this_week + timedelta(days=7) if week or this_week <= today else this_week
    if which in {"nay", "ni"}:
        return this_week
    if before in {"hom", "bua"}:
        return this_week - timedelta(days=7) if this_week >= today else this_week
    return this_week + timedelta(days=7) if this_week < today else this_week


def _before(match: re.Match[str]) -> str:
    """Return what stands just before a match; no more than is looked at, so that long texts stay fast."""
    return match.string[max(0, match.start() - _CHARS_BEFORE) : match.start()]


def _date(day: int, month: int, year: str | None, before: str, today: date) -> date | None:
    if year is not None:
        full = int(year) + (2000 if len(year) <= len("26") else 0)
        return _or_none(full, month, day) if _FEWEST_YEAR <= full <= _LAST_YEAR else None
    return _nearest((_or_none(today.year + away, month, day) for away in _YEARS_AROUND), before, today)


def _nearest(days: Iterable[date | None], before: str, today: date) -> date | None:
    real = [day for day in days if day is not None]
    if _SAYS_PAST.search(before):
        real = [day for day in real if day <= today] or real
    elif _SAYS_COMING.search(before):
        real = [day for day in real if day >= today] or real
    return min(real, key=lambda day: abs((day - today).days), default=None)


def _or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_after(today: date) -> date:
    return (today.replace(day=28) + timedelta(days=4)).replace(day=1)
