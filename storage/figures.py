"""Figures of the day for officers: what was made, how fast it arrived, what it cost, what waits, what needs a hand.

`units` are those that somebody sees, with those below them; None: all, with what belongs to no unit. A notice belongs
to its dossier's agency.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Database
from storage.sql import queries

_Q = queries("figures")
Units = Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Group:
    """Notices of one hour (its beginning) that have lane, state and channel in common; their cost in đồng."""

    hour: datetime
    lane: str
    state: str
    channel: str | None
    notices: int
    cost_vnd: int


@dataclass(frozen=True, slots=True)
class Sent:
    """What a broadcast has come to: messages by state, and their cost in đồng."""

    started_at: datetime
    counts: Mapping[str, int]
    cost_vnd: int


@dataclass(frozen=True, slots=True)
class Days:
    """What was made since a moment, and how long today's status notices took to the phone, in seconds.

    `median_seconds` and `slow_seconds` (95 of 100 were faster) count from the event to the phone, hours of waiting for
    a decent time included; None: none has arrived yet.
    """

    groups: tuple[Group, ...]
    median_seconds: float | None
    slow_seconds: float | None


@dataclass(frozen=True, slots=True)
class QueueAge:
    """A queue with something in it: `lane.<lane>`, `inbox` or `outgoing`; `seconds` is the oldest one's wait."""

    queue: str
    waiting: int
    seconds: float


async def days(database: Database, *, since: datetime, today: datetime, until: datetime, units: Units) -> Days:
    """Count what was made from `since` (a whole hour) to `until`, broadcasts left out; speeds are of `today`."""
    span = {"until": until, "units": _list(units)}
    rows, speeds = await asyncio.gather(
        database.fetch(_Q["days"], {"since": since} | span), database.fetch(_Q["speeds"], {"since": today} | span)
    )
    return Days(tuple(Group(**row) for row in rows), *(speeds[0]["seconds"] or (None, None)))


async def spent(database: Database, *, since: datetime, until: datetime) -> Mapping[str | None, int]:
    """Return what messages made from `since` to `until` cost, in đồng without VAT, by unit; broadcasts left out.

    It reads all rows of that time: a second or more for a month.
    """
    rows = await database.fetch(_Q["spent"], {"since": since, "until": until})
    return {row["unit"]: row["cost_vnd"] for row in rows}


async def sent(database: Database, *, since: datetime, units: Units) -> list[Sent]:
    """Return what the broadcasts that began since a moment have come to."""
    return [Sent(**row) for row in await database.fetch(_Q["broadcasts"], {"since": since, "units": _list(units)})]


async def approvals(database: Database, *, officer: str, units: Units) -> int:
    """Count the broadcasts of units that wait for a decision that is not the officer's own (a login)."""
    (row,) = await database.fetch(_Q["approvals"], {"officer": officer, "units": _list(units)})
    return int(row["broadcasts"])


async def dead_ends(database: Database, *, since: datetime, units: Units) -> Mapping[str, int]:
    """Count the officers' list by `undelivered`, `in_doubt` (for good) and `poison`; what changed since a moment."""
    rows = await database.fetch(_Q["dead_ends"], {"since": since, "units": _list(units)})
    return {row["what"]: row["notices"] for row in rows}


async def talks(database: Database, *, units: Units) -> tuple[int, int]:
    """Return how many people wait for an officer, and how much feedback is past its promised time."""
    (row,) = await database.fetch(_Q["talks"], {"units": _list(units)})
    return row["waiting"], row["overdue"]


async def refused_events(database: Database, *, since: datetime) -> int:
    """Count the events that broke the contract."""
    return int((await database.fetch(_Q["refused_events"], {"since": since}))[0]["events"])


async def queues(database: Database) -> list[QueueAge]:
    """Return the queues in which something is due."""
    return [QueueAge(**row) for row in await database.fetch(_Q["queues"])]


def _list(units: Units) -> list[str] | None:
    return None if units is None else list(units)
