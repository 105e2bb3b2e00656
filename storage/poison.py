"""Notices with which workers died twice: set aside by `expire_leases`, found here for the alarm."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from storage.database import Database
from storage.sql import queries

_Q = queries("poison")


async def now(database: Database) -> datetime:
    """Return the database's clock."""
    moment: datetime = (await database.fetch(_Q["now"]))[0]["now"]
    return moment


async def found_since(database: Database, since: datetime) -> Sequence[tuple[UUID, datetime]]:
    """Return what was set aside after `since` and when, the oldest first, at most 100."""
    return [(row["id"], row["updated_at"]) for row in await database.fetch(_Q["found"], {"since": since})]
