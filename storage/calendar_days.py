"""Days off, and days worked instead, that officers declare: for a unit, or for the whole city."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dossiers.city_days import UnitDays
from storage.database import Connection, Database, execute, fetch
from storage.sql import queries

_Q = queries("calendar_days")


@dataclass(frozen=True, slots=True)
class DeclaredDay:
    """What somebody declared of a day.

    `unit` is `dossiers.city_days.CITY` for the whole city, `worked` false for a day off, `officer` a login.
    """

    day: date
    unit: str
    worked: bool
    reason: str
    officer: str
    at: datetime


async def known(database: Database, first: date) -> list[DeclaredDay]:
    """Return the declared days from one on, by day and unit."""
    return [DeclaredDay(**row) for row in await database.fetch(_Q["known"], {"first": first})]


async def lock(connection: Connection) -> None:
    """Take turns with others who change days, until the end of the transaction."""
    await execute(connection, _Q["lock"])


async def of_unit(connection: Connection, unit: str, days: Sequence[date]) -> list[DeclaredDay]:
    """Return what a unit, or the city, declared for some days; what holds for units above it is not among it."""
    params = {"unit": unit, "days": list(days)}
    return [DeclaredDay(**row) for row in await fetch(connection, _Q["of_unit"], params)]


async def declare(
    connection: Connection, unit: str, days: Sequence[date], *, worked: bool, reason: str, officer: str
) -> list[date]:
    """Keep what days are; return those that were not declared yet. The others stay as they are."""
    params = {"unit": unit, "days": list(days), "worked": worked, "reason": reason, "officer": officer}
    return sorted(row["day"] for row in await fetch(connection, _Q["declare"], params))


async def take_back(connection: Connection, unit: str, day: date) -> DeclaredDay | None:
    """Make a day an ordinary one again; return what was declared, None: nothing."""
    rows = await fetch(connection, _Q["take_back"], {"unit": unit, "day": day})
    return DeclaredDay(**rows[0]) if rows else None


async def judge_held_again(connection: Connection, since: datetime, *, wait_seconds: float) -> int:
    """Let delivery look again, in so many seconds, at what is held at night or over holidays until `since` or later.

    Returns how many notices.
    """
    params = {"since": since, "wait_seconds": wait_seconds}
    return (await execute(connection, _Q["judge_held_again"], params)).rowcount


def by_unit(declared: Iterable[DeclaredDay]) -> Mapping[str, UnitDays]:
    """Return days as calendars take them. Pure."""
    found: dict[str, tuple[set[date], set[date]]] = {}
    for one in declared:
        off, worked = found.setdefault(one.unit, (set(), set()))
        (worked if one.worked else off).add(one.day)
    return {unit: UnitDays(frozenset(off), frozenset(worked)) for unit, (off, worked) in found.items()}
