"""How far the answer to an inbox entry got, kept as a note on the entry: what keeps a crash from answering twice.

The note is committed before each request to the platform. Found again after a crash it says that one request may have
gone out; then that one is repeated once, and never more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

_NOTE = re.compile(r"(waiting|sending|repeating) sent=(\d{1,4}) waits=(\d{1,4})")


class Phase(StrEnum):
    """What was under way when the note was written."""

    WAITING = "waiting"  # nothing
    SENDING = "sending"  # a reply may be out
    REPEATING = "repeating"  # the one repeat of a reply that may have been out


@dataclass(frozen=True, slots=True)
class Progress:
    """Replies that the platform accepted, and how often the work was put back on purpose."""

    phase: Phase = Phase.WAITING
    sent: int = 0
    waits: int = 0

    @classmethod
    def read(cls, note: str | None) -> Progress:
        """Return what a note says; none, or another note, is a fresh start."""
        match = _NOTE.fullmatch(note or "")
        return cls() if match is None else cls(Phase(match[1]), int(match[2]), int(match[3]))

    def __str__(self) -> str:
        return f"{self.phase} sent={self.sent} waits={self.waits}"

    def begin_send(self) -> Progress:
        """Return the progress to commit before the next reply leaves."""
        return replace(self, phase=Phase.SENDING if self.phase is Phase.WAITING else Phase.REPEATING)

    def end_send(self) -> Progress:
        """Return the progress after the platform accepted a reply."""
        return replace(self, phase=Phase.WAITING, sent=self.sent + 1)

    def put_back(self) -> Progress:
        """Return the progress of work that waits for another try, because the platform did not take the reply."""
        return replace(self, phase=Phase.WAITING, waits=self.waits + 1)
