"""Rows that stay in one state for longer than anything healthy takes."""

from dataclasses import asdict, dataclass

from storage.database import Database
from storage.sql import queries

_Q = queries("stuck")


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many seconds beyond its due time (or lease) a row may stay where it is."""

    pending: float = 900.0
    broadcast: float = 6 * 3600.0
    """Pending, of a broadcast: a hundred thousand take hours at the platform's rate."""
    held: float = 900.0
    sending: float = 120.0
    in_doubt: float = 300.0
    inbox: float = 300.0


async def count(database: Database, patience: Patience) -> dict[str, int]:
    """Return how many rows stay too long, by state (`inbox` for platform events); at most 10,000 of each."""
    rows = await database.fetch(_Q["count"], asdict(patience))
    return {row["state"]: row["notices"] for row in rows}
