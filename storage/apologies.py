"""Apologies for late dossiers, each with the new date: prepared by the system, confirmed by an officer.

docs: public-services 6.1: in writing, with reason and new date, at the latest a day before the deadline; re-dated once.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from storage.database import Connection, Database, execute, fetch
from storage.sql import queries

_Q = queries("apologies")
DUTY: Final = timedelta(days=1)
"""So long before the deadline the apology must be out (docs: public-services 6.1, B)."""


class ApologyRefused(Exception):
    """No apology can be sent as asked; `why` is a word.

    About the dossier: `gone`, `finished`, `waiting`, `no_due_date`, `changed`, `redated`. About the date: `past`,
    `not_later`, `not_working_day`, `too_far`. About the reason: `no_reason`, `personal`.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Apology:
    """An apology that went to delivery. `due_at` is the date that is not kept; `officer` the login."""

    due_at: datetime
    new_due_at: datetime
    reason: str
    officer: str
    notice_id: uuid.UUID | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewApology:
    """An apology to note, with the notice that says it."""

    dossier_id: int
    due_at: datetime
    new_due_at: datetime
    reason: str
    officer: str
    notice_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class SaidApology:
    """An apology in words: as the phone shows the platform's template (`title`, `lead`, `rows` of label and value),
    as text for other channels, and as it is stored."""

    title: str
    lead: str
    text: str
    rows: tuple[tuple[str, str], ...]
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ApologyDraft:
    """An apology as it would go out now.

    `is_after_duty`: the moment until which it was due has passed. Not `is_reachable`: the dossier has no number or
    address that could get it, so it goes to the officers' list. `is_held`: it waits for a decent hour.
    """

    said: SaidApology
    new_due_at: datetime
    is_after_duty: bool
    is_reachable: bool
    is_held: bool


def is_after_duty(due_at: datetime, now: datetime) -> bool:
    """Return whether the moment until which the apology was due has passed."""
    return now > due_at - DUTY


async def count(connection: Connection, dossier_id: int) -> int:
    """Return how often a dossier was given a new date."""
    return int((await fetch(connection, _Q["count"], {"dossier_id": dossier_id}))[0]["apologies"])


async def redated(connection: Connection, dossiers: Sequence[int]) -> dict[int, frozenset[datetime]]:
    """Return which dates of dossiers, which the caller has locked, were apologised for: the newer ones count."""
    rows = await fetch(connection, _Q["redated"], {"dossiers": list(dossiers)})
    return {row["dossier_id"]: frozenset(row["dates"]) for row in rows}


async def add(connection: Connection, new: NewApology) -> bool:
    """Note an apology and move its dossier, which the caller has locked, to the new date; False: known."""
    params = {name: getattr(new, name) for name in NewApology.__slots__}
    if not await fetch(connection, _Q["add"], params):
        return False
    await execute(connection, _Q["move_dossier"], params)
    return True


async def of_dossier(database: Database, dossier_id: int) -> list[Apology]:
    """Return the apologies about a dossier, oldest first."""
    return [Apology(**row) for row in await database.fetch(_Q["of_dossier"], {"dossier_id": dossier_id})]
