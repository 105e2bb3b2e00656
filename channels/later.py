"""When a "not now" ends: the platform's night and quota resets, in Vietnam's time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone
from enum import StrEnum

# Vietnam has had one offset and no summer time since 1975, so no time zone database is needed (bare machines lack it).
VIETNAM_TIME = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

MORNING = time(6, 5)  # docs: zalo 4.8 row -234 and 6.6 row -133: "L 06:05"
AFTER_MIDNIGHT = time(0, 5)  # docs: zalo 11 "Quota": reset at 00:00 Asia/Ho_Chi_Minh, inferred; five minutes of grace


class Until(StrEnum):
    """What we are waiting for."""

    MORNING = "morning"  # the platform's night ends
    NEXT_DAY = "next_day"  # a daily quota starts anew
    NEXT_MONTH = "next_month"  # a monthly quota starts anew


def not_before(until: Until, now: datetime) -> datetime:
    """The first moment, in UTC, at which what we wait for has happened. `now` must carry an offset."""
    local = now.astimezone(VIETNAM_TIME)
    if until is Until.MORNING:
        morning = datetime.combine(local.date(), MORNING, VIETNAM_TIME)
        return (morning if local < morning else morning + timedelta(days=1)).astimezone(UTC)
    if until is Until.NEXT_DAY:
        first_day = local.date() + timedelta(days=1)
    else:
        first_day = (local.date().replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime.combine(first_day, AFTER_MIDNIGHT, VIETNAM_TIME).astimezone(UTC)
