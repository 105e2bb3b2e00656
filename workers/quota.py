"""A platform's daily quota: how much of it a broadcast may still use, and when it starts anew. Pure, but for the book.

Status notices own a reserved share. A broadcast slows down below twice that share, in proportion, and stops at it;
status goes on to the last one, which only the platform knows (docs: design 7; zalo 6.5).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import structlog

from channels.later import AFTER_MIDNIGHT, VIETNAM_TIME
from storage.errors import StorageError

SAVE_SECONDS = 30.0  # what the operator reads may be half a minute old

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Quota:
    """What a platform said is left of today's messages, and how many there were (None: it did not say)."""

    remaining: int
    total: int | None = None


def broadcast_share(remaining: int, total: int | None, *, reserved: float) -> float:
    """Return how much of its usual speed a broadcast may have: 1.0 down to 0.0.

    `reserved` is the share of `total` kept for status notices, 0…1. Without a total only an empty quota is known.
    """
    if total is None or total <= 0:
        return 1.0 if remaining > 0 else 0.0
    kept = total * reserved
    if remaining <= kept or remaining <= 0:
        return 0.0
    return min(1.0, (remaining - kept) / kept) if kept > 0 else 1.0


def seconds_to_reset(epoch_seconds: float, at: time = AFTER_MIDNIGHT) -> float:
    """Return for how many seconds an answer given now still tells of the present day (docs: zalo 11, "Quota").

    In the five minutes of grace after midnight nobody knows which day the platform counts, so they end soon.
    """
    local = datetime.fromtimestamp(epoch_seconds, UTC).astimezone(VIETNAM_TIME)
    reset = datetime.combine(local.date(), at, VIETNAM_TIME)
    if local >= reset:
        reset += timedelta(days=1)
    return (reset - local).total_seconds()


async def keep_book(
    read: Callable[[], Mapping[str, Quota]],
    save: Callable[[str, Quota], Awaitable[None]],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Write down by channel what `read` tells and `save` does not know yet, until cancelled. Outages only delay it."""
    saved: dict[str, Quota] = {}
    while True:
        await sleep(SAVE_SECONDS)
        for channel, quota in read().items():
            if saved.get(channel) == quota:
                continue
            try:
                await save(channel, quota)
            except StorageError as error:
                _log.warning("quota_not_saved", channel=channel, error=type(error).__name__)
            else:
                saved[channel] = quota
