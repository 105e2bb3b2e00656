"""The city's hours as delivery and its sweeper need them, put together from settings."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from dossiers.calendar import QuietHours
from hoso.settings import Settings
from status_bridge.digest import Digests
from status_bridge.hours import phone_key
from storage.crypto import Cipher
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.notices import ClaimedNotice
from workers.collapsing import collapse_backlog
from workers.releasing import digest_duty
from workers.sweeper import Duty

COLLAPSE_AT_START_SECONDS = 10.0
"""A worker that is longer in starting counts as stuck."""
log = structlog.get_logger()


async def collapse_at_start(settings: Settings, database: Database) -> None:
    """Bring what waited while nobody worked down to what still holds, before the first of it goes out."""
    try:
        async with asyncio.timeout(COLLAPSE_AT_START_SECONDS):
            overtaken = await collapse_backlog(database, patience_seconds=settings.backlog_seconds)
    except (DatabaseUnavailable, TimeoutError) as error:
        log.warning("backlog_not_collapsed", cause=type(error).__name__)  # the sweeper goes on with it
        return
    if overtaken:
        log.info("notices_overtaken", notices=overtaken)


def decent_delay(settings: Settings) -> Callable[[float, ClaimedNotice], float]:
    """A retry does not wake anybody either: its delay is stretched to the end of the night or of the holidays.

    What is urgent is not held by them, as at intake.
    """
    hours = settings.decent_hours
    is_always_decent = not hours.quiet.is_set and hours.calendar is None

    def stretch(delay_seconds: float, notice: ClaimedNotice) -> float:
        if notice.known.quiet is not None:
            # Somebody's own hours stand in for the city's: both together might leave none.
            judge = replace(hours, quiet=QuietHours(*notice.known.quiet))
        elif is_always_decent:
            return delay_seconds
        else:
            judge = hours
        return judge.stretch(
            delay_seconds, datetime.now(UTC), notice.urgent_until, notice.lane, key=phone_key(notice.phone)
        )

    return stretch


def merges_notices(settings: Settings) -> bool:
    """Return whether notices over the day's limit are said together."""
    return settings.day_limit is not None and settings.day_limit.merges


def hours_duties(settings: Settings, database: Database, cipher: Cipher) -> tuple[Duty, ...]:
    """Return what the sweeper does for phones that reached the day's limit."""
    if not merges_notices(settings):
        return ()
    return (digest_duty(database, cipher, Digests(hotline=settings.hotline, zone=settings.zone)),)
