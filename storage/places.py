"""Places where procedures are handled, and units that are no more: by name in a text, by distance, by code."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dossiers.text import clean, fold
from storage.database import Connection, Database, execute, fetch
from storage.procedures import Items, Name, Stored, Text
from storage.sql import queries

_Q = queries("units")

MAX_TEXT_CHARS = 500
"""Of a message in which places are looked for."""

Kind = Literal["center", "ward", "commune", "police", "office", "former"]
Code = Annotated[
    str, BeforeValidator(lambda v: clean(v) if isinstance(v, str) else v), Field(pattern=r"^[0-9A-Za-z][\w.-]{0,39}$")
]


class Unit(BaseModel):
    """One place, or one unit that was abolished (`former`, with the codes of what it became)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    name: Name
    kind: Kind
    address: Text | None = None
    phone: Text | None = None
    latitude: float | None = Field(None, ge=-90, le=90, description="degrees, WGS 84")
    longitude: float | None = Field(None, ge=-180, le=180)
    hours: Text = Field("", description="as bot/catalogue/hours.py reads them; empty: the usual hours of its kind")
    aliases: Items = ()
    successors: tuple[Code, ...] = Field((), description="of a former unit: codes of the units that it went into")
    verified: bool = False
    source: Name
    as_of: Text = ""

    @model_validator(mode="after")
    def _position_is_whole(self) -> Unit:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude belong together: give both, or neither")
        return self


@dataclass(frozen=True, slots=True)
class Near:
    """A place, and how far it is as the crow flies."""

    unit: Unit
    distance_km: float


async def store(database: Database, wanted: Sequence[Unit], *, replace: bool = False) -> Stored:
    """Keep units in one transaction, as `storage.procedures.store` does."""
    async with database.transaction() as connection:
        return await keep(connection, wanted, replace=replace)


async def keep(connection: Connection, wanted: Sequence[Unit], *, replace: bool = False) -> Stored:
    """The same within the caller's transaction; others who keep units wait for its end."""
    await execute(connection, _Q["lock_units"])
    known = {row["code"]: row for row in await fetch(connection, _Q["known"])}
    fresh = [
        one
        for one in wanted
        if one.code not in known or known[one.code]["is_retired"] or bytes(known[one.code]["digest"]) != _digest(one)
    ]
    await execute(connection, _Q["put"], _columns(fresh))
    await execute(connection, _Q["drop_names"], {"codes": [one.code for one in fresh]})
    names = [(name, one.code) for one in fresh for name in _names(one)]
    await execute(
        connection, _Q["put_names"], {"names": [name for name, _ in names], "codes": [code for _, code in names]}
    )
    codes = [one.code for one in wanted]
    gone = await fetch(connection, _Q["retire_others"], {"codes": codes}) if replace else []
    return Stored(
        added=tuple(one.code for one in fresh if one.code not in known),
        changed=tuple(one.code for one in fresh if one.code in known),
        unchanged=len(wanted) - len(fresh),
        retired=tuple(row["code"] for row in gone),
    )


def _columns(fresh: Sequence[Unit]) -> dict[str, list[object]]:
    return {
        "codes": [one.code for one in fresh],
        "kinds": [one.kind for one in fresh],
        "documents": [one.model_dump_json() for one in fresh],
        "latitudes": [one.latitude for one in fresh],
        "longitudes": [one.longitude for one in fresh],
        "digests": [_digest(one) for one in fresh],
    }


def _digest(one: Unit) -> bytes:
    return hashlib.sha256(one.model_dump_json().encode()).digest()


def fingerprint(one: Unit | None) -> str:
    """Return what tells two states of a place apart, in hexadecimal; "" for none."""
    return "" if one is None else _digest(one).hex()


def _names(one: Unit) -> list[str]:
    """How people may call it, folded; a former district only by its whole name: the short one lives on as a ward."""
    return list(dict.fromkeys(name for name in map(_spoken, (one.name, *one.aliases)) if name))


def _spoken(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in fold(text)).split())


async def get(database: Database, code: str) -> Unit | None:
    """Return the unit of a code, None when there is none."""
    rows = await database.fetch_alone(_Q["get"], {"codes": [code]})
    return Unit.model_validate(rows[0]["document"]) if rows else None


async def find_for_change(connection: Connection, code: str) -> Unit | None:
    """Return the unit of a code as of now, and keep others from changing units until the end of the transaction."""
    await execute(connection, _Q["lock_units"])
    rows = await fetch(connection, _Q["get"], {"codes": [code]})
    return Unit.model_validate(rows[0]["document"]) if rows else None


async def get_many(database: Database, codes: Sequence[str]) -> list[Unit]:
    """Return the units of codes that are known, in the order of the codes."""
    rows = await database.fetch_alone(_Q["get"], {"codes": list(codes)})
    found = {row["code"]: Unit.model_validate(row["document"]) for row in rows}
    return [found[code] for code in codes if code in found]


async def list_all(database: Database) -> list[Unit]:
    """Return every unit that is not retired, by code."""
    return [Unit.model_validate(row["document"]) for row in await database.fetch(_Q["list_all"])]


async def of_kind(database: Database, kind: Kind, limit: int = 3) -> list[Unit]:
    """Return units of a kind, the verified ones first."""
    rows = await database.fetch_alone(_Q["of_kind"], {"kind": kind, "limit": limit})
    return [Unit.model_validate(row["document"]) for row in rows]


async def named_in(database: Database, text: str) -> list[Unit]:
    """Return the units that a text names, by the longest name at each place; a name of several units gives all."""
    spoken = _spoken(text[:MAX_TEXT_CHARS])
    rows = await database.fetch_alone(_Q["named_in"], {"text": f" {spoken} "})
    taken: list[tuple[int, int]] = []
    codes: dict[str, None] = {}
    for row in rows:  # the longest names first
        start = f" {spoken} ".index(f" {row['name']} ")
        span = (start, start + len(row["name"]))
        if all(span[1] <= begin or end <= span[0] or span == (begin, end) for begin, end in taken):
            taken.append(span)
            codes[row["code"]] = None
    return await get_many(database, list(codes)) if codes else []


async def nearest(database: Database, latitude: float, longitude: float, limit: int = 3) -> list[Near]:
    """Return the nearest places whose position is known, by the great circle."""
    params = {"latitude": latitude, "longitude": longitude, "limit": limit}
    rows = await database.fetch_alone(_Q["nearest"], params)
    return [Near(Unit.model_validate(row["document"]), row["distance_km"]) for row in rows]
