"""The parts of a notice's story that lists leave out; no personal data."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Database
from storage.sql import queries

_Q = queries("stories")


@dataclass(frozen=True, slots=True)
class Story:
    """Whom it was for, what it followed on, and what happened to it beside its attempts.

    `follows`: the stage told before. `replaces`: how many earlier ones it was sent instead of; `merges`: how many it
    says together; `merged_into`: the one that says it. `crashes`: attempts that ended without an outcome; `checks`: how
    often the platform was asked what became of it.
    """

    role: str
    demands_action: bool
    follows: str | None
    replaces: int
    merged_into: uuid.UUID | None
    merges: int
    crashes: int
    checks: int
    urgent_until: datetime | None
    has_phone: bool
    has_email: bool
    agency_code: str | None
    agency_name: str | None


async def read(database: Database, notice: uuid.UUID) -> Story | None:
    """Return the story of one notice, None when there is no such notice."""
    rows = await database.fetch(_Q["story"], {"id": notice})
    return Story(**rows[0]) if rows else None


def total_cost_vnd(route: Sequence[Mapping[str, Any]], last_vnd: int | None) -> int | None:
    """Return what all messages of a notice cost, for it may have gone out on one channel after another.

    `last_vnd`: the cost of the last one, which stands on the notice.
    """
    costs = [step["cost_vnd"] for step in route if step.get("outcome") == "accepted" and "cost_vnd" in step]
    return sum(costs) if costs else last_vnd
