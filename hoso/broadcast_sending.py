"""The sending of broadcasts, put together from settings for a worker process."""

from collections.abc import Callable, Collection, Coroutine
from typing import Any

from hoso.broadcasts import broadcast_desk
from hoso.settings import Settings
from hoso.site import Site
from storage.database import Database
from workers.broadcasts.audience_source import AudienceSource
from workers.broadcasts.config import BroadcastConfig
from workers.broadcasts.leader import Broadcasts
from workers.lanes import BROADCAST_LANE

SECONDS_A_MINUTE = 60


def sending_config(settings: Settings) -> BroadcastConfig:
    """Return the window and the watch."""
    return BroadcastConfig(
        ahead=settings.broadcast_ahead,
        canary_seconds=settings.broadcast_canary_minutes * SECONDS_A_MINUTE,
        halt_percent=settings.broadcast_halt_percent,
        unreached_percent=settings.broadcast_unreached_percent,
        complaint_percent=settings.broadcast_complaint_percent,
    )


def broadcast_chores(
    site: Site,
    database: Database,
    lanes: Collection[str],
    *,
    wake: Callable[[str], None],
    tell_staff: Callable[[str], None],
) -> tuple[Callable[[], Coroutine[Any, Any, None]], ...]:
    """Return what moves broadcasts on in a process that sends them; others leave it alone.

    Making a million rows is work: it is done where no status notice waits for the processor.
    """
    if BROADCAST_LANE not in lanes:
        return ()
    settings, cipher = site.settings, site.cipher
    desk = broadcast_desk(site, database, cipher, ring=wake, tell_staff=tell_staff)
    source = AudienceSource(database, cipher, desk.config.audience, is_unicode=settings.sms_unicode)
    broadcasts = Broadcasts(
        database,
        cipher,
        source,
        hours=settings.decent_hours,
        limit=settings.day_limit,
        config=sending_config(settings),
        wake=wake,
        start_due=desk.begin_due,
        tell_staff=tell_staff,
    )
    return (broadcasts.run,)
