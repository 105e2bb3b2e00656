"""How far a broadcast may go, when, and what stops it: the pure part."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from dossiers.calendar import QuietHours
from status_bridge.hours import Hours
from storage.audiences import Audience
from storage.broadcast_rows import Group, Moving
from storage.broadcasts import Message
from workers.broadcasts.config import BroadcastConfig
from workers.broadcasts.hours import advertising_from, advertising_holds, next_opening
from workers.broadcasts.releasing import canary_rows, next_mark
from workers.broadcasts.tally import Totals, as_progress
from workers.broadcasts.watch import Seen, judge

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
ALWAYS: Final = Hours(QuietHours(), ZONE)
NIGHT: Final = Hours(QuietHours(time(21, 30), time(7, 0)), ZONE)
CONFIG: Final = BroadcastConfig()


def _at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 4, hour, minute, tzinfo=ZONE).astimezone(UTC)


def _broadcast(**facts: Any) -> Moving:
    values: dict[str, Any] = {
        "id": 1,
        "number": "TB-AAAAAAAA",
        "unit": "H17.33.2",
        "purpose": "information",
        "urgent": False,
        "category": None,
        "message": Message(text="…"),
        "audience": Audience(),
        "state": "sending",
        "resumes_as": None,
        "canary_percent": 1.0,
        "progress": {},
        "cursor": None,
        "rows": 10_000,
        "released": 0,
        "canary_until": None,
        "created_at": _at(8),
        "now": _at(9),
    }
    return Moving(**{**values, **facts})


@pytest.mark.parametrize(
    ("rows", "percent", "wanted"), [(10_000, 1, 100), (50, 1, 1), (3, 100, 3), (101, 1, 2), (0, 1, 0)]
)
def test_the_first_share_is_one_row_at_least_and_all_at_most(rows: int, percent: float, wanted: int) -> None:
    assert canary_rows(_broadcast(rows=rows, canary_percent=percent)) == wanted


@pytest.mark.parametrize(
    ("facts", "in_window", "wanted"),
    [
        ({"released": 500}, 300, 2200),
        ({"released": 500}, 2000, 500),
        ({"released": 500}, 2500, 500),
        ({"released": 9_900}, 0, 10_000),
        ({"released": 90, "state": "canary"}, 0, 100),
        ({"released": 100, "state": "canary"}, 0, 100),
    ],
)
def test_rows_are_let_go_as_far_as_the_window_and_the_first_share_go(
    facts: dict[str, Any], in_window: int, wanted: int
) -> None:
    assert next_mark(_broadcast(**facts), in_window, CONFIG) == wanted


@pytest.mark.parametrize(
    ("seen", "is_canary_over", "wanted"),
    [
        (Seen(), True, None),
        (Seen(outcomes=19, failed=19), False, None),
        (Seen(outcomes=20, failed=1), False, None),
        (Seen(outcomes=20, failed=2), False, "failures"),
        (Seen(outcomes=1, failed=1), True, "failures"),
        (Seen(outcomes=100, failed=5, complaints=2), False, None),
        (Seen(outcomes=100, complaints=3), False, "complaints"),
        (Seen(outcomes=100, unreached=50), False, None),
        (Seen(outcomes=100, unreached=51), False, "unreached"),
    ],
)
def test_shares_above_their_limits_halt_it_once_they_say_something(
    seen: Seen, is_canary_over: bool, wanted: str | None
) -> None:
    assert judge(seen, CONFIG, is_canary_over=is_canary_over) == wanted


def test_what_a_person_has_seen_and_let_pass_is_not_judged_again() -> None:
    halted = Seen(outcomes=40, failed=10, complaints=1)
    progress = {"at": "…", **halted.as_progress()}
    assert Seen.judged_in(progress) == halted
    assert Seen(outcomes=60, failed=11, complaints=1).since(halted) == Seen(outcomes=20, failed=1)
    assert Seen.judged_in({}) == Seen()


@pytest.mark.parametrize(
    ("purpose", "urgent", "hours", "now", "wanted"),
    [
        ("information", False, ALWAYS, _at(23), None),
        ("information", False, NIGHT, _at(23), (_at(7) + timedelta(days=1), "quiet_hours")),
        ("information", True, NIGHT, _at(23), None),
        ("advertising", False, ALWAYS, _at(12), None),
        ("advertising", False, ALWAYS, _at(6), (_at(7), "advertising_hours")),
        ("advertising", False, ALWAYS, _at(23), (_at(7) + timedelta(days=1), "advertising_hours")),
        (
            "advertising",
            False,
            ALWAYS,
            _at(21, 59) + timedelta(seconds=30),
            (_at(7) + timedelta(days=1), "advertising_hours"),
        ),
        ("advertising", False, NIGHT, _at(21, 45), (_at(7) + timedelta(days=1), "quiet_hours")),
    ],
)
def test_hours_keep_what_is_not_urgent_and_advertising_has_hours_of_its_own(
    purpose: str, urgent: bool, hours: Hours, now: datetime, wanted: tuple[datetime, str] | None
) -> None:
    assert next_opening(_broadcast(purpose=purpose, urgent=urgent, now=now), hours) == wanted


@pytest.mark.parametrize(
    ("hours_ago", "wanted"),
    [([], None), ([1, 2], None), ([1, 2, 3], 21), ([1, 2, 25], None), ([0, 1, 2, 3], 22), ([-5, 1, 2], 22)],
)
def test_three_advertisements_in_24_hours_are_all_that_a_number_gets(
    hours_ago: Sequence[float], wanted: float | None
) -> None:
    now = _at(9)
    found = advertising_from([now - timedelta(hours=hours) for hours in hours_ago], now)
    assert found == (None if wanted is None else now + timedelta(hours=wanted))


def test_who_has_had_enough_advertising_waits_for_a_decent_hour_as_well() -> None:
    now = _at(21)
    moments = {7: [now - timedelta(hours=hours) for hours in (20, 21, 22)], 8: [now]}
    held = advertising_holds(moments, _broadcast(now=now), NIGHT)
    assert held == {7: _at(7) + timedelta(days=1)}


def test_totals_tell_what_went_well_what_failed_and_what_is_still_open() -> None:
    totals = Totals()
    for group in (
        Group("held", "broadcast", None, False, 50, 0, 0),
        Group("held", "daily_limit", None, False, 3, 0, 0),
        Group("accepted", None, "zalo_template", False, 20, 4_000, 0),
        Group("read", None, "esms", False, 10, 3_000, 1),
        Group("failed", "nothing_left", "zalo_template", False, 2, 0, 0),
        Group("in_doubt", "lease_expired", "zalo_template", False, 4, 0, 0),
        Group("in_doubt", "never_confirmed", "zalo_template", True, 1, 0, 0),
    ):
        totals.add(group)
    assert (totals.outcomes, totals.failed, totals.unreached, totals.open_doubts, totals.left) == (33, 1, 2, 4, 53)
    assert totals.failures == {"nothing_left": 2, "never_confirmed": 1}
    progress = as_progress(_broadcast(rows=90), totals, complaints=1, rate=10.0, waits=None)
    assert progress["waiting"] == {"daily_limit": 3}
    assert (progress["cost_vnd"], progress["left"], progress["remaining_seconds"]) == (7_000, 53, 5.3)
    assert sum(progress["counts"].values()) == progress["people"]


def test_nobody_is_told_a_remaining_time_while_nothing_moves() -> None:
    waits = {"for": "quiet_hours", "until": "…"}
    assert as_progress(_broadcast(), Totals(), complaints=0, rate=9.0, waits=waits)["remaining_seconds"] is None
    paused = _broadcast(state="paused")
    assert as_progress(paused, Totals(), complaints=0, rate=9.0, waits=None)["remaining_seconds"] is None
