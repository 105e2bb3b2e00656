"""Short answers that officers use again, by unit: no words about any person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection, Database, fetch
from storage.sql import queries

_Q = queries("canned")


@dataclass(frozen=True, slots=True)
class Canned:
    """A short answer; `unit` * is the whole city's."""

    id: int
    unit: str
    title: str
    text: str
    officer: str
    created_at: datetime


async def search(database: Database, *, units: list[str] | None) -> list[Canned]:
    """Return what officers of these units may put in (None: all): their own, those above and below, the city's."""
    return [Canned(**row) for row in await database.fetch(_Q["search"], {"units": units})]


async def find(database: Database, canned_id: int) -> Canned | None:
    """Return a short answer."""
    rows = await database.fetch(_Q["find"], {"id": canned_id})
    return Canned(**rows[0]) if rows else None


async def add(connection: Connection, *, unit: str, title: str, text: str, officer: str) -> int | None:
    """Keep a short answer and return its id; None: the unit has one of that title."""
    params = {"unit": unit, "title": title, "text": text, "officer": officer}
    rows = await fetch(connection, _Q["add"], params)
    return int(rows[0]["id"]) if rows else None


async def change(connection: Connection, canned_id: int, *, title: str, text: str, officer: str) -> bool:
    """Change a short answer; False: it is gone, or the unit has another one of that title."""
    params = {"id": canned_id, "title": title, "text": text, "officer": officer}
    return bool(await fetch(connection, _Q["change"], params))


async def remove(connection: Connection, canned_id: int) -> bool:
    """Drop a short answer; False: it was gone."""
    return bool(await fetch(connection, _Q["remove"], {"id": canned_id}))
