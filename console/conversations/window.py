"""What the answer window allows at the moment, in words; pure (docs: zalo 4.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.chat_window import Refusal, Standing


@dataclass(frozen=True, slots=True)
class WindowView:
    """What is written beside the answer's field; `word` is below `conversations.window`."""

    tone: str
    word: str
    until: datetime | None
    """When that changes"""
    left: int | None
    """Answers that the platform takes until the citizen writes again; None: any number"""


def describe(standing: Standing, *, pays: bool, now: datetime) -> WindowView:
    """Return what to tell an officer before an answer is written; `pays`: an answer may cost money."""
    left = max(0, standing.quota - standing.replies) if standing.quota else None
    match standing.refusal:
        case Refusal.WINDOW_OVER:
            return WindowView("bad", "never" if standing.closes_at is None else "over", standing.closes_at, 0)
        case Refusal.PAID_WINDOW:
            return WindowView("bad", "paid_not_allowed", standing.closes_at, 0)
        case Refusal.QUOTA_USED:
            return WindowView("bad", "quota_used", None, 0)
    if standing.closes_at is None:
        return WindowView("good", "open", None, left)
    if standing.is_free(now):
        return WindowView("good", "free_then_paid" if pays else "free", standing.free_until, left)
    return WindowView("warn", "paid", standing.closes_at, left)
