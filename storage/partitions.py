"""Monthly partitions of the tables that only grow."""

from storage.database import Database

MONTHS_AHEAD = 3


async def ensure(database: Database, *, months_ahead: int = MONTHS_AHEAD) -> list[str]:
    """Create missing partitions up to `months_ahead` months from now and return their names."""
    rows = await database.fetch("SELECT ensure_partitions(%(months)s) AS name", {"months": months_ahead})
    return [row["name"] for row in rows]
