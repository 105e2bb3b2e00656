"""What becomes of an inbox entry after a try: pure decisions."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.progress import Progress
from channels.errors import ChannelError, Later, NotSent, OutcomeUnknown, RecipientRefused, RecipientUnreachable
from storage.inbox import Entry, Finished

MAX_TRIES = 5
"""After so many tries that failed by our own fault an entry is set aside."""
FAILURE_PAUSES_SECONDS = (1.0, 2.0, 4.0, 8.0)
"""Short: the same person's next messages wait meanwhile."""
REFUSAL_PAUSES_SECONDS = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0)
"""While the platform does not take the reply; the last one repeats."""
GIVE_UP_AFTER = timedelta(hours=24)
"""An answer later than this helps nobody, and stays inside the 48 h in which it is free (docs: zalo 4.7)."""


def count_tries(entry: Entry, progress: Progress) -> int:
    """Return the tries that count, this one included: those put back on purpose do not."""
    return entry.tries - progress.waits


def finish_answered(entry: Entry, *, is_possible_duplicate: bool, note: str | None = None) -> Finished:
    """Done; a reply that a crash may have doubled is noted as such."""
    return Finished(entry.id, entry.token, note="possible duplicate" if is_possible_duplicate else note)


def finish_in_doubt(entry: Entry) -> Finished:
    """Done, as far as anybody can know: chat replies have no receipt to look for, so they are not sent again."""
    return Finished(entry.id, entry.token, note="in_doubt")


def finish_failed(entry: Entry, reason: str) -> Finished:
    """Set aside for a person to look at."""
    return Finished(entry.id, entry.token, state="failed", note=reason)


def after_failure(entry: Entry, progress: Progress) -> Finished:
    """Try again soon, after an error of our own before anything could have gone out."""
    tries = min(count_tries(entry, progress), len(FAILURE_PAUSES_SECONDS))
    pause = FAILURE_PAUSES_SECONDS[max(tries, 1) - 1]
    return Finished(entry.id, entry.token, state="pending", note=str(progress), due_in_seconds=pause)


def after_refusal(entry: Entry, error: ChannelError, progress: Progress, now: datetime) -> Finished:
    """Decide by what the channel raised: again later, in doubt, this person cannot be reached, or for a person."""
    if isinstance(error, OutcomeUnknown):
        return finish_in_doubt(entry)
    if isinstance(error, (RecipientUnreachable, RecipientRefused)):
        return Finished(entry.id, entry.token, note=f"not reachable: {error.code}")
    if not error.retryable:
        return finish_failed(entry, f"{type(error).__name__}: {error.code}")
    pause = _pause_seconds(error, progress, now)
    if now + timedelta(seconds=pause) > entry.received_at + GIVE_UP_AFTER:
        return finish_failed(entry, f"gave up: {error.code}")
    note = str(progress.put_back())
    return Finished(entry.id, entry.token, state="pending", note=note, due_in_seconds=pause)


def _pause_seconds(error: ChannelError, progress: Progress, now: datetime) -> float:
    if isinstance(error, Later):
        return max((error.not_before(now) - now).total_seconds(), 1.0)
    if isinstance(error, NotSent) and error.retry_after_seconds is not None:
        return max(error.retry_after_seconds, 1.0)
    return REFUSAL_PAUSES_SECONDS[min(progress.waits, len(REFUSAL_PAUSES_SECONDS) - 1)]
