"""The decision about each event, against the reference behaviour (docs: public-services 2.2)."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossiers.status import DEFAULT_EXTRAS, EXTRAS, Notice, Status, Transition, notices_of, transition
from status_bridge.event import DossierEvent
from status_bridge.notices import (
    DEMANDS_ACTION,
    Decision,
    DossierStage,
    EventOutcome,
    NoticePolicy,
    decide,
    supplement_fingerprint,
)
from tests.unit.status_bridge.samples import NOW, event, minutes

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
THREE_DAYS = timedelta(days=3)
codes = st.lists(st.integers(1, 10), max_size=12)
extras = st.sets(st.sampled_from(sorted(EXTRAS)))


def _policy(on: Collection[Notice] = DEFAULT_EXTRAS) -> NoticePolicy:
    return NoticePolicy(extras=frozenset(on), max_event_age=THREE_DAYS)


def _run(events: Sequence[DossierEvent], policy: NoticePolicy, stage: DossierStage | None = None) -> list[Decision]:
    decisions: list[Decision] = []
    for each in events:
        decisions.append(
            decide(decisions[-1].stage if decisions else stage or DossierStage(), each, policy=policy, now=NOW)
        )
    return decisions


def _history(statuses: Sequence[int]) -> list[DossierEvent]:
    return [event(status, at=NOW - minutes(60 - place), number=place) for place, status in enumerate(statuses)]


def _told(decisions: Sequence[Decision]) -> list[Notice]:
    return [decision.notice for decision in decisions if decision.notice is not None]


@pytest.mark.parametrize("on", [frozenset(), DEFAULT_EXTRAS, EXTRAS], ids=["none", "default", "all"])
@pytest.mark.parametrize("statuses", NINE)
def test_the_nine_sequences_are_told_as_the_reference_does(statuses: str, on: frozenset[Notice]) -> None:
    numbers = [int(code) for code in statuses.split()]
    assert _told(_run(_history(numbers), _policy(on))) == notices_of(numbers, on)


@given(codes, extras)
def test_any_history_is_told_as_the_reference_does(statuses: list[int], on: set[Notice]) -> None:
    assert _told(_run(_history(statuses), _policy(on))) == notices_of(statuses, on)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 10), st.integers(0, 8)), max_size=12), extras)
def test_in_any_order_only_what_is_newer_is_told(arrivals: list[tuple[int, int]], on: set[Notice]) -> None:
    events = [event(status, at=NOW - minutes(60 - minute), number=n) for n, (status, minute) in enumerate(arrivals)]
    decisions = _run(events, _policy(on))
    told = [each.position for each, decision in zip(events, decisions, strict=True) if decision.notice]
    accepted = [each.position for each, d in zip(events, decisions, strict=True) if d.outcome is EventOutcome.ACCEPTED]
    assert told == sorted(told)
    assert accepted == sorted(accepted)
    if events:
        assert decisions[-1].stage.position == max(each.position for each in events)


@given(codes, extras)
def test_each_notice_knows_what_it_follows_on(statuses: list[int], on: set[Notice]) -> None:
    decisions = [decision for decision in _run(_history(statuses), _policy(on)) if decision.notice]
    assert [d.follows for d in decisions] == [None, *[d.notice for d in decisions]][: len(decisions)]


def test_an_older_event_is_stale_and_changes_nothing() -> None:
    newer, older = event(9), event(4, at=NOW - minutes(1))
    first, second = _run([newer, older], _policy())
    assert (second.outcome, second.notice, second.stage) == (EventOutcome.STALE, None, first.stage)


def test_at_the_same_moment_the_higher_code_is_the_later_one() -> None:
    first, second = _run([event(9), event(4, number=2)], _policy())
    assert second.outcome is EventOutcome.STALE
    first, second = _run([event(4), event(9, number=2)], _policy())
    assert (first.notice, second.notice) == (Notice.ACCEPTED, Notice.FINISHED)


def test_the_same_position_again_is_accepted_and_not_told_twice() -> None:
    _, again = _run([event(9), event(9, number=2)], _policy())
    assert (again.outcome, again.notice) == (EventOutcome.ACCEPTED, None)


def _demand(items: Sequence[str] = ("Giấy khai sinh",), deadline: str | None = "2026-03-10") -> dict[str, Any]:
    return {"supplement": {"items": list(items), "deadline": deadline}}


@pytest.mark.parametrize(
    ("first", "second", "is_told"),
    [
        (_demand(), _demand(), False),
        (_demand(), _demand(["Giấy khai sinh", "Ảnh 3x4"]), True),
        (_demand(), _demand(deadline="2026-03-12"), True),
        (_demand(), _demand(deadline=None), True),
        ({}, _demand(), True),
        ({}, {"supplement": {}}, False),  # says no more than before
        (_demand(), {}, False),  # a repeat without the details takes nothing back
        (_demand(), {"supplement": {"items": [], "deadline": None}}, False),
        ({"reason": "Thiếu ảnh"}, {"reason": "Thiếu ảnh"}, False),
        ({"reason": "Thiếu ảnh"}, {"reason": "Thiếu giấy khai sinh"}, True),  # what the notice shows without items
        (_demand() | {"reason": "a"}, _demand() | {"reason": "b"}, False),  # with items the reason is not shown
        (_demand(deadline="2026-03-10T17:00:00+07:00"), _demand(deadline="2026-03-10T10:00:00Z"), False),
    ],
)
def test_a_second_demand_is_told_when_it_asks_for_something_else(
    first: dict[str, Any], second: dict[str, Any], is_told: bool
) -> None:
    decisions = _run([event(5, **first), event(5, at=NOW + minutes(1), number=2, **second)], _policy())
    assert _told(decisions) == [Notice.SUPPLEMENT] * (2 if is_told else 1)


def test_a_repeat_without_details_does_not_make_the_same_demand_new() -> None:
    history = [
        event(5, **_demand()),
        event(5, at=NOW + minutes(1), number=2),
        event(5, at=NOW + minutes(2), number=3, **_demand()),
    ]
    assert _told(_run(history, _policy())) == [Notice.SUPPLEMENT]


def test_only_a_supplement_has_a_fingerprint() -> None:
    assert supplement_fingerprint(event(5, **_demand())) is not None
    assert supplement_fingerprint(event(4, **_demand())) is None
    assert supplement_fingerprint(event(5)) is None


def test_a_demand_with_the_same_words_is_told_again_after_something_else_was() -> None:
    history = [event(5, **_demand()), event(4, at=NOW + minutes(1)), event(5, at=NOW + minutes(2), **_demand())]
    assert _told(_run(history, _policy())) == [Notice.SUPPLEMENT, Notice.ACCEPTED, Notice.SUPPLEMENT]


def test_what_is_too_old_is_passed_over_and_the_next_step_says_only_what_is_new() -> None:
    old = NOW - THREE_DAYS - timedelta(seconds=1)
    decisions = _run([event(2, at=old), event(4, at=NOW), event(9, at=NOW + minutes(1))], _policy())
    assert [decision.outcome for decision in decisions] == [EventOutcome.ACCEPTED] * 3
    assert _told(decisions) == [Notice.FINISHED]
    assert decisions[0].stage.last_notice is Notice.ACCEPTED
    assert decisions[2].follows is Notice.ACCEPTED


def test_exactly_as_old_as_allowed_is_told() -> None:
    assert _told(_run([event(2, at=NOW - THREE_DAYS)], _policy())) == [Notice.ACCEPTED]


@given(codes)
def test_a_year_of_old_events_tells_nothing(statuses: list[int]) -> None:
    history = [event(s, at=NOW - timedelta(days=365) + minutes(n), number=n) for n, s in enumerate(statuses)]
    assert _told(_run(history, _policy())) == []


def test_a_stop_with_a_reason_is_told_as_a_refusal_when_stops_are_switched_off() -> None:
    assert _told(_run([event(8, reason="Không đủ điều kiện")], _policy(frozenset()))) == [Notice.REFUSED]
    assert _told(_run([event(8)], _policy(frozenset()))) == []
    assert _told(_run([event(8, reason="Không đủ điều kiện")], _policy())) == [Notice.STOPPED]


@given(st.integers(1, 10), st.integers(1, 10))
def test_an_unusual_step_is_told_all_the_same_and_noted(first: int, second: int) -> None:
    _, decision = _run([event(first), event(second, at=NOW + minutes(1))], _policy())
    is_unusual = transition(Status(first), Status(second)) is Transition.ANOMALY
    assert decision.anomaly == (f"{first}>{second}" if is_unusual else None)
    assert decision.outcome is EventOutcome.ACCEPTED


def test_a_dossier_seen_first_in_the_middle_of_its_life_is_noted_from_zero() -> None:
    assert _run([event(9)], _policy())[0].anomaly == "0>9"
    assert _run([event(1)], _policy())[0].anomaly is None


def test_what_asks_for_an_act_is_marked() -> None:
    assert {Notice.REFUSED, Notice.SUPPLEMENT, Notice.FINISHED, Notice.PAYMENT} <= DEMANDS_ACTION
    assert Notice.SUBMITTED not in DEMANDS_ACTION
    assert Notice.ACCEPTED not in DEMANDS_ACTION
