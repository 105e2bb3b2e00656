"""A notice that is held back is taken back by what announces something else, and by nothing else."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers.status import DEFAULT_EXTRAS, Notice
from status_bridge.notices import Decision, DossierStage, NoticePolicy, Told, decide
from tests.unit.status_bridge.samples import NOW, event, minutes

POLICY = NoticePolicy(DEFAULT_EXTRAS, timedelta(days=3), dict.fromkeys(Notice, 600.0))
START = DossierStage()
BARE: dict[str, Any] = {"due_at": None}


def _after(stage: DossierStage, status: int, minute: int, *, policy: NoticePolicy = POLICY, **data: Any) -> Decision:
    return decide(stage, event(status, at=NOW + minutes(minute), **data), policy=policy, now=NOW)


def _held(*statuses: int, **data: Any) -> DossierStage:
    """The stage after a history whose last notice is held back; `data` is the last event's."""
    stage = START
    for minute, status in enumerate(statuses):
        decision = _after(stage, status, minute - 60, **(data if minute == len(statuses) - 1 else {}))
        assert decision.notice is not None
        stage = replace(decision.stage, before=decision.told) if minute == len(statuses) - 1 else decision.stage
    return stage


def test_a_corrected_mistake_is_taken_back_and_what_was_told_already_is_not_told_again() -> None:
    decision = _after(_held(2, 3, reason="Nhầm"), 4, 0)
    assert (decision.takes_back, decision.notice) == (True, None)
    assert (decision.stage.last_notice, decision.stage.before) == (Notice.ACCEPTED, None)


def test_a_correction_that_says_something_else_is_told_as_if_the_mistake_had_never_been() -> None:
    decision = _after(_held(2, 3), 9, 0)
    assert (decision.takes_back, decision.notice, decision.follows) == (True, Notice.FINISHED, Notice.ACCEPTED)


def test_the_very_first_notice_can_be_taken_back_too() -> None:
    decision = _after(_held(3), 2, 0)
    assert (decision.takes_back, decision.notice, decision.told) == (True, Notice.ACCEPTED, Told())


@pytest.mark.parametrize("status", [10])
def test_an_event_without_a_notice_of_its_own_leaves_the_hold_as_it_is(status: int) -> None:
    stage = _held(2, 9)
    decision = _after(stage, status, 0)
    assert (decision.takes_back, decision.notice) == (False, None)
    assert decision.stage.before == stage.before == Told(Notice.ACCEPTED, stage.before.detail if stage.before else None)


@pytest.mark.parametrize("data", [{}, {"due_at": None}], ids=["the same words", "fewer words"])
def test_a_repeat_leaves_the_hold_as_it_is(data: dict[str, Any]) -> None:
    stage = _held(2)
    decision = _after(stage, 4, 0, **data)
    assert (decision.takes_back, decision.notice, decision.stage.before) == (False, None, Told())


@pytest.mark.parametrize(
    ("status", "first", "second"),
    [
        (3, {"reason": "Sai"}, {"reason": "Thiếu chữ ký"}),
        (9, {"result": {"place": "Quầy 1"}}, {"result": {"place": "Quầy 2"}}),
        (2, {"due_at": "2026-03-05T17:00:00+07:00"}, {"due_at": "2026-03-06T17:00:00+07:00"}),
        (5, {"supplement": {"items": ["Ảnh"]}}, {"supplement": {"items": ["Tờ khai"]}}),
    ],
)
def test_the_same_notice_in_other_words_replaces_the_held_one(
    status: int, first: dict[str, Any], second: dict[str, Any]
) -> None:
    stage = _held(1, status, **first)
    decision = _after(stage, status, 0, **second)
    assert decision.takes_back
    assert decision.notice is stage.last_notice
    assert decision.follows is Notice.SUBMITTED


def test_a_demand_that_returns_to_the_one_told_before_is_not_told_again() -> None:
    demand = {"supplement": {"items": ["Ảnh"]}}
    told = _after(START, 5, -60, **demand).stage
    held = _after(told, 5, -50, supplement={"items": ["Nhầm"]})
    assert held.notice is Notice.SUPPLEMENT
    decision = _after(replace(held.stage, before=held.told), 5, 0, **demand)
    assert (decision.takes_back, decision.notice) == (True, None)


def test_a_stale_event_takes_nothing_back() -> None:
    stage = _held(2, 3)
    decision = _after(stage, 4, -70)
    assert (decision.outcome.value, decision.takes_back, decision.stage) == ("stale", False, stage)


def test_what_is_too_old_to_be_told_still_takes_back_what_no_longer_holds() -> None:
    stage = _held(2, 3)
    decision = decide(stage, event(9, at=NOW), policy=POLICY, now=NOW + timedelta(days=4))
    assert (decision.takes_back, decision.notice, decision.stage.last_notice) == (True, None, Notice.FINISHED)


def test_words_are_remembered_only_of_what_may_be_held_back() -> None:
    plain = NoticePolicy(DEFAULT_EXTRAS, timedelta(days=3))
    assert _after(START, 3, 0, policy=plain, reason="Sai").stage.last_detail is None
    assert _after(START, 3, 0, reason="Sai").stage.last_detail is not None


@given(st.lists(st.tuples(st.integers(1, 10), st.booleans()), max_size=12))
def test_whatever_is_released_in_time_the_last_word_is_about_the_newest_state(history: list[tuple[int, bool]]) -> None:
    """Each notice is held back; `True` lets it go out before the next event comes."""
    stage, said, waiting = START, list[Notice](), list[Notice]()
    for minute, (status, is_released) in enumerate(history):
        decision = _after(stage, status, minute - 60)
        stage = decision.stage
        if decision.takes_back:
            waiting.clear()
        if decision.notice is not None:
            assert not waiting, "never two held back at once"
            waiting.append(decision.notice)
            stage = replace(stage, before=decision.told)
        if is_released:
            said += waiting
            waiting.clear()
            stage = replace(stage, before=None)
    said += waiting
    assert (said[-1] if said else None) == stage.last_notice
    assert all(one != following for one, following in pairwise(said))
