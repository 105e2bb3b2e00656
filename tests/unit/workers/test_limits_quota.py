"""How much of a day's quota a broadcast may use, and until when an answer holds."""

import asyncio
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.later import VIETNAM_TIME
from storage.errors import DatabaseUnavailable
from workers.quota import Quota, broadcast_share, keep_book, seconds_to_reset


@pytest.mark.parametrize(
    ("remaining", "total", "reserved", "share"),
    [
        (1000, 1000, 0.3, 1.0),
        (600, 1000, 0.3, 1.0),
        (450, 1000, 0.3, 0.5),
        (301, 1000, 0.3, 1 / 300),
        (300, 1000, 0.3, 0.0),
        (0, 1000, 0.3, 0.0),
        (-1, 1000, 0.3, 0.0),
        (1, 1000, 0.0, 1.0),
        (0, 1000, 0.0, 0.0),
        (1, None, 0.3, 1.0),
        (0, None, 0.3, 0.0),
        (5, 0, 0.3, 1.0),
    ],
)
def test_a_broadcast_slows_down_below_twice_the_reserve_and_stops_at_it(
    remaining: int, total: int | None, reserved: float, share: float
) -> None:
    assert broadcast_share(remaining, total, reserved=reserved) == pytest.approx(share)


@given(st.integers(-10, 2000), st.integers(1, 2000), st.floats(0, 0.9))
def test_more_left_never_means_slower(remaining: int, total: int, reserved: float) -> None:
    less = broadcast_share(remaining, total, reserved=reserved)
    more = broadcast_share(remaining + 1, total, reserved=reserved)
    assert 0.0 <= less <= more <= 1.0


@pytest.mark.parametrize(
    ("local", "seconds"),
    [
        ("2026-03-02T00:00:00", 300),
        ("2026-03-02T00:04:59", 1),
        ("2026-03-02T00:05:00", 86400),
        ("2026-03-02T12:05:00", 43200),
        ("2026-03-02T23:59:59", 301),
        ("2026-12-31T23:05:00", 3600),
    ],
)
def test_an_answer_holds_until_five_past_midnight_in_vietnam(local: str, seconds: float) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=VIETNAM_TIME)
    assert seconds_to_reset(moment.timestamp()) == seconds


@given(st.floats(0, 4e9))
def test_a_reset_is_always_ahead_and_never_more_than_a_day(epoch: float) -> None:
    assert 0 < seconds_to_reset(epoch) <= 86400


async def test_the_book_saves_what_is_new_and_tries_again_after_an_outage() -> None:
    told = {"zalo_template": Quota(5, 10)}
    saved: list[tuple[str, Quota]] = []
    rounds = 0

    async def save(channel: str, quota: Quota) -> None:
        if rounds == 1:
            raise DatabaseUnavailable("away")
        saved.append((channel, quota))

    async def sleep(_seconds: float) -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 4:
            told["zalo_template"] = Quota(4, 10)
        if rounds == 6:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await keep_book(lambda: told, save, sleep=sleep)
    assert saved == [("zalo_template", Quota(5, 10)), ("zalo_template", Quota(4, 10))]
