"""Keeps a process's words of notices the ones in force, which officers change in the console."""

from __future__ import annotations

import time

import structlog

from status_bridge.composition import Composer
from storage import templates
from storage.database import Database
from storage.errors import DatabaseUnavailable

LOOK_SECONDS = 10.0
"""How long after an approval a process may still say the old words."""
log = structlog.get_logger()


class TextKeeper:
    """Looks now and then whether other words are in force; `freshen` costs one small statement in ten seconds."""

    def __init__(self, database: Database, composer: Composer) -> None:
        self._database = database
        self._composer = composer
        self._known = 0
        self._looked_at = float("-inf")

    async def freshen(self) -> None:
        """Let the composer say what is in force; while the database is away, what was so before."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        try:
            newest = await templates.newest(self._database)
            if newest == self._known:
                return
            self._composer.use(await templates.in_force(self._database))
        except DatabaseUnavailable:
            self._looked_at = float("-inf")
            return
        self._known = newest
        log.info("words_in_force", approvals=newest)
