"""The hours: against a calendar written out by hand, for every hour of a year, and by properties."""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossiers.calendar import QuietHours, WorkCalendar
from status_bridge.hours import Hours, Timing, phone_key

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
VIETNAM = timezone(timedelta(hours=7))
NIGHT = QuietHours.parse("21:30-07:00")
HOURS = Hours(NIGHT, ZONE, WorkCalendar())
# docs: public-services 7, by hand: the oracle shares no code with the calendar.
HOLIDAYS_2026 = {
    date(2026, 1, 1),
    *(date(2026, 2, day) for day in range(16, 21)),  # Tết
    date(2026, 4, 26),
    date(2026, 4, 27),
    date(2026, 4, 30),
    date(2026, 5, 1),
    date(2026, 8, 31),
    date(2026, 9, 1),
    date(2026, 9, 2),
    date(2026, 11, 24),
    date(2027, 1, 1),
}
DAYS = [date(2025, 12, 30) + timedelta(days=number) for number in range(372)]
OPENINGS = [datetime.combine(day, time(7), VIETNAM) for day in DAYS if day not in HOLIDAYS_2026]
ENDS = {opening: opening.replace(hour=21, minute=30) for opening in OPENINGS}


def _opening_after(moment: datetime) -> datetime:
    """The moment itself when it is decent, or else the next opening."""
    place = bisect_right(OPENINGS, moment)
    return moment if moment < ENDS[OPENINGS[place - 1]] else OPENINGS[place]


def test_every_hour_of_a_year_is_as_in_the_calendar_written_by_hand() -> None:
    start = datetime(2026, 1, 1, tzinfo=VIETNAM)
    for number in range(365 * 24):
        for minute in (0, 29, 30, 59):
            moment = start + timedelta(hours=number, minutes=minute)
            assert HOURS.release(moment) == _opening_after(moment), moment


@pytest.mark.parametrize(
    ("now", "released"),
    [
        ("2026-03-02T06:59:59", "2026-03-02T07:00:00"),
        ("2026-03-02T07:00:00", "2026-03-02T07:00:00"),
        ("2026-03-02T21:29:59", "2026-03-02T21:29:59"),
        ("2026-03-02T21:30:00", "2026-03-03T07:00:00"),
        ("2026-03-02T23:59:59", "2026-03-03T07:00:00"),
        ("2026-03-03T00:00:00", "2026-03-03T07:00:00"),
        ("2026-02-15T22:00:00", "2026-02-21T07:00:00"),  # over all of Tết; the weekend after it is no holiday
        ("2026-02-18T12:00:00", "2026-02-21T07:00:00"),
        ("2025-12-31T23:59:59", "2026-01-02T07:00:00"),
        ("2026-03-07T12:00:00", "2026-03-07T12:00:00"),  # a Saturday
    ],
)
def test_the_edges_of_night_and_tet(now: str, released: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=VIETNAM)
    assert HOURS.release(moment) == datetime.fromisoformat(released).replace(tzinfo=VIETNAM)
    assert HOURS.release(moment.astimezone(UTC)) == HOURS.release(moment), "whatever the zone of the moment"


def test_the_city_has_days_of_its_own() -> None:
    calendar = WorkCalendar(frozenset({date(2026, 10, 16)}), frozenset({date(2026, 2, 19)}))
    hours = Hours(NIGHT, ZONE, calendar)
    storm, worked = datetime(2026, 10, 16, 9, tzinfo=VIETNAM), datetime(2026, 2, 19, 9, tzinfo=VIETNAM)
    assert hours.release(storm) == datetime(2026, 10, 17, 7, tzinfo=VIETNAM)
    assert hours.release(worked) == worked


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 3, 1), timezones=st.just(UTC))
KEYS = st.integers(0, 2**32)
ZONES = st.sampled_from([ZONE, ZoneInfo("Europe/Berlin"), ZoneInfo("America/St_Johns"), ZoneInfo("UTC")])
NIGHTS = st.sampled_from([NIGHT, QuietHours(), QuietHours.parse("00:00-06:00"), QuietHours.parse("07:10-07:00")])
CALENDARS = st.sampled_from([None, WorkCalendar()])


@settings(deadline=None)
@given(MOMENTS, KEYS, ZONES, NIGHTS, CALENDARS)
def test_a_release_is_never_early_never_indecent_and_spread_only_after_a_wait(
    moment: datetime, key: int, zone: ZoneInfo, night: QuietHours, calendar: WorkCalendar | None
) -> None:
    hours = Hours(night, zone, calendar, spread_seconds=900)
    released, opening = hours.release(moment, key=key), hours.release(moment)
    local = released.astimezone(zone)
    assert not night.contains(local)
    assert calendar is None or not calendar.is_holiday(local.date())
    assert moment <= opening <= released <= opening + timedelta(seconds=900)
    assert (released == moment) == (opening == moment), "who need not wait is not spread"
    assert hours.release(released, key=key) == released


@settings(deadline=None)
@given(MOMENTS, MOMENTS, KEYS)
def test_what_came_first_for_one_phone_is_not_released_later(one: datetime, other: datetime, key: int) -> None:
    earlier, later = sorted((one, other))
    released = HOURS.release(earlier, key=key)
    assert released <= HOURS.release(later, key=key) or released > later, "only what came during the spread overtakes"


