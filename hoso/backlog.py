"""The backlog for Prometheus: read from the tables now and then, so that it is true for all processes together."""

import asyncio
import contextlib

from prometheus_client import Gauge

from storage import brake, inbox, notices
from storage.database import Database
from storage.errors import StorageError

REFRESH_SECONDS = 10.0
NOTICES = Gauge("hoso_notices", "Notices that are not at rest, by state.", ["state"])
DUE = Gauge("hoso_notices_due", "Notices that could go out now, by lane.", ["lane"])
OLDEST = Gauge("hoso_notices_oldest_due_seconds", "How long the oldest due notice has waited, by lane.", ["lane"])
BRAKE = Gauge("hoso_brake_engaged", "1 while the emergency brake stops all sending, by cause.", ["cause"])
WAITING = Gauge("hoso_inbox_waiting", "Platform events that wait to be worked on, by kind.", ["kind"])


async def refresh(database: Database) -> None:
    """Read the figures once; what is gone is gone from the page too."""
    states = await notices.count_states(database)
    lanes = await notices.due_lanes(database)
    kinds = await inbox.due_kinds(database)
    held = await brake.status(database)
    for gauge in (NOTICES, DUE, OLDEST, WAITING, BRAKE):
        gauge.clear()
    BRAKE.labels(held.cause or "none").set(int(held.engaged))
    for state, count in states.items():
        NOTICES.labels(state).set(count)
    for lane, (count, seconds) in lanes.items():
        DUE.labels(lane).set(count)
        OLDEST.labels(lane).set(seconds)
    for kind, count in kinds.items():
        WAITING.labels(kind).set(count)


async def keep_fresh(database: Database) -> None:
    """Read the figures every ten seconds until cancelled."""
    while True:
        with contextlib.suppress(StorageError):  # the page keeps the last figures; readyz tells that PostgreSQL is away
            await refresh(database)
        await asyncio.sleep(REFRESH_SECONDS)
