"""A backlog comes down to what still holds, before any of it goes out (docs: design 3.3)."""

from status_bridge.backlog import implied_columns
from storage import waiting
from storage.database import Database

# One statement sets aside a bounded number; so many of them in a row, then others have their turn.
MOST_ROUNDS = 25
_IMPLIED = implied_columns()


async def collapse_backlog(
    database: Database, *, patience_seconds: float, limit: int = waiting.OVERTAKEN_AT_ONCE
) -> int:
    """Set aside what has waited longer than that, or will, and is implied by a newer notice that waits too.

    Returns how many notices newer ones are sent instead of now.

    Raises:
        DatabaseUnavailable: some may have been set aside; the next call sees to the rest.
    """
    total = 0
    for _ in range(MOST_ROUNDS):
        overtaken = await waiting.supersede_overtaken(
            database, patience_seconds=patience_seconds, implied=_IMPLIED, limit=limit
        )
        total += overtaken
        if overtaken < limit:
            break
    return total
