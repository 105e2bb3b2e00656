"""The officers' list: notices that nobody receives unless a person acts."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Database
from storage.sql import queries

_Q = queries("dead_ends")


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One of them; no personal data. `role`: which of the dossier's people it was for."""

    id: uuid.UUID
    created_at: datetime
    updated_at: datetime
    dossier_code: str | None
    kind: str
    role: str
    lane: str
    state: str
    reason: str | None
    channel: str | None
    sends: int
    agency_code: str | None
    agency_name: str | None


async def undelivered(
    database: Database, *, since: datetime | None = None, unit: str | None = None, limit: int = 1000
) -> Sequence[Undelivered]:
    """Return them, the newest first; `unit` is an agency's code, or a part of its name."""
    rows = await database.fetch(_Q["undelivered"], {"since": since, "unit": unit, "limit": limit})
    return [Undelivered(**row) for row in rows]
