"""The duty that keeps nothing longer than set."""

from datetime import timedelta

import structlog

from hoso.settings import Settings
from storage import recipient_lists, retention
from storage.database import Database
from storage.retention import BATCH, Terms
from workers.sweeper import Duty

EVERY_SECONDS = 600.0
MOST_ROUNDS = 20
"""So many batches in a row, then others have their turn; the rest is dropped the next time."""
_log = structlog.get_logger(__name__)


def terms_of(settings: Settings) -> Terms:
    """Return for how long things are kept."""
    return Terms(
        transcript=timedelta(days=settings.chat_retention_days),
        transcript_of_others=timedelta(days=settings.chat_short_retention_days),
        entries=timedelta(days=settings.inbox_retention_days),
    )


async def drop_all_old(database: Database, terms: Terms) -> dict[str, int]:
    """Drop what is too old until nothing is, or `MOST_ROUNDS` batches are done; return how many rows by kind."""
    total: dict[str, int] = {}
    for _ in range(MOST_ROUNDS):
        dropped = await retention.drop_old(database, terms)
        for name, count in dropped.items():
            total[name] = total.get(name, 0) + count
        if all(count < BATCH for count in dropped.values()):
            break
    return total


def retention_duty(settings: Settings, database: Database) -> Duty:
    """Return the duty."""

    async def do() -> None:
        if dropped := await drop_all_old(database, terms_of(settings)):
            _log.info("retention_dropped", **dropped)
        if rows := await recipient_lists.drop_old(database):
            _log.info("lists_dropped", rows=rows)

    return Duty("retention", EVERY_SECONDS, do)
