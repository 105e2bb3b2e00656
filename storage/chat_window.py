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


@dataclass(frozen=True, slots=True)
class Standing:
    """How the window of a chat stands: what people are shown before they write."""

    refusal: Refusal | None
    """Why nothing can be written now"""
    free_until: datetime | None
    """When answers begin to cost money; None: they never do, or nobody has ever written"""
    closes_at: datetime | None
    """When the platform takes no answer any more; None: never"""
    replies: int
    """Given, or on their way, since the citizen's last message"""
    quota: int
    """Of them; 0: any number"""

    def is_free(self, now: datetime) -> bool:
        """Whether an answer given now costs nothing."""
        return self.free_until is None or now < self.free_until


async def look(
    connection: Connection,
    *,
    citizen_id: int,
    platform: str,
    last_interaction_at: datetime | None,
    rules: WindowRules,
    now: datetime,
) -> Standing:
    """Return how the window of a citizen's chat stands; `refusal` as `refuse` says."""
    refusal = await refuse(
        connection,
        citizen_id=citizen_id,
        platform=platform,
        last_interaction_at=last_interaction_at,
        rules=rules,
        now=now,
    )
    if platform != WINDOWED_PLATFORM or last_interaction_at is None:
        return Standing(refusal, None, None, 0, 0)
    params = {"citizen_id": citizen_id, "since": last_interaction_at}
    [row] = await fetch(connection, _Q["count_replies"], params)
    return Standing(
        refusal, last_interaction_at + FREE_WINDOW, last_interaction_at + WINDOW, int(row["replies"]), rules.quota
    )


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
