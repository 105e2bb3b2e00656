"""Who a broadcast is for: a description that is saved, estimated, approved, and made phones of only at its start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, Field, model_validator

from storage.database import Connection, Database, fetch
from storage.officers import covers
from storage.sql import queries

_Q = queries("audiences")
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


class Audience(BaseModel):
    """People by what is known of their dossiers, by an uploaded list, or by what they asked to be told about.

    All conditions hold together; an empty one leaves everything open. One message goes to a phone, however many
    dossiers it has. Units cover those below them (storage/officers.py, `covers`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["dossiers", "list", "subscribers"] = "dossiers"
    units: tuple[str, ...] = ()
    procedures: tuple[str, ...] = Field(default=(), description="national codes, d.dddddd")
    statuses: tuple[int, ...] = Field(default=(), description="1 to 10")
    submitted_from: date | None = None
    submitted_until: date | None = Field(default=None, description="this day included, as the others")
    due_from: date | None = None
    due_until: date | None = None
    linked: bool | None = Field(default=None, description="proved the phone in the chat; None: all the same")
    language: Literal["vi", "en"] | None = None
    category: str | None = Field(default=None, description="asked to be told about it (subscriptions)")
    list_id: int | None = None

    @model_validator(mode="after")
    def _check(self) -> Audience:
        if (self.kind == "list") != (self.list_id is not None):
            raise ValueError("list_id goes with the kind list, and only with it")
        days = (self.submitted_from, self.submitted_until, self.due_from, self.due_until)
        if any(day is not None and not _FIRST_YEAR <= day.year <= _LAST_YEAR for day in days):
            raise ValueError(f"days lie between the years {_FIRST_YEAR} and {_LAST_YEAR}")
        if any(not 1 <= status <= 10 for status in self.statuses):
            raise ValueError("statuses are 1 to 10")
        if self.kind == "subscribers" and self.category is None:
            raise ValueError("the kind subscribers needs a category")
        return self


@dataclass(frozen=True, slots=True)
class SavedAudience:
    """An audience that a unit keeps under a name."""

    id: int
    name: str
    unit: str
    audience: Audience
    officer: str
    created_at: datetime


def is_within(audience: Audience, units: Sequence[str] | None) -> bool:
    """Return whether an audience asks for nobody outside of units (None: everywhere).

    A list's own unit is judged where the list is found (storage/recipient_lists.py, `find`).
    """
    if units is None or audience.kind == "list":
        return True
    return bool(audience.units) and all(any(covers(unit, asked) for unit in units) for asked in audience.units)


async def save(connection: Connection, *, name: str, unit: str, audience: Audience, officer: str) -> int | None:
    """Keep an audience and return its id; None: the unit has one of that name."""
    params = {"name": name, "unit": unit, "audience": Jsonb(audience.model_dump(mode="json")), "officer": officer}
    rows = await fetch(connection, _Q["save"], params)
    return int(rows[0]["id"]) if rows else None


async def find(database: Database, audience_id: int, units: Sequence[str] | None) -> SavedAudience | None:
    """Return a saved audience of one of the units, or of those below them (None: of any)."""
    rows = await database.fetch(_Q["find"], {"id": audience_id, "units": _list(units)})
    return _read(rows[0]) if rows else None


async def all_saved(database: Database, units: Sequence[str] | None) -> list[SavedAudience]:
    """Return the saved audiences of units and those below them (None: all), by name."""
    return [_read(row) for row in await database.fetch(_Q["all"], {"units": _list(units)})]


async def delete(connection: Connection, audience_id: int, units: Sequence[str] | None) -> SavedAudience | None:
    """Delete a saved audience of one of the units; return what it was, None: there is none."""
    rows = await fetch(connection, _Q["delete"], {"id": audience_id, "units": _list(units)})
    return _read(rows[0]) if rows else None


def _list(units: Sequence[str] | None) -> list[str] | None:
    return None if units is None else list(units)


def _read(row: Mapping[str, Any]) -> SavedAudience:
    return SavedAudience(**{**row, "audience": Audience.model_validate(row["audience"])})
