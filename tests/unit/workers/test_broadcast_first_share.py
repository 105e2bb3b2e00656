"""The first share of a broadcast: what a few people can tell, and what they cannot. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage.audiences import Audience
from storage.broadcast_rows import Group, Moving
from storage.broadcasts import Message
from workers.broadcasts.canary import is_over, tells_nothing
from workers.broadcasts.config import STAND_INS, BroadcastConfig
from workers.broadcasts.releasing import next_mark
from workers.broadcasts.tally import Totals
from workers.broadcasts.watch import Seen, judge

NOW = datetime(2026, 3, 4, 2, tzinfo=UTC)
CONFIG = BroadcastConfig()


def broadcast(**facts: Any) -> Moving:
    values: dict[str, Any] = {
        "id": 1,
        "number": "TB-AAAAAAAA",
        "unit": "H17.33.2",
        "purpose": "information",
        "urgent": False,
        "category": None,
        "message": Message(text="…"),
        "audience": Audience(),
        "state": "canary",
        "resumes_as": None,
        "canary_percent": 1.0,
        "progress": {},
        "cursor": None,
        "rows": 300,
        "released": 3,
        "canary_until": NOW - timedelta(seconds=1),
        "created_at": NOW,
        "now": NOW,
    }
    return Moving(**{**values, **facts})


def totals(*groups: tuple[str, str | None, int]) -> Totals:
    found = Totals()
    for state, reason, number in groups:
        found.add(Group(state, reason, "zalo_template", False, number, 0, 0))
    return found


BUSY = ("held", "daily_limit", 3)
LATER = ("held", "broadcast", 297)


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        (Seen(outcomes=1, unreached=1), None),
        (Seen(outcomes=2, unreached=2), "unreached"),
        (Seen(outcomes=1, complaints=1), None),
        (Seen(outcomes=40, complaints=1), None),
        (Seen(outcomes=40, complaints=2), "complaints"),
        (Seen(outcomes=1, failed=1), "failures"),
    ],
)
def test_one_person_out_of_reach_or_who_wants_no_more_stops_nothing_and_one_failure_does(
    seen: Seen, wanted: str | None
) -> None:
    assert judge(seen, CONFIG, is_canary_over=True) == wanted


@pytest.mark.parametrize(
    ("facts", "groups", "over", "nothing"),
    [
        ({}, [BUSY, LATER], False, True),
        ({}, [("held", "daily_limit", 2), ("accepted", None, 1), LATER], True, False),
        ({}, [("held", "daily_limit", 2), ("pending", None, 1), LATER], False, False),
        ({"released": 2}, [("held", "daily_limit", 2), LATER], False, False),
        ({}, [("suppressed", "opted_out", 3), LATER], False, True),
        ({"released": 23}, [("suppressed", "opted_out", 23), ("held", "broadcast", 277)], True, True),
        ({"released": 23}, [("held", "daily_limit", 23), ("held", "broadcast", 277)], False, True),
        ({"canary_until": NOW + timedelta(seconds=1)}, [("accepted", None, 3), LATER], False, False),
        ({"released": 300}, [("accepted", None, 300)], True, False),
        ({"state": "sending"}, [BUSY, LATER], False, False),
    ],
)
def test_a_first_share_is_over_when_it_has_told_something(
    facts: dict[str, Any], groups: list[tuple[str, str | None, int]], over: bool, nothing: bool
) -> None:
    seen, counted = broadcast(**facts), totals(*groups)
    assert (is_over(seen, counted), tells_nothing(seen, counted)) == (over, nothing)


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [({}, 23), ({"released": 23}, 23), ({"rows": 10, "released": 1}, 10), ({"state": "sending"}, 300)],
)
def test_few_stand_in_for_those_who_wait(facts: dict[str, Any], wanted: int) -> None:
    assert next_mark(broadcast(**facts), 0, CONFIG, stand_ins=STAND_INS) == wanted
