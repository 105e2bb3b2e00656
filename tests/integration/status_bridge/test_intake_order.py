"""Whatever the order, the number of times and the company in which events come: what is told is right."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dossiers.status import DEFAULT_EXTRAS, Notice, Status, notice_for, notices_of
from status_bridge.results import EventResult
from tests.integration.status_bridge.bridge import FIVE_ONLY, Bridge, history, new_code, raw_event

NINE = [
    "1 2 4 4 9 10",
    "2 4 9 10",
    "1 3",
    "1 5 2 4 9 10",
    "2 4 5 4 5 4 9",
    "2 4 8 4 9",
    "2 4 6 4 9",
    "1 10",
    "2 4 9 4 9",
]
nine = pytest.mark.parametrize("statuses", [[int(code) for code in each.split()] for each in NINE], ids=NINE)


def _position(event: dict[str, Any]) -> tuple[str, int]:
    return event["time"], event["data"]["status"]


async def assert_sound(
    bridge: Bridge, code: str, offered: Sequence[dict[str, Any]], results: Sequence[EventResult]
) -> None:
    """What must hold after any delivery: nothing twice, nothing old after something new, everything accounted for."""
    assert len(results) == len(offered)
    assert await bridge.outcomes(code) == Counter(result.outcome.value for result in results)
    by_id: dict[str, list[str]] = {}
    for event, result in zip(offered, results, strict=True):
        assert (result.id, result.dossier) == (event["id"], code)
        by_id.setdefault(event["id"], []).append(result.outcome.value)
    for outcomes in by_id.values():
        assert sum(outcome != "duplicate" for outcome in outcomes) == 1
    sent = await bridge.notices(code)
    assert len({row["id"] for row in sent}) == len(sent)
    assert [row["ordinal"] for row in sent] == list(range(1, len(sent) + 1))
    positions = [(row["event_time"], row["event_status"]) for row in sent]
    assert positions == sorted(positions)
    kinds = [row["kind"] for row in sent]
    assert all(one != next_one for one, next_one in pairwise(kinds))
    answered = Counter(result.notice.value for result in results if result.notice)
    assert answered == Counter(kinds)
    # The last thing said is about the newest event that is said at all.
    newest = max(offered, key=_position)
    dossier = await bridge.dossier(code)
    assert (dossier["status"], dossier["notices"]) == (newest["data"]["status"], len(sent))
    notice = notice_for(Status(newest["data"]["status"]), extras=bridge.config.policy.extras)
    if notice is not None:
        assert kinds[-1] == notice == dossier["last_notice"]


async def _one_by_one(bridge: Bridge, events: Sequence[dict[str, Any]]) -> list[EventResult]:
    return [(await bridge.take([event]))[0] for event in events]


@nine
async def test_in_order_one_by_one(bridge: Bridge, statuses: list[int]) -> None:
    events = history(code := new_code(), statuses)
    results = await _one_by_one(bridge, events)
    assert await bridge.told(code) == notices_of(statuses, DEFAULT_EXTRAS)
    assert [result.notice for result in results if result.notice] == notices_of(statuses, DEFAULT_EXTRAS)
    await assert_sound(bridge, code, events, results)
    assert bridge.rings == ["status"] * len(await bridge.told(code))


async def test_in_one_batch_in_order_and_shuffled(bridge: Bridge) -> None:
    chance = random.Random(7)
    for text in NINE:
        statuses = [int(code) for code in text.split()]
        for is_shuffled in (False, True, True):
            events = history(code := new_code(), statuses)
            if is_shuffled:
                chance.shuffle(events)
            results = await bridge.take(events)
            assert await bridge.told(code) == notices_of(statuses, DEFAULT_EXTRAS)
            await assert_sound(bridge, code, events, results)


async def test_without_the_extras_only_the_five_are_told(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, FIVE_ONLY) as bridge:
        for text in NINE:
            statuses = [int(code) for code in text.split()]
            results = await bridge.take(events := history(code := new_code(), statuses))
            assert await bridge.told(code) == notices_of(statuses)
            await assert_sound(bridge, code, events, results)


async def test_backwards_shuffled_and_each_twice_nothing_old_is_told_after_something_new(bridge: Bridge) -> None:
    chance = random.Random(11)
    for text in NINE:
        statuses = [int(code) for code in text.split()]
        for arrange in ("backwards", "shuffled", "twice", "twice shuffled"):
            events = history(code := new_code(), statuses)
            if arrange == "backwards":
                events.reverse()
            if "twice" in arrange:
                events = [event for event in events for _ in range(2)]
            if "shuffled" in arrange:
                chance.shuffle(events)
            results = await _one_by_one(bridge, events)
            await assert_sound(bridge, code, events, results)
            if arrange == "twice":
                assert await bridge.told(code) == notices_of(statuses, DEFAULT_EXTRAS)
            if arrange == "backwards":
                assert len(await bridge.told(code)) <= 1


async def test_from_four_processes_at_once(postgres_url: str) -> None:
    async with AsyncExitStack() as stack:
        bridges = [await stack.enter_async_context(Bridge.open(postgres_url, max_size=4)) for _ in range(4)]
        for text in NINE:
            events = history(code := new_code(), [int(code) for code in text.split()])
            offered = [event for event in events for _ in range(2)]
            taken = await asyncio.gather(*(bridges[place % 4].take([event]) for place, event in enumerate(offered)))
            await assert_sound(bridges[0], code, offered, [results[0] for results in taken])


async def test_the_same_batch_taken_by_four_at_once_counts_once(postgres_url: str) -> None:
    async with AsyncExitStack() as stack:
        bridges = [await stack.enter_async_context(Bridge.open(postgres_url)) for _ in range(4)]
        codes = [new_code() for _ in range(30)]
        batch = [event for code in codes for event in history(code, [1, 2, 4, 9])]
        answers = await asyncio.gather(*(bridge.take(batch) for bridge in bridges))
        for place, event in enumerate(batch):
            outcomes = sorted(answer[place].outcome.value for answer in answers)
            assert outcomes == ["accepted", "duplicate", "duplicate", "duplicate"], event["id"]
        for code in codes:
            assert await bridges[0].told(code) == [Notice.SUBMITTED, Notice.ACCEPTED, Notice.FINISHED]
            assert await bridges[0].outcomes(code) == {"accepted": 4, "duplicate": 12}


async def test_overlapping_batches_in_opposite_order_do_not_stop_each_other(postgres_url: str) -> None:
    async with AsyncExitStack() as stack:
        bridges = [await stack.enter_async_context(Bridge.open(postgres_url)) for _ in range(2)]
        codes = [new_code() for _ in range(60)]
        for minute, status in enumerate((1, 2, 5, 9)):
            one = [raw_event(code, status, minute=minute) for code in codes]
            other = [raw_event(code, status, minute=minute + 0.5) for code in reversed(codes)] + one[::-1]
            results, others = await asyncio.gather(bridges[0].take(one), bridges[1].take(other))
            assert {r.outcome.value for r in [*results, *others]} <= {"accepted", "duplicate", "stale"}
        for code in codes:
            told = await bridges[0].told(code)
            assert told[-1] is Notice.FINISHED
            assert len(told) == len(set(told))
            assert sum((await bridges[0].outcomes(code)).values()) == 12


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    arrivals=st.lists(st.tuples(st.integers(1, 10), st.integers(0, 6), st.integers(0, 5)), min_size=1, max_size=10),
    cuts=st.lists(st.integers(1, 4), min_size=10, max_size=10),
)
async def test_any_history_in_any_batches(
    bridge: Bridge, arrivals: list[tuple[int, int, int]], cuts: list[int]
) -> None:
    code = new_code()
    # The same number is the same event: its content is that of its first arrival.
    contents = {number: (status, minute) for status, minute, number in reversed(arrivals)}
    offered = [
        raw_event(code, contents[number][0], minute=contents[number][1], event_id=f"{code}-{number}")
        for *_, number in arrivals
    ]
    results: list[EventResult] = []
    rest = list(offered)
    for cut in cuts:
        batch, rest = rest[:cut], rest[cut:]
        if batch:
            results += await bridge.take(batch)
    await assert_sound(bridge, code, offered, results)
