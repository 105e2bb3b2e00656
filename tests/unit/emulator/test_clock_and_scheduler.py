import asyncio
from datetime import datetime

import pytest

from emulator.clock import VIETNAM, Clock, day_number, is_night, parse_moment, to_iso
from emulator.scheduler import Scheduler


def vietnam_ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=VIETNAM).timestamp() * 1000)


class Hands:
    """Real time, moved by hand: seconds."""

    def __init__(self) -> None:
        self.seconds = 1_772_400_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize(
    ("time", "night"),
    [
        ("21:59:59", False),
        ("22:00:00", True),
        ("23:59:59", True),
        ("00:00:00", True),
        ("05:59:59", True),
        ("06:00:00", False),
    ],
)
def test_the_night_lasts_from_22_to_6_in_vietnam(time: str, night: bool) -> None:
    assert is_night(vietnam_ms(f"2026-03-02T{time}")) is night


def test_the_day_turns_at_midnight_in_vietnam() -> None:
    before, after = vietnam_ms("2026-03-02T23:59:59"), vietnam_ms("2026-03-03T00:00:00")
    assert day_number(after) == day_number(before) + 1


def test_real_time_goes_on_after_the_clock_was_set() -> None:
    hands = Hands()
    clock = Clock(wall=hands, monotonic=hands)
    clock.set_ms(parse_moment("2026-03-02T08:00:00+07:00"))
    hands.seconds += 90
    assert to_iso(clock.now_ms()) == "2026-03-02T08:01:30.000+07:00"


@pytest.mark.parametrize(
    "written",
    ["2026-03-02T08:00:00+07:00", "2026-03-02T08:00:00", "2026-03-02T01:00:00Z", 1772413200000, "1772413200000"],
)
def test_a_moment_may_be_written_as_iso_or_milliseconds(written: object) -> None:
    assert parse_moment(written) == vietnam_ms("2026-03-02T08:00:00")


@pytest.mark.parametrize(
    "written", ["yesterday", "", None, True, [], 5, 10**400, float("nan"), float("inf"), "9" * 5000]
)
def test_what_is_no_moment_is_refused(written: object) -> None:
    with pytest.raises(ValueError):
        parse_moment(written)


async def test_jobs_follow_the_clock_and_survive_a_snapshot() -> None:
    hands, done = Hands(), []
    clock = Clock(wall=hands, monotonic=hands)
    first = Scheduler(clock)
    first.schedule(3600, "note", "later")
    first.schedule(60, "note", "soon")
    second = Scheduler(clock)
    second.on("note", done.append)
    second.restore(first.snapshot())
    second.start()
    clock.set_ms(clock.now_ms() + 61_000)
    await asyncio.sleep(0.01)
    assert done == ["soon"]
    clock.set_ms(clock.now_ms() + 3_600_000)
    await asyncio.sleep(0.01)
    assert done == ["soon", "later"]
    second.stop()


async def test_setting_the_clock_back_stalls_no_job() -> None:
    hands, done = Hands(), []
    clock = Clock(wall=hands, monotonic=hands)
    scheduler = Scheduler(clock)
    scheduler.on("note", done.append)
    scheduler.start()
    scheduler.schedule(10, "note", "done")
    clock.set_ms(clock.now_ms() - 86_400_000)
    hands.seconds += 11
    clock.set_ms(clock.now_ms())  # the hand moved without the loop's timer: let it look again
    await asyncio.sleep(0.01)
    assert done == ["done"]
    scheduler.stop()
