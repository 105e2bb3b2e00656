"""What becomes of an outgoing event after a try: pure decisions."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

PAUSES_SECONDS: Final = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 7200.0, 14400.0)
"""After the first failure, the second, …; the last repeats until the day is over."""
JITTER_SHARE: Final = 0.2
"""Pauses are up to so much longer, so that a receiver that comes back is not met by all at once."""
GONE: Final = 410
ASKS_TO_WAIT: Final = frozenset({429, 503})
MAX_WAIT_SECONDS: Final = 86_400.0


class Fate(StrEnum):
    """What is to be done."""

    DELIVERED = "delivered"
    AGAIN = "again"
    FAILED = "failed"  # for a person: its day is over
    GONE = "gone"  # the receiver wants no more, of anything


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status, or (None) what the network did, in a word; `wait_seconds` as asked by Retry-After."""

    status: int | None
    word: str = ""
    wait_seconds: float | None = None

    def __str__(self) -> str:
        return self.word if self.status is None else f"{self.status} {self.word}".rstrip()


@dataclass(frozen=True, slots=True)
class Decision:
    """The fate of an event; when to try it again; for how long nothing else is sent to this receiver."""

    fate: Fate
    due_in_seconds: float = 0.0
    rest_seconds: float = 0.0


def decide(answer: Answer, *, tries: int, seconds_left: float, chance: float) -> Decision:
    """Decide by an answer; `tries` counts this one, `seconds_left` of the event's day, `chance` is in 0..1."""
    if answer.status is not None and 200 <= answer.status < 300:
        return Decision(Fate.DELIVERED)
    if answer.status == GONE:
        return Decision(Fate.GONE)
    pause = PAUSES_SECONDS[min(tries, len(PAUSES_SECONDS)) - 1] * (1 + JITTER_SHARE * chance)
    rest = 0.0
    if answer.status in ASKS_TO_WAIT and answer.wait_seconds is not None:
        rest = min(answer.wait_seconds, MAX_WAIT_SECONDS)
        pause = max(rest, pause if rest == 0 else 0.0)
    if pause > seconds_left:
        return Decision(Fate.FAILED, rest_seconds=rest)
    return Decision(Fate.AGAIN, due_in_seconds=pause, rest_seconds=rest)


def read_retry_after(value: str | None, now: datetime) -> float | None:
    """Return for how many seconds a header Retry-After (seconds, or a date) asks to wait; None for none or nonsense."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)
