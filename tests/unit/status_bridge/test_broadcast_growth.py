"""What was decided on by its count, and whether it still is that at the start. Pure."""

from datetime import UTC, datetime

import pytest

from status_bridge.broadcasts.config import BroadcastConfig
from status_bridge.broadcasts.rules import has_outgrown
from status_bridge.route_policy import Policy
from storage.broadcasts import Estimate

CONFIG = BroadcastConfig(
    route=Policy(channels=frozenset({"zalo_template"})),
    templates={},
    official_domains=(),
    approval_people=100,
    approval_cost_vnd=50_000,
)


@pytest.mark.parametrize(
    ("counted", "cost_vnd", "now", "is_alone", "wanted"),
    [
        ((1000, 1000), 200_000, 1100, False, False),
        ((1000, 1000), 200_000, 1101, False, True),
        ((5, 5), 1000, 25, False, False),
        ((5, 5), 1000, 26, False, True),
        ((99, 99), 19_800, 99, True, False),
        ((99, 99), 19_800, 100, True, True),
        ((99, 99), 19_800, 100, False, False),
        ((120, 90), 18_000, 129, True, False),
        ((120, 90), 18_000, 130, True, True),
        ((90, 90), 49_000, 91, True, False),
        ((90, 90), 49_000, 92, True, True),
        ((90, 90), 49_000, 92, False, False),
        ((120, 90), 18_000, 60, True, False),
    ],
)
def test_both_thresholds_hold_at_the_start_where_nobody_else_looked(
    counted: tuple[int, int], cost_vnd: int, now: int, is_alone: bool, wanted: bool
) -> None:
    asked, people = counted
    estimate = Estimate(
        counted_at=datetime(2026, 3, 2, tzinfo=UTC),
        asked=asked,
        people=people,
        by_channel={},
        opted_out=0,
        no_way=0,
        cost_vnd=cost_vnd,
        seconds=1,
        quota_remaining=None,
        quota_left_for_status=None,
        week={},
        previous=None,
    )
    assert has_outgrown(estimate, now, CONFIG, is_alone=is_alone) is wanted
