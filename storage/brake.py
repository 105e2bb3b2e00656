"""The emergency brake: one row that every claim reads. While it is engaged nothing is claimed and nothing is lost."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Database
from storage.sql import queries

_Q = queries("brake")
MAX_STEPS = 3
"""A pull in a row holds a step longer than the one before, up to so many steps."""


@dataclass(frozen=True, slots=True)
class BrakeStatus:
    """The brake as it stands.

    `cause` is a word, `detail` one line of what was seen. `since`: when it was pulled, or released. `release_at`: when
    it releases itself; None while it is engaged: a person must.
    """

    engaged: bool
    cause: str | None = None
    detail: str | None = None
    by: str | None = None
    since: datetime | None = None
    release_at: datetime | None = None
    pulls: int = 0


@dataclass(frozen=True, slots=True)
class BrakeEntry:
    """One line of the brake's log."""

    at: datetime
    engaged: bool
    cause: str | None
    detail: str | None
    by: str | None


async def status(database: Database) -> BrakeStatus:
    """Return the brake as it stands."""
    rows = await database.fetch(_Q["status"])
    return BrakeStatus(**rows[0]) if rows else BrakeStatus(engaged=False)


async def pull(
    database: Database, cause: str, *, detail: str, by: str, step_seconds: float | None = None
) -> BrakeStatus | None:
    """Stop all claims from the next one on; return the new status, or None when it was pulled already.

    With `step_seconds` it releases itself: after one step, after two when it is the second pull in a row, and so on.
    """
    params = {"cause": cause, "detail": detail, "by": by, "step_seconds": step_seconds, "max_steps": MAX_STEPS}
    rows = await database.fetch(_Q["pull"], params)
    return BrakeStatus(**rows[0]) if rows else None


async def release(database: Database, *, by: str, detail: str | None = None) -> BrakeStatus | None:
    """Let claims go on; return how the brake stood, or None when it was not pulled."""
    rows = await database.fetch(_Q["release"], {"by": by, "detail": detail, "only_due": False})
    return BrakeStatus(**rows[0]) if rows else None


async def release_due(database: Database, *, by: str) -> BrakeStatus | None:
    """Release a brake that was to release itself by now; return how it stood, or None."""
    rows = await database.fetch(_Q["release"], {"by": by, "detail": "its time was over", "only_due": True})
    return BrakeStatus(**rows[0]) if rows else None


async def calm(database: Database) -> None:
    """Forget the pulls in a row: messages go well again."""
    await database.fetch(_Q["calm"])


async def expire_waiting(database: Database, *, older_than_seconds: float) -> tuple[int, int]:
    """Take back what was taken longer ago and still waits; return how many expired and how many stay in doubt."""
    rows = await database.fetch(_Q["expire_waiting"], {"seconds": float(older_than_seconds)})
    states = [row["state"] for row in rows]
    return states.count("expired"), states.count("in_doubt")


async def log(database: Database, *, limit: int = 20) -> list[BrakeEntry]:
    """Return what the brake did lately, newest first."""
    return [BrakeEntry(**row) for row in await database.fetch(_Q["log"], {"limit": limit})]
