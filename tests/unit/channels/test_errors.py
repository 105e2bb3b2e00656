from __future__ import annotations

import inspect
from datetime import UTC, datetime

import pytest

import channels.errors
from channels.errors import (
    BadMessage,
    ChannelError,
    Later,
    NeedsHuman,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Temporary,
    TokenRejected,
    UnknownCode,
)
from channels.later import Until, not_before

CLASSES = [
    item
    for _, item in inspect.getmembers(channels.errors, inspect.isclass)
    if issubclass(item, ChannelError) and item is not ChannelError
]


@pytest.mark.parametrize("error_class", CLASSES)
def test_the_tree_in_the_module_docstring_names_every_class(error_class: type[ChannelError]) -> None:
    assert f" {error_class.__name__} " in (channels.errors.__doc__ or "")
    assert error_class.__doc__


def test_only_an_unknown_outcome_may_have_been_sent() -> None:
    assert [c for c in CLASSES if c.is_sent_possible] == [OutcomeUnknown]


def test_only_what_never_left_costs_no_send() -> None:
    assert {c for c in CLASSES if not c.counts_as_send} == {c for c in CLASSES if issubclass(c, NotSent)}


def test_nothing_in_doubt_or_unknown_names_itself_retryable() -> None:
    retryable = {c for c in CLASSES if c.retryable}
    assert retryable == {c for c in CLASSES if issubclass(c, (NotSent, Temporary, Later, TokenRejected))}


def test_what_needs_a_person_raises_an_alert() -> None:
    assert {c for c in CLASSES if c.needs_alert} == {
        c for c in CLASSES if issubclass(c, (NeedsHuman, BadMessage, UnknownCode, TokenRejected))
    }


def test_an_error_reads_as_code_and_plain_words() -> None:
    assert str(RateLimited("-32", "too fast")) == "-32: too fast"
    assert str(OutcomeUnknown()) == "OutcomeUnknown"


@pytest.mark.parametrize(
    ("until", "now", "expected"),
    [
        # Vietnam is UTC+7: 22:00 local is 15:00 UTC.
        (Until.MORNING, "2026-01-01T15:00", "2026-01-01T23:05"),
        (Until.MORNING, "2026-01-01T20:00", "2026-01-01T23:05"),
        (Until.MORNING, "2026-01-01T23:05", "2026-01-02T23:05"),
        (Until.NEXT_DAY, "2026-01-01T16:59", "2026-01-01T17:05"),
        (Until.NEXT_DAY, "2026-01-01T17:00", "2026-01-02T17:05"),
        (Until.NEXT_DAY, "2026-12-31T12:00", "2026-12-31T17:05"),
        (Until.NEXT_MONTH, "2026-01-31T16:59", "2026-01-31T17:05"),
        (Until.NEXT_MONTH, "2026-01-31T17:00", "2026-02-28T17:05"),
        (Until.NEXT_MONTH, "2026-12-05T00:00", "2026-12-31T17:05"),
    ],
)
def test_later_names_the_first_possible_moment(until: Until, now: str, expected: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = not_before(until, moment)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert found > moment
    assert Later(until=until).not_before(moment) == found
