import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from console.kept import Kept
from console.today_figures import by_channel, ending_soon, forecast, hourly, states_of, told_states
from storage.accounts import Account
from storage.errors import DatabaseUnavailable
from storage.figures import Group

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = datetime(2026, 11, 22, tzinfo=ZONE)


def group(hour: int, notices: int, *, state: str = "read", channel: str | None = "sms") -> Group:
    return Group((DAY + timedelta(hours=hour)).astimezone(UTC), "status", state, channel, notices, 0)


def test_hours_are_those_of_the_city_and_later_ones_are_not_known_yet() -> None:
    hours = hourly(
        [group(0, 2), group(8, 5), group(8, 1, state="failed")], DAY, until=DAY + timedelta(hours=9, minutes=5)
    )
    assert hours[:10] == [2, 0, 0, 0, 0, 0, 0, 0, 6, 0]
    assert hours[10:] == [None] * 14


def test_states_are_told_in_groups_and_channels_by_use() -> None:
    groups = [group(1, 3), group(2, 4, state="no_mobile", channel=None), group(3, 1, state="failed", channel="email")]
    assert told_states(states_of(groups)) == [("read", 3, "good"), ("failed", 5, "bad")]
    assert by_channel(groups) == [("sms", 3), ("email", 1)]


def test_a_months_cost_is_forecast_from_its_rate_but_not_on_the_first_day() -> None:
    month = datetime(2026, 11, 1, tzinfo=ZONE)
    assert forecast(1_000_000, month, month + timedelta(days=10)) == pytest.approx(3_000_000)
    assert forecast(1_000_000, month, month + timedelta(hours=23)) is None


def test_accounts_are_named_in_time_before_a_person_must_consent_again() -> None:
    def account(state: str, days: float | None) -> Account:
        ends = None if days is None else DAY + timedelta(days=days)
        return Account("1", "zalo", "2", None, state, None, None, ends, 1, 0, False, None, None, DAY, DAY)

    fine = [account("active", 30), account("active", None)]
    ending = [account("active", 3), account("needs_authorization", 60), account("active", -1)]
    assert ending_soon([*fine, *ending], DAY) == ending


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.made = 0

    def __call__(self) -> float:
        return self.now

    async def make(self) -> int:
        await asyncio.sleep(0)
        self.made += 1
        return self.made


async def test_what_many_ask_for_is_made_once_and_again_behind_their_backs() -> None:
    clock = Clock()
    kept: Kept[int] = Kept(fresh_seconds=10, stale_seconds=60, clock=clock)
    assert await asyncio.gather(*(kept.get("a", clock.make) for _ in range(5))) == [1] * 5
    clock.now = 9
    assert await kept.get("a", clock.make) == 1
    clock.now = 11
    assert await kept.get("a", clock.make) == 1  # not waited for
    await asyncio.sleep(0.01)
    assert await kept.get("a", clock.make) == 2
    clock.now = 100
    assert await kept.get("a", clock.make) == 3  # too old to be shown
    assert await kept.get("b", clock.make) == 4


async def test_what_takes_long_is_made_rarely() -> None:
    clock = Clock()
    kept: Kept[int] = Kept(fresh_seconds=10, stale_seconds=60, clock=clock)

    async def make_slowly() -> int:
        clock.now += 3
        return await clock.make()

    assert await kept.get("a", make_slowly) == 1
    clock.now += 29
    await kept.get("a", make_slowly)
    await asyncio.sleep(0.01)
    assert clock.made == 1


async def test_a_failure_is_told_only_where_nothing_can_be_shown_instead() -> None:
    clock = Clock()
    kept: Kept[int] = Kept(fresh_seconds=10, stale_seconds=60, clock=clock)

    async def fail() -> int:
        raise DatabaseUnavailable("test")

    with pytest.raises(DatabaseUnavailable):
        await kept.get("a", fail)
    assert await kept.get("a", clock.make) == 1
    clock.now = 20
    assert await kept.get("a", fail) == 1
    await asyncio.sleep(0.01)
    assert await kept.get("a", fail) == 1
    await kept.aclose()


async def test_what_a_page_can_do_without_is_made_behind_it() -> None:
    kept: Kept[int] = Kept(fresh_seconds=10, stale_seconds=60)
    goes_on = asyncio.Event()

    async def make_late() -> int:
        await goes_on.wait()
        return 7

    assert await kept.get_soon("a", make_late, patience_seconds=0.01) is None
    goes_on.set()
    assert await kept.get_soon("a", make_late, patience_seconds=5) == 7


async def test_a_failure_behind_the_page_is_logged_whatever_it_is() -> None:
    """Redis' own errors were swallowed: figures grew old and nobody knew why."""
    clock = Clock()
    kept: Kept[int] = Kept(fresh_seconds=10, stale_seconds=60, clock=clock)

    async def fail() -> int:
        raise ConnectionError("test")

    await kept.get("a", clock.make)
    clock.now = 20
    with capture_logs() as logs:
        assert await kept.get("a", fail) == 1
        await asyncio.sleep(0.01)
    assert [(line["event"], line["reason"]) for line in logs] == [("figures_not_made", "ConnectionError")]
