"""The site's mark: which database this is, and how far it has come; remembered outside too (workers/mark.py)."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Connection, Database, execute, fetch
from storage.sql import queries

_Q = queries("mark")


@dataclass(frozen=True, slots=True)
class SiteMark:
    """What is recorded of the database, and what its server says now.

    `system_identifier` and `database_name` are None before the first tick; `present_system` is None where our role may
    not ask for it. `now` is the server's clock.
    """

    site_id: uuid.UUID
    system_identifier: str | None
    database_name: str | None
    ticks: int
    ticked_at: datetime
    known_sites: Collection[uuid.UUID]
    present_database: str
    now: datetime
    present_system: str | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """How far which database has come."""

    site_id: uuid.UUID
    ticks: int


async def read(database: Database) -> SiteMark:
    """Return the mark, made anew if somebody emptied its table."""
    async with database.transaction() as connection:
        rows = await fetch(connection, _Q["read"])
        if not rows:
            await execute(connection, _Q["make"])
            rows = await fetch(connection, _Q["read"])
        values: dict[str, Any] = dict(rows[0])
        return SiteMark(**values, present_system=await _identify(connection))


async def tick(database: Database, mark: SiteMark) -> Tick:
    """Take one step and return it; it is on disk when this returns."""
    return await _write(database, "tick", {"system_identifier": mark.present_system})


async def adopt(database: Database, mark: SiteMark, remembered: Collection[Tick]) -> Tick:
    """Take the database as ours, whatever was remembered of it; return the tick to remember from now on."""
    params = {
        "ticks": max((one.ticks for one in remembered), default=0),
        "system_identifier": mark.present_system,
        "sites": [one.site_id for one in remembered if one.site_id != mark.site_id],
    }
    return await _write(database, "adopt", params)


async def _write(database: Database, name: str, params: dict[str, Any]) -> Tick:
    async with database.transaction() as connection:
        await execute(connection, _Q["flush"])
        return Tick(**(await fetch(connection, _Q[name], params))[0])


async def _identify(connection: Connection) -> str | None:
    if not (await fetch(connection, _Q["may_identify"]))[0]["allowed"]:
        return None
    return str((await fetch(connection, _Q["identify"]))[0]["system_identifier"])
