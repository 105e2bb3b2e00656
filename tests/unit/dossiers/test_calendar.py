"""Working days, office hours, quiet hours and dates in words (docs: public-services 6.4, 7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossiers.calendar import (
    VIETNAM,
    QuietHours,
    WorkCalendar,
    format_date_en,
    format_date_vi,
    format_day_vi,
)
from dossiers.city_days import CityDays, UnitDays
from dossiers.errors import CalendarError
from dossiers.national_days import national_holidays

CALENDAR = WorkCalendar()


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02 08:00", 8, "2026-03-03 08:00"),
        ("2026-03-06 16:30", 24, "2026-03-11 16:30"),
        ("2026-02-13 10:00", 24, "2026-02-25 10:00"),
        ("2026-03-07 09:00", 8, "2026-03-09 17:30"),
        ("2026-03-02 19:00", 8, "2026-03-03 17:30"),
        ("2026-03-02 08:00", 0, "2026-03-02 08:00"),
        ("2026-03-02 11:00", 1, "2026-03-02 14:00"),
        ("2026-03-02 12:00", 0.5, "2026-03-02 14:00"),
    ],
)
@pytest.mark.parametrize("zone", [None, VIETNAM])
def test_working_hours_are_added(start: str, hours: float, end: str, zone: ZoneInfo | None) -> None:
    begin = datetime.fromisoformat(start).replace(tzinfo=zone)
    assert CALENDAR.add_working_hours(begin, hours) == datetime.fromisoformat(end).replace(tzinfo=zone)


def test_other_office_hours_move_the_end() -> None:
    calendar = WorkCalendar(office_hours=((time(7), time(11, 30)), (time(13, 30), time(17))))
    assert calendar.add_working_hours(datetime(2026, 3, 2, 7), 8) == datetime(2026, 3, 2, 17)


@pytest.mark.parametrize("shifts", [(), ((time(8), time(8)),), ((time(13), time(17)), (time(8), time(12)))])
def test_office_hours_that_make_no_sense_are_refused(shifts: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(CalendarError, match="office hours"):
        WorkCalendar(office_hours=shifts)


def test_negative_and_endless_hours_are_refused() -> None:
    with pytest.raises(CalendarError, match="negative"):
        CALENDAR.add_working_hours(datetime(2026, 3, 2), -1)
    with pytest.raises(CalendarError, match="ten years"):
        CALENDAR.add_working_hours(datetime(2026, 3, 2), 30_000)


@settings(deadline=None)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)), st.integers(0, 80), st.integers(0, 80))
def test_adding_hours_in_two_steps_is_adding_them_at_once(start: datetime, first: int, second: int) -> None:
    at_once = CALENDAR.add_working_hours(start, first + second)
    in_steps = CALENDAR.add_working_hours(CALENDAR.add_working_hours(start, first), second)
    # The end of a shift and the start of the next are the same working moment.
    assert CALENDAR.add_working_hours(in_steps, 1) == CALENDAR.add_working_hours(at_once, 1)


DAYS_OFF = [
    "2026-01-01", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20", "2026-04-27", "2026-04-30",
    "2026-05-01", "2026-08-31", "2026-09-01", "2026-09-02", "2026-11-24", "2027-01-01", "2027-02-05", "2027-02-08",
    "2027-04-16", "2027-04-30", "2027-05-03", "2027-09-02", "2027-11-24", "2028-01-26", "2028-04-04", "2029-02-13",
    "2029-04-23", "2030-02-04", "2030-04-12",
]  # fmt: skip


@pytest.mark.parametrize("day", DAYS_OFF)
def test_public_holidays_are_no_working_days(day: str) -> None:
    assert not CALENDAR.is_working_day(date.fromisoformat(day))
    assert CALENDAR.is_holiday(date.fromisoformat(day))


@pytest.mark.parametrize("year", range(2026, 2031))
def test_national_day_is_two_days_and_culture_day_is_off(year: int) -> None:
    days = national_holidays(year)
    assert date(year, 9, 2) in days
    assert {date(year, 9, 1), date(year, 9, 3)} & days
    assert date(year, 11, 24) in days


@pytest.mark.parametrize(
    ("day", "is_working"),
    [("2026-08-22", True), ("2026-08-29", False), ("2026-03-07", False), ("2026-03-08", False), ("2026-03-09", True)],
)
def test_weekends_are_off_but_for_compensatory_saturdays(day: str, is_working: bool) -> None:
    assert CALENDAR.is_working_day(date.fromisoformat(day)) is is_working


def test_a_weekend_is_no_holiday() -> None:
    assert not CALENDAR.is_holiday(date(2026, 3, 7))


def test_overrides_of_the_city_and_of_a_unit_win_in_that_order() -> None:
    storm, saturday, tet = date(2026, 10, 12), date(2026, 10, 17), date(2026, 2, 16)
    unit = UnitDays(holidays=frozenset({saturday, storm}), extra_working_days=frozenset({tet}))
    calendar = WorkCalendar(
        holidays=frozenset({date(2026, 10, 13)}), extra_working_days=frozenset({saturday}), units={"H17.33.2": unit}
    )
    assert not calendar.is_working_day(date(2026, 10, 13))
    assert calendar.is_working_day(saturday)
    assert not calendar.is_working_day(saturday, "H17.33.2")
    assert calendar.is_working_day(storm)
    assert not calendar.is_working_day(storm, "H17.33.2")
    assert calendar.is_working_day(tet, "H17.33.2")
    assert not calendar.is_working_day(tet, "H17.1")
    assert calendar.add_working_hours(datetime(2026, 10, 12, 8), 8, "H17.33.2") == datetime(
        2026, 10, 15, 8
    ) - timedelta(hours=14, minutes=30)


def test_a_unit_s_declared_day_wins_over_the_city_s_that_over_the_settings_and_these_over_the_law() -> None:
    day, tet, storm = date(2026, 10, 13), date(2026, 2, 16), date(2026, 10, 12)
    declared = CityDays()
    calendar = WorkCalendar(holidays=frozenset({day}), declared=declared)
    declared.use(
        {
            "": UnitDays(holidays=frozenset({storm}), extra_working_days=frozenset({day, tet})),
            "H17.33": UnitDays(extra_working_days=frozenset({storm}), holidays=frozenset({tet})),
            "H17.33.2": UnitDays(holidays=frozenset({storm, day})),
        }
    )
    works = {
        unit: [calendar.is_working_day(one, unit) for one in (storm, day, tet)]
        for unit in (None, "H17.33.2", "H17.33.2.1", "H17.33.3", "H17.33", "H17.330", "20242")
    }
    city, ward, sister = [False, True, True], [False, False, False], [True, True, False]
    assert works == {
        None: city, "H17.33.2": ward, "H17.33.2.1": ward, "H17.33.3": sister, "H17.33": sister, "H17.330": city,
        "20242": city,
    }  # fmt: skip
    assert [declared.is_declared(one) for one in (storm, tet, date(2026, 2, 17))] == [True, True, False]


def test_what_is_declared_later_is_seen_by_every_calendar_that_was_made_before() -> None:
    declared, storm = CityDays(), datetime(2026, 10, 12, 9, tzinfo=VIETNAM)
    calendars = [WorkCalendar(declared=declared), WorkCalendar(office_hours=((time(8), time(12)),), declared=declared)]
    assert all(one.is_working_day(storm.date()) for one in calendars)
    declared.use({"": UnitDays(holidays=frozenset({storm.date()}))})
    assert not any(one.is_working_day(storm.date()) for one in calendars)
    assert NIGHT.release_time(storm, zone=VIETNAM, calendar=calendars[0]) == datetime(2026, 10, 13, 7, tzinfo=VIETNAM)
    assert calendars[1].add_working_hours(storm, 0).date() == date(2026, 10, 13)
    declared.use({})
    assert NIGHT.release_time(storm, zone=VIETNAM, calendar=calendars[0]) == storm


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-03-02", "2026-03-04", 2),
        ("2026-03-06", "2026-03-09", 1),
        ("2026-03-06", "2026-03-08", 0),
        ("2026-03-02", "2026-03-02", 0),
        ("2026-03-04", "2026-03-02", -2),
        ("2026-02-13", "2026-02-23", 1),
    ],
)
def test_working_days_between_two_dates_are_counted(start: str, end: str, days: int) -> None:
    assert CALENDAR.working_days_between(date.fromisoformat(start), date.fromisoformat(end)) == days
    later = datetime.fromisoformat(f"{end} 16:00")
    assert CALENDAR.working_days_between(datetime.fromisoformat(f"{start} 09:00"), later) == days


@pytest.mark.parametrize("text", ["", "off", " OFF ", "00:00-00:00"])
def test_no_quiet_hours_can_be_written(text: str) -> None:
    quiet = QuietHours.parse(text)
    assert not quiet.is_set
    assert not quiet.contains(datetime(2026, 3, 2, 0, 0))
    assert str(quiet) == "off"


@pytest.mark.parametrize(
    ("text", "written"),
    [("21:30-07:00", "21:30-07:00"), (" 9:00 – 17:05 ", "09:00-17:05"), ("22:00-24:00", "22:00-00:00")],
)
def test_quiet_hours_are_read_and_written_back(text: str, written: str) -> None:
    assert str(QuietHours.parse(text)) == written


@pytest.mark.parametrize(
    "text", ["21:30", "21:30-25:00", "21:60-07:00", "22-7", "24:30-07:00", "22:00-24:30", "08:00-08:00", "đêm"]
)
def test_quiet_hours_that_cannot_be_read_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match="21:30-07:00") as caught:
        QuietHours.parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "clock", "is_quiet"),
    [
        ("21:30-07:00", "21:29:59", False),
        ("21:30-07:00", "21:30:00", True),
        ("21:30-07:00", "00:00:00", True),
        ("21:30-07:00", "06:59:59", True),
        ("21:30-07:00", "07:00:00", False),
        ("12:00-13:00", "12:30:00", True),
        ("12:00-13:00", "13:00:00", False),
        ("22:00-24:00", "23:59:59", True),
        ("22:00-24:00", "00:00:00", False),
    ],
)
def test_quiet_hours_contain_their_start_and_not_their_end(text: str, clock: str, is_quiet: bool) -> None:
    assert QuietHours.parse(text).contains(datetime.fromisoformat(f"2026-03-02 {clock}")) is is_quiet


NIGHT = QuietHours.parse("21:30-07:00")


@pytest.mark.parametrize(
    ("moment", "release"),
    [
        ("2026-03-02T12:00+07:00", "2026-03-02T12:00+07:00"),
        ("2026-03-02T22:00+07:00", "2026-03-03T07:00+07:00"),
        ("2026-03-03T03:00+07:00", "2026-03-03T07:00+07:00"),
        ("2026-03-02T20:00+00:00", "2026-03-03T00:00+00:00"),
        ("2026-12-31T23:00+07:00", "2027-01-01T07:00+07:00"),
    ],
)
def test_a_quiet_moment_waits_until_the_morning(moment: str, release: str) -> None:
    assert NIGHT.release_time(datetime.fromisoformat(moment), zone=VIETNAM).isoformat()[:16] == release[:16]


def test_with_a_calendar_public_holidays_wait_too_and_weekends_do_not() -> None:
    def release(moment: str) -> datetime:
        return NIGHT.release_time(datetime.fromisoformat(moment), zone=VIETNAM, calendar=CALENDAR)

    assert release("2026-02-16T09:00+07:00") == datetime(2026, 2, 21, 7, tzinfo=VIETNAM)
    assert release("2026-02-15T23:00+07:00") == datetime(2026, 2, 21, 7, tzinfo=VIETNAM)
    assert release("2026-03-07T09:00+07:00") == datetime(2026, 3, 7, 9, tzinfo=VIETNAM)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(CalendarError, match="time zone"):
        NIGHT.release_time(datetime(2026, 3, 2), zone=VIETNAM)


ZONES = st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]).map(
    ZoneInfo
)
CLOCKS = st.times(timezones=st.none()).map(lambda clock: clock.replace(second=0, microsecond=0))
QUIET = st.builds(QuietHours, CLOCKS, CLOCKS)


@settings(deadline=None)
@given(QUIET, ZONES, st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)), ZONES, st.sampled_from([None, CALENDAR]))
def test_a_release_is_never_quiet_never_early_and_stays_where_it_is(
    quiet: QuietHours, zone: ZoneInfo, naive: datetime, own_zone: ZoneInfo, calendar: WorkCalendar | None
) -> None:
    moment = naive.replace(tzinfo=own_zone)
    release = quiet.release_time(moment, zone=zone, calendar=calendar)
    local = release.astimezone(zone)
    assert not quiet.contains(local)
    assert calendar is None or not calendar.is_holiday(local.date())
    assert release.astimezone(UTC) >= moment.astimezone(UTC)
    assert quiet.release_time(release, zone=zone, calendar=calendar) == release
    if calendar is None:
        assert release.astimezone(UTC) - moment.astimezone(UTC) <= timedelta(hours=26)


def test_dates_are_written_in_words_in_local_time() -> None:
    due = datetime(2026, 3, 5, 17, tzinfo=VIETNAM)
    assert format_date_vi(due) == "17:00 ngày 05/03/2026"
    assert format_date_vi(due.astimezone(UTC)) == "17:00 ngày 05/03/2026"
    assert format_date_vi(datetime(2026, 3, 5, 17)) == "17:00 ngày 05/03/2026"
    assert format_date_vi(due, ZoneInfo("UTC")) == "10:00 ngày 05/03/2026"
    assert format_date_en(due.astimezone(UTC)) == "17:00, 5 March 2026"
    assert format_day_vi(datetime(2026, 3, 4, 20, tzinfo=UTC)) == "05/03/2026"
    assert format_day_vi(date(2026, 3, 5)) == "05/03/2026"
