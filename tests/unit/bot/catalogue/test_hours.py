"""Hours of offices: read, grouped, and whether one is open."""

from datetime import date, datetime, time

import pytest

from bot.catalogue.errors import HoursError
from bot.catalogue.hours import day_of, group_days, next_opening, parse_hours, week_of
from dossiers.calendar import VIETNAM, WorkCalendar
from dossiers.city_days import CityDays, UnitDays

CALENDAR = WorkCalendar(extra_working_days=frozenset({date(2026, 8, 22)}), holidays=frozenset({date(2026, 3, 4)}))
MORNING, AFTERNOON = (time(7, 30), time(11, 30)), (time(13, 30), time(17, 30))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    "text", ["T2-T6 07:30-11:30, 13:30-17:30; T7 07:30-11:30", "t2–t6 7h30-11h30,13h30-17h30;T7 07:30-11:30"]
)
def test_a_line_of_hours_is_a_week(text: str) -> None:
    week = parse_hours(text)
    assert list(week) == [0, 1, 2, 3, 4, 5]
    assert week[0] == (MORNING, AFTERNOON)
    assert list(group_days(week)) == [(0, 4, (MORNING, AFTERNOON)), (5, 5, (MORNING,))]


@pytest.mark.parametrize("text", ["sáng", "T2 8-10", "T9 07:30-11:30", "T2 11:30-07:30", "T2 07:30-11:30, 11:00-12:00"])
def test_other_hours_are_refused(text: str) -> None:
    with pytest.raises(HoursError):
        parse_hours(text)


def test_only_the_police_receive_on_saturday_mornings() -> None:
    saturday = date(2026, 3, 7)
    assert not day_of(saturday, week_of("", "ward", CALENDAR), CALENDAR).is_open
    assert day_of(saturday, week_of("", "police", CALENDAR), CALENDAR).shifts == (MORNING,)


def test_holidays_are_closed_and_a_saturday_worked_instead_is_open() -> None:
    week = week_of("", "ward", CALENDAR)
    tet, own, worked = (day_of(day, week, CALENDAR) for day in (date(2026, 2, 17), date(2026, 3, 4), date(2026, 8, 22)))
    assert (tet.is_holiday, tet.is_open) == (True, False)
    assert (own.is_holiday, own.is_open) == (True, False)
    assert worked.shifts == (MORNING, AFTERNOON)


def test_a_declared_day_off_is_closed_but_no_holiday_and_a_unit_has_its_own() -> None:
    monday = date(2026, 3, 2)
    declared = CityDays(
        {"": UnitDays(holidays=frozenset({monday})), "1": UnitDays(extra_working_days=frozenset({monday}))}
    )
    calendar = WorkCalendar(declared=declared)
    week = week_of("", "ward", calendar)
    closed, own = day_of(monday, week, calendar), day_of(monday, week, calendar, "1")
    assert (closed.is_open, closed.is_holiday, own.shifts) == (False, False, (MORNING, AFTERNOON))
    assert next_opening(at("2026-03-01T06:00"), week, calendar) == at("2026-03-03T07:30")
    assert next_opening(at("2026-03-01T06:00"), week, calendar, "1") == at("2026-03-02T07:30")


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-02T06:00", "2026-03-02T07:30"),
        ("2026-03-02T12:00", "2026-03-02T13:30"),
        ("2026-03-06T18:00", "2026-03-09T07:30"),
        ("2026-03-03T17:30", "2026-03-05T07:30"),  # over the city's own holiday
        ("2026-02-13T18:00", "2026-02-23T07:30"),  # over Tết
    ],
)
def test_the_next_opening_is_found_over_nights_weekends_and_holidays(now: str, opens: str) -> None:
    assert next_opening(at(now), week_of("", "ward", CALENDAR), CALENDAR) == at(opens)


def test_a_place_that_never_opens_has_no_next_opening() -> None:
    assert next_opening(at("2026-03-02T06:00"), {}, CALENDAR) is None
