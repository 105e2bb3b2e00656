"""The units that dossiers came from: how many, and how many officers look after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Database
from storage.sql import queries

_Q = queries("unit_counts")


@dataclass(frozen=True, slots=True)
class UnitCount:
    """A unit; `name` as its dossiers call it."""

    code: str
    name: str | None
    dossiers: int
    changed_at: datetime
    officers: int


async def count(database: Database, units: Sequence[str] | None = None) -> list[UnitCount]:
    """Return the units of dossiers by code, in the given ones and below them; None: all. 2,000 at most."""
    params = {"units": None if units is None else list(units)}
    return [UnitCount(**row) for row in await database.fetch(_Q["count"], params)]