def test_a_night_is_spread_over_its_fifteen_minutes() -> None:
    midnight = datetime(2026, 3, 3, 0, 0, tzinfo=VIETNAM)
    opening = midnight.replace(hour=7)
    keys = [phone_key(f"8490{number:07d}") for number in range(9000)]
    waits = [(HOURS.release(midnight, key=key) - opening).total_seconds() for key in keys]
    assert min(waits) >= 0
    assert max(waits) <= 900
    minutes = [sum(minute * 60 <= wait < minute * 60 + 60 for wait in waits) for minute in range(15)]
    assert {450 < minute < 750 for minute in minutes} == {True}, "600 a minute, give or take"


def test_phones_have_the_same_key_in_every_process() -> None:
    assert phone_key("84905000001") == 2595291685
    assert phone_key(None) == 0


def _decide(now: datetime, *, kind: str = "accepted", lane: str = "status", **facts: object) -> Timing:
    known = {"deadline": None, "acted_at": None, **facts}
    return HOURS.decide(now, kind=kind, lane=lane, key=0, **known)  # type: ignore[arg-type]  # facts of each case


DAY, DARK = datetime(2026, 3, 2, 12, tzinfo=VIETNAM), datetime(2026, 3, 2, 23, tzinfo=VIETNAM)
MORNING = datetime(2026, 3, 3, 7, tzinfo=VIETNAM)


def test_by_day_a_notice_goes_at_once_and_at_night_it_waits() -> None:
    assert _decide(DAY) == Timing("pending", None, DAY)
    assert _decide(DARK) == Timing("held", "quiet_hours", MORNING)


def test_the_urgent_lane_knows_no_night() -> None:
    assert _decide(DARK, lane="urgent") == Timing("pending", None, DARK)
    assert HOURS.stretch(5.0, DARK, None, "urgent") == 5.0


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize(
    ("wait", "is_urgent"),
    [
        (timedelta(seconds=-1), False),
        (timedelta(seconds=1), True),
        (timedelta(hours=24), True),
        (timedelta(hours=24, seconds=1), False),
        (timedelta(days=5), False),
    ],
)
def test_a_deadline_within_a_day_does_not_wait_at_any_hour(hour: int, wait: timedelta, is_urgent: bool) -> None:
    now = datetime(2026, 2, 17, hour, 30, tzinfo=VIETNAM)  # Tết: nothing else goes out
    timing = _decide(now, kind="supplement", deadline=now + wait)
    assert (timing.state, timing.urgent_until) == (("pending", now + wait) if is_urgent else ("held", None))


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize(("days", "is_urgent"), [(-1, False), (0, True), (1, True), (2, False)])
def test_a_deadline_that_is_a_day_ends_with_that_day_of_the_city(hour: int, days: int, is_urgent: bool) -> None:
    now = datetime(2026, 2, 17, hour, tzinfo=VIETNAM).astimezone(UTC)
    deadline = date(2026, 2, 17) + timedelta(days=days)
    timing = _decide(now, kind="supplement", deadline=deadline)
    end = datetime.combine(deadline + timedelta(days=1), time(), VIETNAM)
    assert (timing.state, timing.urgent_until) == (("pending", end) if is_urgent else ("held", None))


@pytest.mark.parametrize(
    ("kind", "ago", "state"),
    [
        ("submitted", timedelta(0), "pending"),
        ("submitted", timedelta(minutes=10), "pending"),
        ("submitted", timedelta(minutes=10, seconds=1), "held"),
        ("submitted", timedelta(minutes=-2), "pending"),  # the other system's clock is a little fast
        ("submitted", timedelta(hours=-2), "held"),
        ("accepted", timedelta(0), "held"),
    ],
)
def test_whoever_has_just_submitted_is_answered_at_any_hour(kind: str, ago: timedelta, state: str) -> None:
    timing = _decide(DARK, kind=kind, acted_at=DARK - ago)
    assert timing.state == state
    if state == "pending":
        assert timing.urgent_until == DARK + timedelta(minutes=10)
        assert HOURS.stretch(0.0, DARK + timedelta(seconds=5), timing.urgent_until, "status") == 0.0


def test_an_answer_to_a_submission_can_be_switched_off() -> None:
    hours = Hours(NIGHT, ZONE, own_action_seconds=0)
    timing = hours.decide(DARK, kind="submitted", lane="status", deadline=None, acted_at=DARK, key=0)
    assert timing.state == "held"


@settings(deadline=None)
@given(MOMENTS, st.floats(0, 200_000), KEYS)
def test_a_delay_is_only_ever_lengthened_and_ends_at_a_decent_hour(now: datetime, delay: float, key: int) -> None:
    stretched = HOURS.stretch(delay, now, None, "status", key=key)
    end = now + timedelta(seconds=stretched)
    assert stretched >= delay
    assert abs((HOURS.release(end) - end).total_seconds()) < 0.001


def test_an_urgent_notices_retry_is_held_only_when_its_time_will_be_over() -> None:
    until = DARK + timedelta(minutes=10)
    assert HOURS.stretch(599.0, DARK, until, "status") == 599.0
    assert HOURS.stretch(600.0, DARK, until, "status") == 8 * 3600.0
