"""What the platform lets be written into a chat after the citizen's last message: how long, and how often."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from storage.database import Connection, fetch
from storage.sql import queries

_Q = queries("handovers")
FREE_WINDOW = timedelta(hours=48)
"""docs: zalo 4.7: free answers after the citizen's last message."""
WINDOW = timedelta(days=7)
"""docs: zalo 4.7: afterwards only templates."""
MAX_TEXT_CHARS = 1800
"""What officers write at once; with the words before it, it fits into one message (docs: zalo 4.1: 2,000)."""
WINDOWED_PLATFORM = "zalo"


class Refusal(StrEnum):
    """Why something cannot be said."""

    NOT_CLAIMED = "not_claimed"  # nobody has this hand-over, or it has ended
    NOT_YOURS = "not_yours"  # another officer has it
    PAID_WINDOW = "paid_window"  # the free 48 hours are over: it costs money now
    WINDOW_OVER = "window_over"  # seven days without a message from the citizen
    TOO_LONG = "too_long"  # for one message
    QUOTA_USED = "quota_used"  # as many answers as the platform takes since the citizen's last message


@dataclass(frozen=True, slots=True)
class WindowRules:
    """What may be said when; `quota`: answers since the citizen's last message, 0 for any number (docs: zalo 4.7)."""

    quota: int = 8
    pays: bool = False
    """Whether an answer may cost money."""


async def refuse(
    connection: Connection,
    *,
    citizen_id: int,
    platform: str,
    last_interaction_at: datetime | None,
    rules: WindowRules,
    now: datetime,
) -> Refusal | None:
    """Return why nothing can be written to a citizen now, or None. Platforms without a window take anything."""
    if platform != WINDOWED_PLATFORM:
        return None
    if last_interaction_at is None or now - last_interaction_at >= WINDOW:
        return Refusal.WINDOW_OVER
    if now - last_interaction_at >= FREE_WINDOW and not rules.pays:
        return Refusal.PAID_WINDOW
    if rules.quota:
        params = {"citizen_id": citizen_id, "since": last_interaction_at}
        if (await fetch(connection, _Q["count_replies"], params))[0]["replies"] >= rules.quota:
            return Refusal.QUOTA_USED
    return None
