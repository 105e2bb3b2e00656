"""The notes that keep a crash from answering twice, and what becomes of an entry after a try."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from bot import outcomes
from bot.progress import Phase, Progress
from channels.errors import (
    BadMessage,
    ChannelError,
    Later,
    NeedsHuman,
    OutcomeUnknown,
    PlatformDown,
    RateLimited,
    RecipientRefused,
    RecipientUnreachable,
    Temporary,
    TokenRejected,
    UnknownCode,
)
from channels.later import Until
from storage.inbox import Entry

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def entry(*, tries: int = 1, age: timedelta = timedelta()) -> Entry:
    return Entry(1, "zalo", "k", "oa", "user_send_text", "message", NOW - age, "{}", tries, uuid.uuid4())


@pytest.mark.parametrize("note", [None, "", "done", "possible duplicate", "sending sent=x waits=1", "sending"])
def test_another_note_is_a_fresh_start(note: str | None) -> None:
    assert Progress.read(note) == Progress()


@pytest.mark.parametrize("phase", list(Phase))
def test_a_note_is_read_as_it_was_written(phase: Phase) -> None:
    progress = Progress(phase, 3, 12)
    assert Progress.read(str(progress)) == progress


def test_a_reply_that_may_be_out_is_repeated_once_and_the_next_one_is_new() -> None:
    begun = Progress().begin_send()
    assert begun.phase is Phase.SENDING
    found_after_crash = Progress.read(str(begun)).begin_send()
    assert found_after_crash.phase is Phase.REPEATING
    assert found_after_crash.end_send() == Progress(Phase.WAITING, 1, 0)
    assert found_after_crash.end_send().begin_send().phase is Phase.SENDING


def test_tries_put_back_on_purpose_do_not_count_as_poison() -> None:
    assert outcomes.count_tries(entry(tries=9), Progress(waits=8)) == 1


@pytest.mark.parametrize(
    ("error", "state", "seconds"),
    [
        (PlatformDown("x"), "pending", 1),
        (PlatformDown("x", retry_after_seconds=42), "pending", 42),
        (RateLimited("-32"), "pending", 60),
        (Temporary("-200"), "pending", 1),
        (TokenRejected("-216"), "pending", 1),
        (Later("-234", until=Until.MORNING), "pending", 54300),
        (OutcomeUnknown("x"), "done", 0),
        (RecipientUnreachable("-230"), "done", 0),
        (RecipientRefused("-217", try_other_channel=False), "done", 0),
        (BadMessage("-201"), "failed", 0),
        (NeedsHuman("-209"), "failed", 0),
        (UnknownCode("-999"), "failed", 0),
    ],
)
def test_every_refusal_has_its_end(error: ChannelError, state: str, seconds: float) -> None:
    finished = outcomes.after_refusal(entry(), error, Progress(), NOW)
    assert (finished.state, finished.due_in_seconds) == (state, seconds)
    if state == "pending":
        assert Progress.read(finished.note).waits == 1


def test_pauses_grow_and_end_after_a_day() -> None:
    error = PlatformDown("x")
    pauses = [outcomes.after_refusal(entry(), error, Progress(waits=n), NOW).due_in_seconds for n in range(10)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 300
    assert outcomes.after_refusal(entry(age=timedelta(hours=24)), error, Progress(), NOW).state == "failed"


def test_a_refused_reply_is_not_counted_as_begun() -> None:
    finished = outcomes.after_refusal(entry(), PlatformDown("x"), Progress().begin_send(), NOW)
    assert Progress.read(finished.note) == Progress(Phase.WAITING, 0, 1)
