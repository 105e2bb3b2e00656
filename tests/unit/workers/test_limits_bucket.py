"""The arithmetic of buckets: what a minute sees at most, what each lane leaves, what a process alone may send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workers.lanes import BROADCAST_LANE, LANES, STATUS_LANE, URGENT_LANE
from workers.limit_bucket import Flow, LocalBucket, seconds_until
from workers.limit_config import SMALLEST_PER_MINUTE, VALID_SECONDS, EndpointLimit

LIMITS = st.integers(SMALLEST_PER_MINUTE, 200_000)


@given(LIMITS)
def test_no_minute_sees_more_than_the_limit(per_minute: int) -> None:
    flow = Flow.of(per_minute)
    # A full bucket at its start, all that flows in, and permits that were fetched before it and used in it.
    assert flow.burst + flow.rate * (60 + VALID_SECONDS) <= per_minute + 1e-6
    assert flow.rate * 60 > per_minute * 0.5


@given(LIMITS, st.floats(0, 0.9))
def test_a_full_bucket_has_a_permit_for_every_lane_and_the_urgent_one_has_the_most(
    per_minute: int, reserved: float
) -> None:
    flow = Flow.of(per_minute)
    reserves = [flow.reserve(lane, reserved) for lane in LANES]
    assert flow.burst - max(reserves) >= 1 - 1e-9
    assert flow.reserve(URGENT_LANE, reserved) == 0 < flow.reserve(STATUS_LANE, reserved)
    assert flow.reserve(STATUS_LANE, reserved) <= flow.reserve(BROADCAST_LANE, reserved)


@pytest.mark.parametrize("per_minute", [-1, 1, 9])
def test_a_limit_that_cannot_be_shared_is_refused(per_minute: int) -> None:
    with pytest.raises(ValidationError):
        EndpointLimit(per_minute=per_minute)


def test_a_process_alone_begins_with_nothing_and_sends_its_share() -> None:
    flow, bucket = Flow.of(6000), LocalBucket()
    bucket.start(100.0)
    granted, wait = bucket.take(100.0, flow, 4, reserve=0.0, want=10, cost=1.0)
    assert granted == 0
    assert wait == pytest.approx(10 / (flow.rate / 4), rel=0.1)
    total = sum(bucket.take(100.0 + step / 100, flow, 4, reserve=0.0, want=100, cost=1.0)[0] for step in range(1, 1001))
    assert total == pytest.approx(10 * flow.rate / 4, abs=1.5)
    assert bucket.spent == total


@given(LIMITS, st.integers(1, 50), st.sampled_from(LANES), st.floats(1, 1000))
def test_every_lane_goes_on_alone_whatever_its_price(per_minute: int, workers: int, lane: str, cost: float) -> None:
    flow, bucket = Flow.of(per_minute), LocalBucket()
    bucket.start(0.0)
    granted, _wait = bucket.take(1e6, flow, workers, reserve=flow.reserve(lane, 0.9), want=1, cost=cost)
    assert granted == 1


@given(LIMITS, st.integers(1, 50), st.lists(st.floats(0, 5), max_size=40))
def test_a_process_alone_never_exceeds_its_share(per_minute: int, workers: int, pauses: list[float]) -> None:
    flow, bucket, now = Flow.of(per_minute), LocalBucket(), 0.0
    bucket.start(now)
    for pause in pauses:
        now += pause
        bucket.take(now, flow, workers, reserve=0.0, want=10**6, cost=1.0)
        assert bucket.spent <= now * flow.rate / workers + 1e-3


def test_a_clock_that_is_put_back_fills_nothing() -> None:
    flow, bucket = Flow.of(6000), LocalBucket()
    bucket.start(1000.0)
    assert bucket.take(400.0, flow, 1, reserve=0.0, want=5, cost=1.0)[0] == 0


def test_the_wait_is_for_what_is_missing() -> None:
    assert seconds_until(3, 1.0, rate=2.0, reserve=4.0, cost=2.0) == pytest.approx(4.5)
    assert seconds_until(1, 50.0, rate=2.0, reserve=4.0, cost=2.0) == 0.0
