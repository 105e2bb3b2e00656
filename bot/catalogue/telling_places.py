"""Places and their hours in the words of a language. Pure; nothing is said of a place that the list does not know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from bot.catalogue.hours import Day, Week, day_of, group_days, next_opening, week_of
from bot.texts import words_for
from bot.texts.places import PlaceWords, words_of
from dossiers.calendar import Shift, WorkCalendar
from storage.places import Near, Unit

MAX_NEAR_KM = 60.0
"""Beyond it nothing is near; the city is some 150 km long."""


def tell_unit(unit: Unit, language: str, *, now: datetime, calendar: WorkCalendar, hotline: str) -> list[str]:
    """Return what is known of a place, line by line: address, phone, hours, whether it is open; `now` in local time."""
    words = words_of(language)
    week = week_of(unit.hours, unit.kind, calendar)
    lines = [f"{unit.name}.", *_reach(unit, words, hotline)]
    shown = words.hours if unit.hours else words.usual_hours
    lines.append(shown.format(hours=hours_text(week, words)))
    lines += open_lines(week, language, now=now, calendar=calendar, unit=unit.code)
    if unit.address or unit.hours:
        said = words.source_dated if unit.as_of else words.source
        lines.append(said.format(source=unit.source, as_of="/".join(reversed(unit.as_of.split("-")))))
    return lines


def tell_hours(kind: str, language: str, *, now: datetime, calendar: WorkCalendar) -> list[str]:
    """Return the usual hours of a kind of offices ("office", "police") and whether they are open."""
    words = words_of(language)
    week = week_of("", kind, calendar)
    shown = words.police_hours if kind == "police" else words.usual_hours
    return [shown.format(hours=hours_text(week, words)), *open_lines(week, language, now=now, calendar=calendar)]


def tell_day(day: date, kind: str, language: str, *, calendar: WorkCalendar, unit: Unit | None = None) -> str:
    """Return whether offices of a kind, or a place, are open on a day, and when."""
    words = words_of(language)
    week = week_of("" if unit is None else unit.hours, kind, calendar)
    state = day_of(day, week, calendar, None if unit is None else unit.code)
    said = words.day_holiday if state.is_holiday else words.day_open if state.is_open else words.day_closed
    name = f"{words.weekdays[day.weekday()]} {day:%d/%m/%Y}"
    return said.format(day=name[0].upper() + name[1:], hours=_shifts(state.shifts))


def tell_near(found: Sequence[Near], language: str, *, hotline: str) -> list[str]:
    """Return the places near a position, by distance."""
    words = words_of(language)
    near = [one for one in found if one.distance_km <= MAX_NEAR_KM]
    if not near:
        return [words.nothing_near.format(hotline=hotline)]
    lines = [words.nearest]
    for number, one in enumerate(near, start=1):
        lines.append(
            f"{number}. {words.near.format(name=one.unit.name, distance=_distance(one.distance_km, language))}."
        )
        lines += [f"   {line}" for line in _reach(one.unit, words, hotline)]
    return [*lines, words.near_only_known]


def tell_former(unit: Unit, successors: Sequence[Unit], language: str) -> list[str]:
    """Return what a unit that is no more became."""
    words = words_of(language)
    names = ", ".join(one.name[0].lower() + one.name[1:] for one in successors)
    return [words.former.format(name=unit.name, successors=names), words.any_office]


def hours_text(week: Week, words: PlaceWords) -> str:
    """Return `thứ Hai đến thứ Sáu 07:30–11:30, 13:30–17:30; thứ Bảy 07:30–11:30`."""
    groups = []
    for first, last, shifts in group_days(week):
        days = words.weekdays[first]
        if last > first:
            days = words.days.format(first=days, last=words.weekdays[last])
        groups.append(f"{days} {_shifts(shifts)}")
    return "; ".join(groups)


def open_lines(
    week: Week, language: str, *, now: datetime, calendar: WorkCalendar, unit: str | None = None
) -> Iterator[str]:
    """Yield whether a place is open now, when it opens next if not, and whether it is open tomorrow."""
    words = words_of(language)
    today = day_of(now.date(), week, calendar, unit)
    yield _now(today, now, words)
    if not today.is_open_at(now.time()) and today.opens_after(now.time()) is None:
        opening = next_opening(now, week, calendar, unit)
        if opening is not None:
            yield words.next_open.format(moment=words_for(language).format_moment(opening))
    tomorrow = day_of(now.date() + timedelta(days=1), week, calendar, unit)
    yield words.tomorrow_open if tomorrow.is_open else words.tomorrow_closed


def _now(today: Day, now: datetime, words: PlaceWords) -> str:
    if today.is_holiday:
        return words.holiday_today
    if not today.is_open:
        return words.closed_today
    until = next((end for start, end in today.shifts if start <= now.time() < end), None)
    if until is not None:
        return words.open_now.format(until=f"{until:%H:%M}")
    opening = today.opens_after(now.time())
    return words.closed_now if opening is None else words.opens_later.format(at=f"{opening:%H:%M}")


def _reach(unit: Unit, words: PlaceWords, hotline: str) -> Iterator[str]:
    if unit.address:
        yield words.address.format(address=unit.address.rstrip(". "))
        if unit.phone:
            yield words.phone.format(phone=unit.phone)
        if not unit.verified:
            yield words.unverified
    else:
        yield words.no_address.format(hotline=hotline)


def _shifts(shifts: Sequence[Shift]) -> str:
    return ", ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in shifts)


def _distance(kilometres: float, language: str) -> str:
    text = f"{kilometres:.1f}"
    return text if language == "en" else text.replace(".", ",")
