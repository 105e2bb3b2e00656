"""The function that judges every fault test finds each kind of broken promise, and nothing where all is well."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage.events import event_key
from storage.notices import tracking_id
from tests.faults.invariants import Doubt, EventRow, Evidence, NoticeRow, Step, find_violations

SOURCE, CODE = "a-source", "H17.33.2-260302-0001"
BEGUN = datetime(2026, 3, 2, 8, tzinfo=UTC)
KINDS = ("submitted", "accepted")
IDS = tuple(uuid.UUID(int=number) for number in (1, 2))


def after(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


def message(number: int, seconds: float, seq: int = 0) -> dict[str, Any]:
    return {"tracking_id": tracking_id(IDS[number]), "seq": seq or number + 1, "at": after(seconds).isoformat()}


def sound_evidence() -> Evidence:
    """Two events of one dossier, both told, in order."""
    keys = [event_key(SOURCE, f"e{number}") for number in (0, 1)]
    return Evidence(
        source=SOURCE,
        answers={"e0": ["accepted", "duplicate"], "e1": ["accepted"]},
        expected={CODE: KINDS},
        events=[EventRow(keys[n], CODE, "accepted", KINDS[n], after(n)) for n in (0, 1)]
        + [EventRow(keys[0], CODE, "duplicate", None, None)],
        notices=[NoticeRow(IDS[n], CODE, n + 1, keys[n], KINDS[n], "delivered", True, 1) for n in (0, 1)],
        steps=[
            Step(IDS[n], *change, False, after(10 + n))
            for n in (0, 1)
            for change in (("pending", "sending"), ("sending", "accepted"), ("accepted", "delivered"))
        ],
        messages=[message(0, 10), message(1, 11)],
        known_messages={tracking_id(notice) for notice in IDS},
    )


def notices(evidence: Evidence, **change: Any) -> Evidence:
    return replace(evidence, notices=[replace(evidence.notices[0], **change), evidence.notices[1]])


def as_broadcast(evidence: Evidence) -> Evidence:
    """The same two notices as rows that follow from no event, and on which nobody has to act."""
    rows = [replace(n, event_key=None, dossier_code=None, ordinal=None, demands_action=False) for n in evidence.notices]
    return replace(evidence, answers={}, expected={}, events=[], notices=rows, broadcast=IDS)


def steps(evidence: Evidence, *more: Step) -> Evidence:
    return replace(evidence, steps=[*evidence.steps, *more])


def test_where_every_promise_is_kept_nothing_is_found() -> None:
    assert find_violations(sound_evidence()) == []


def test_a_second_message_after_a_recorded_doubt_is_no_broken_promise() -> None:
    doubted = replace(sound_evidence(), messages=[message(0, 10), message(0, 15, 2), message(1, 16, 3)])
    assert find_violations(replace(doubted, doubts=[Doubt(IDS[0], after(12))])) == []


def test_a_doubted_message_may_come_after_the_one_that_overtook_it() -> None:
    overtaken = replace(sound_evidence(), messages=[message(1, 11), message(0, 12)])
    assert find_violations(replace(overtaken, doubts=[Doubt(IDS[0], after(10.5))])) == []


def test_a_broadcast_needs_no_events() -> None:
    assert find_violations(as_broadcast(sound_evidence())) == []


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda e: replace(e, answers={**e.answers, "e2": ["accepted"]}), "event e2 was taken"),
        (lambda e: replace(e, streamed={"e3"}), "event e3 was taken"),
        (lambda e: replace(e, events=[*e.events, e.events[0]]), "was taken, but is in the tables"),
        (lambda e: replace(e, answers={"e0": ["accepted", "accepted"]}), "as new more than once"),
        (lambda e: replace(e, answers={"e0": ["rejected"]}), "was answered ['rejected']"),
        (lambda e: replace(e, notices=e.notices[:1]), "more than there are rows"),
        (lambda e: replace(e, notices=[*e.notices, e.notices[0]]), "more than it was announced"),
        (lambda e: replace(e, expected={CODE: (*KINDS, "finished")}), "expected"),
        (lambda e: notices(e, state="pending"), "is still pending"),
        (lambda e: notices(e, state="in_doubt", is_decided=False), "is still in_doubt"),
        (lambda e: replace(e, messages=e.messages[1:]), "no message arrived"),
        (lambda e: replace(e, messages=[message(0, 10), message(0, 10.5, 2), message(1, 11, 3)]), "a second time"),
        (
            lambda e: replace(
                e,
                messages=[message(0, 10), message(0, 10.5, 2), message(1, 11, 3)],
                doubts=[Doubt(IDS[0], after(10.6))],
            ),
            "a second time",
        ),
        (
            lambda e: replace(
                e,
                messages=[*(message(0, 10 + n, n + 1) for n in range(3)), message(1, 14, 4)],
                doubts=[Doubt(IDS[0], after(10.5))],
            ),
            "arrived 3 times",
        ),
        (lambda e: notices(e, sends=3), "counts 3 sends"),
        (lambda e: replace(e, messages=[message(1, 10), message(0, 11)]), "which is newer"),
        (
            lambda e: replace(e, messages=[message(1, 10), message(0, 11)], doubts=[Doubt(IDS[0], after(10.5))]),
            "which is newer",
        ),
        (
            lambda e: replace(
                e,
                messages=[message(0, 9), message(1, 11), message(0, 12, 3)],
                doubts=[Doubt(IDS[0], after(10))],
            ),
            "which is newer",
        ),
        (lambda e: steps(e, Step(IDS[0], "delivered", "pending", True, after(20))), "from delivered to pending"),
        (lambda e: steps(e, Step(IDS[0], "failed", "pending", True, after(20))), "from failed to pending"),
        (
            lambda e: steps(e, Step(IDS[0], "in_doubt", "pending", True, after(20))),
            "from in_doubt (decided) to pending",
        ),
        (lambda e: steps(e, Step(IDS[0], "accepted", "pending", True, after(20))), "from accepted (decided)"),
        (lambda e: replace(e, known_messages={tracking_id(IDS[0])}), "belongs to no notice"),
        (lambda e: replace(as_broadcast(e), notices=as_broadcast(e).notices[:1]), "of a broadcast is gone"),
        (lambda e: replace(as_broadcast(e), broadcast=IDS[:1]), "follows from no event"),
        (
            lambda e: replace(
                as_broadcast(e),
                messages=[message(0, 10), message(0, 15, 2), message(1, 16, 3)],
                doubts=[Doubt(IDS[0], after(12))],
            ),
            "nobody has to act on it",
        ),
    ],
)
def test_each_broken_promise_is_found(spoil: Callable[[Evidence], Evidence], found: str) -> None:
    assert any(found in line for line in find_violations(spoil(sound_evidence())))
