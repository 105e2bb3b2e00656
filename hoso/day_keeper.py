"""Keeps a process's calendars true to the days that officers declare in the console."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import structlog

from dossiers.city_days import CityDays
from hoso.moments import utc_now
from storage import calendar_days
from storage.database import Database
from storage.errors import DatabaseUnavailable

LOOK_SECONDS = 5.0
"""How long after a day was declared a process may still not know; pages promise ten seconds."""
REMEMBERED_DAYS = 400
"""Days of the past count too: how many working days a dossier is late."""
log = structlog.get_logger()


class DayKeeper:
    """Looks now and then which days are declared: a small statement in five seconds."""

    def __init__(self, database: Database, days: CityDays) -> None:
        self._database = database
        self._days = days
        self._looked_at = float("-inf")

    async def freshen(self) -> None:
        """Let the calendars know what is declared; while the database is away, what was so before."""
        if time.monotonic() - self._looked_at >= LOOK_SECONDS:
            await self.look()

    async def look(self) -> None:
        """The same, at once."""
        self._looked_at = time.monotonic()
        first = (utc_now() - timedelta(days=REMEMBERED_DAYS)).date()
        try:
            found = calendar_days.by_unit(await calendar_days.known(self._database, first))
        except DatabaseUnavailable:
            self._looked_at = float("-inf")
            return
        if found != self._days.by_unit:
            self._days.use(found)
            log.info("declared_days", days=sum(len(one.holidays | one.extra_working_days) for one in found.values()))

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)
