"""What a process knows of an endpoint: pauses, blocks of a lane, quotas, and what it tells the others."""

import pytest

from workers.lanes import BROADCAST_LANE, LANES, STATUS_LANE, URGENT_LANE
from workers.limit_config import EndpointLimit
from workers.limit_endpoint import LOW_RATE_SECONDS, NO_RATE_LEFT_PAUSE_SECONDS, Endpoint
from workers.limit_store import News
from workers.quota import Quota

DAY = 3600.0


def make(per_minute: int = 6000) -> Endpoint:
    return Endpoint("oa:zalo_template", "zalo_template", EndpointLimit(per_minute=per_minute), 0.3)


def open_lanes(endpoint: Endpoint, now: float) -> set[str]:
    return {lane for lane in LANES if endpoint.pools[lane].shut_until <= now}


def test_a_pause_shuts_every_lane_and_is_never_shortened() -> None:
    endpoint = make()
    endpoint.pause_for(60, 100, cause="-32", is_news=True)
    endpoint.pause_for(5, 100, cause="-32", is_news=True)
    assert open_lanes(endpoint, 159) == set()
    assert open_lanes(endpoint, 160) == set(LANES)


def test_a_block_shuts_its_own_lane() -> None:
    endpoint = make()
    endpoint.block_lane(STATUS_LANE, DAY, 100, cause="-144", is_news=True)
    assert open_lanes(endpoint, 101) == {URGENT_LANE, BROADCAST_LANE}


def test_a_quota_at_its_reserve_shuts_broadcasts_until_the_day_ends_or_more_is_left() -> None:
    endpoint = make()
    endpoint.note_quota(Quota(300, 1000), 100, DAY, is_news=True)
    assert open_lanes(endpoint, 101) == {URGENT_LANE, STATUS_LANE}
    assert open_lanes(endpoint, 100 + DAY) == set(LANES)
    endpoint.note_quota(Quota(900, 1000), 200, DAY, is_news=True)
    assert open_lanes(endpoint, 201) == set(LANES)


def test_a_quota_of_yesterday_slows_nothing_down() -> None:
    endpoint = make()
    endpoint.note_quota(Quota(450, 1000), 100, DAY, is_news=True)
    assert endpoint.broadcast_cost(101) == pytest.approx(2.0)
    assert endpoint.broadcast_cost(100 + DAY) == 1.0


def test_the_platforms_own_lower_limit_is_kept_and_left_again() -> None:
    endpoint = make(6000)
    flow = endpoint.flow
    endpoint.note_rate(600, 600, 100)
    assert endpoint.flow is not None
    assert flow is not None
    assert endpoint.flow.rate < flow.rate / 9
    endpoint.note_rate(60_000, 60_000, 101)
    assert endpoint.flow == flow


def test_without_a_limit_of_ours_the_platforms_makes_none() -> None:
    endpoint = make(0)
    endpoint.note_rate(600, 600, 100)
    assert endpoint.flow is None


def test_little_rate_left_slows_broadcasts_down_for_a_moment_and_none_left_pauses_all() -> None:
    endpoint = make()
    endpoint.note_rate(1000, 450, 100)
    assert endpoint.broadcast_cost(101) == pytest.approx(2.0)
    endpoint.note_rate(1000, 200, 102)
    assert open_lanes(endpoint, 103) == {URGENT_LANE, STATUS_LANE}
    assert open_lanes(endpoint, 102 + LOW_RATE_SECONDS) == set(LANES)
    endpoint.note_rate(1000, 0, 110)
    assert open_lanes(endpoint, 110 + NO_RATE_LEFT_PAUSE_SECONDS - 1) == set()


def test_news_is_told_once_and_what_came_up_meanwhile_again() -> None:
    endpoint = make()
    endpoint.pause_for(60, 100, cause="-32", is_news=True)
    endpoint.block_lane(STATUS_LANE, DAY, 100, cause="-144", is_news=True)
    endpoint.note_quota(Quota(5, 10), 100, DAY, is_news=True)
    told = endpoint.tell(100)
    assert told == News(60.0, (0.0, DAY, 0.0), Quota(5, 10), None, DAY)
    endpoint.pause_for(120, 101, cause="-32", is_news=True)
    endpoint.mark_told(told, 100)
    again = endpoint.tell(102)
    assert (again.pause_seconds, again.blocks, again.facts_seconds) == (119.0, (0.0, 0.0, 0.0), 0.0)


def test_what_others_were_told_holds_here_and_is_not_told_back() -> None:
    endpoint = make()
    endpoint.learn(News(30.0, (0.0, 0.0, DAY), Quota(700, 1000), 1200, DAY), 100)
    assert open_lanes(endpoint, 101) == set()
    assert open_lanes(endpoint, 131) == {URGENT_LANE, STATUS_LANE}
    assert (endpoint.quota, endpoint.rate_limit) == (Quota(700, 1000), 1200)
    told = endpoint.tell(101)
    assert (told.pause_seconds, told.blocks, told.facts_seconds) == (0.0, (0.0, 0.0, 0.0), 0.0)


def test_own_news_is_not_overwritten_by_what_others_knew_before() -> None:
    endpoint = make()
    endpoint.note_quota(Quota(4, 10), 100, DAY, is_news=True)
    endpoint.learn(News(quota=Quota(5, 10), facts_seconds=DAY), 101)
    assert endpoint.quota == Quota(4, 10)


async def test_an_unknown_lane_counts_as_status() -> None:
    endpoint = make()
    assert endpoint.pool("elsewhere") is endpoint.pools[STATUS_LANE]
