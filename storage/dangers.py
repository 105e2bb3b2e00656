"""Words of danger in a chat: answered in full once in a while, so that nobody is told the same thing ten times."""

from __future__ import annotations

from storage.database import Database
from storage.sql import queries

_Q = queries("dangers")


async def begin_answer(database: Database, citizen_id: int, *, entry_id: int, every_seconds: float) -> bool:
    """Return whether to answer in full now, and note that; the same entry again gets the same answer."""
    params = {"citizen_id": citizen_id, "entry_id": entry_id, "seconds": every_seconds}
    return bool(await database.fetch(_Q["begin"], params))
