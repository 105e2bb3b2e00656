"""How a day's messages are shared out: pure, against a book that says what phones get already."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossiers.calendar import QuietHours, WorkCalendar
from status_bridge.choices import DailyLimit
from status_bridge.daily_limit import DayBook, hold_back, next_digest
from status_bridge.hours import Hours
from storage.notices import NewNotice

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
VIETNAM = timezone(timedelta(hours=7))
HOURS = Hours(QuietHours.parse("21:30-07:00"), ZONE, WorkCalendar(), spread_seconds=0)
MERGING = DailyLimit(6, time(17), merges=True)
NOON = datetime(2026, 3, 2, 12, tzinfo=VIETNAM)
EVENING = NOON.replace(hour=17)


def _notice(moment: datetime = NOON, *, phone: str | None = "84905000001", **facts: object) -> NewNotice:
    made = NewNotice(
        id=uuid.uuid4(),
        dossier_id=1,
        dossier_code="H17.33.2-260302-0001",
        ordinal=1,
        event_key=uuid.uuid4(),
        kind="accepted",
        state="pending",
        reason=None,
        demands_action=False,
        language="vi",
        phone=phone,
        content={},
        due_at=moment,
    )
    return replace(made, **facts)  # type: ignore[arg-type]  # facts of each case


def _shared_out(
    notices: Sequence[NewNotice], *, limit: DailyLimit = MERGING, book: DayBook | None = None
) -> list[tuple[str, str | None, datetime | None]]:
    held = hold_back(notices, book or DayBook(), limit=limit, hours=HOURS)
    return [(one.state, one.reason, one.due_at) for one in held]


def test_five_go_as_they_are_and_the_rest_waits_for_one_message_in_the_evening() -> None:
    shared = _shared_out([_notice() for _ in range(12)])
    assert shared == [("pending", None, NOON)] * 5 + [("held", "daily_limit", EVENING)] * 7


def test_each_phone_has_its_own_day() -> None:
    shared = _shared_out([_notice(phone=f"8490500000{number % 4}") for number in range(20)])
    assert all(state == "pending" for state, _, _ in shared)


def test_what_went_today_counts_and_what_went_yesterday_does_not() -> None:
    today = DayBook(Counter({("84905000001", date(2026, 3, 2)): 5}))
    yesterday = DayBook(Counter({("84905000001", date(2026, 3, 1)): 50}))
    assert _shared_out([_notice()], book=today)[0][0] == "held"
    assert _shared_out([_notice()], book=yesterday)[0][0] == "pending"


def test_what_the_night_holds_counts_for_the_day_on_which_it_goes_out() -> None:
    morning = datetime(2026, 3, 3, 7, tzinfo=VIETNAM)
    night = [_notice(morning, state="held", reason="quiet_hours") for _ in range(7)]
    shared = _shared_out([*[_notice() for _ in range(5)], *night])
    assert shared[5:10] == [("held", "quiet_hours", morning)] * 5
    assert shared[10:] == [("held", "daily_limit", morning.replace(hour=17))] * 2


@pytest.mark.parametrize("facts", [{"lane": "urgent"}, {"urgent_until": NOON + timedelta(hours=20)}])
def test_what_is_urgent_is_never_held(facts: dict[str, object]) -> None:
    full = DayBook(Counter({("84905000001", date(2026, 3, 2)): 60}))
    assert _shared_out([_notice(**facts)], book=full) == [("pending", None, NOON)]


def test_a_near_deadline_takes_a_place_and_a_code_takes_none() -> None:
    near = [_notice(urgent_until=NOON + timedelta(hours=20)) for _ in range(5)]
    codes = [_notice(lane="urgent") for _ in range(5)]
    assert _shared_out([*near, _notice()])[-1][0] == "held"
    assert _shared_out([*codes, _notice()])[-1][0] == "pending"


@pytest.mark.parametrize("state", ["no_mobile", "failed", "superseded"])
def test_what_is_not_going_out_is_left_as_it_is(state: str) -> None:
    notices = [_notice(state=state, due_at=None) for _ in range(9)]
    assert hold_back(notices, DayBook(), limit=MERGING, hours=HOURS) == notices


def test_whoever_is_told_by_email_has_no_phone_that_could_be_full() -> None:
    assert all(state == "pending" for state, _, _ in _shared_out([_notice(phone=None) for _ in range(9)]))


def test_when_the_evening_is_past_the_next_decent_morning_says_it() -> None:
    late = datetime(2026, 2, 15, 18, tzinfo=VIETNAM)  # Tết begins the day after
    full = DayBook(Counter({("84905000001", date(2026, 2, 15)): 5}))
    assert _shared_out([_notice(late)], book=full)[0][2] == datetime(2026, 2, 21, 7, tzinfo=VIETNAM)


def test_a_morning_message_is_one_of_its_days_six() -> None:
    late, morning = NOON.replace(hour=18), datetime(2026, 3, 3, 7, tzinfo=VIETNAM)
    book = DayBook(Counter({("84905000001", date(2026, 3, 2)): 6}))
    shared = _shared_out(
        [_notice(late), _notice(late), *[_notice(NOON + timedelta(days=1)) for _ in range(6)]], book=book
    )
    assert [due for _, _, due in shared[:2]] == [morning, morning]
    assert [state for state, _, _ in shared[2:]] == ["pending"] * 4 + ["held"] * 2
    assert {due for _, _, due in shared[6:]} == {morning.replace(hour=17)}


@pytest.mark.parametrize("limit", [1, 2, 6])
@settings(deadline=None)
@given(gaps=st.lists(st.integers(0, 20 * 3600), max_size=40))
def test_no_day_ever_has_more_messages_than_allowed(limit: int, gaps: list[int]) -> None:
    for merges in (True, False):
        book, rule = DayBook(), DailyLimit(limit, time(17), merges)
        moment, sent = NOON, Counter[date]()
        merged: set[datetime] = set()
        for gap in gaps:
            moment += timedelta(seconds=gap)
            timing = HOURS.decide(moment, kind="accepted", lane="status", deadline=None, acted_at=None, key=0)
            notice = _notice(timing.due_at, state=timing.state, reason=timing.reason)
            (one,) = hold_back([notice], book, limit=rule, hours=HOURS)
            assert one.due_at is not None
            assert one.due_at >= moment
            assert HOURS.release(one.due_at) == one.due_at
            if one.reason == "daily_limit" and merges:
                merged.add(one.due_at)
            else:
                sent[HOURS.day_of(one.due_at)] += 1
        sent.update(HOURS.day_of(due) for due in merged)
        assert all(count <= limit for count in sent.values())


def test_without_a_message_that_merges_they_go_one_by_one_on_the_next_days() -> None:
    shared = _shared_out([_notice() for _ in range(7)], limit=DailyLimit(3, time(17), merges=False))
    days = [due.astimezone(VIETNAM).date().day for _, _, due in shared if due is not None]
    assert days == [2, 2, 2, 3, 3, 3, 4]
    assert [reason for _, reason, _ in shared] == [None] * 3 + ["daily_limit"] * 4


@pytest.mark.parametrize(
    ("at", "digest_time", "said"),
    [
        ("2026-03-02T16:59", time(17), "2026-03-02T17:00"),
        ("2026-03-02T17:00", time(17), "2026-03-03T07:00"),
        ("2026-03-02T12:00", time(22), "2026-03-03T07:00"),  # a time at night waits for its end
        ("2026-02-15T17:30", time(17), "2026-02-21T07:00"),
    ],
)
def test_the_moment_of_a_merged_message(at: str, digest_time: time, said: str) -> None:
    limit = DailyLimit(6, digest_time, merges=True)
    moment = next_digest(datetime.fromisoformat(at).replace(tzinfo=VIETNAM), limit=limit, hours=HOURS, key=0)
    assert moment == datetime.fromisoformat(said).replace(tzinfo=VIETNAM)
    assert next_digest(moment.astimezone(UTC), limit=limit, hours=HOURS, key=0) > moment


def test_a_broadcast_is_not_merged_but_waits_for_a_day_with_a_place() -> None:
    casts = [_notice(lane="broadcast") for _ in range(12)]
    shared = _shared_out(casts)
    assert [due.astimezone(VIETNAM).day for _, _, due in shared if due is not None] == [2] * 5 + [3] * 5 + [4] * 2
    assert shared[5][1] == "daily_limit"
    assert _shared_out([*casts[:5], _notice()])[-1] == ("held", "daily_limit", EVENING), (
        "the last place is the digest's"
    )
