"""The audit log: who did what to which thing. Rows are only added, and each carries the hash of the one before.

The hash of a row is SHA-256 over its predecessor's hash and its own content as canonical JSON, so that a changed,
removed or inserted row breaks the chain from there on. An officer's action and its entry are committed together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg.types.json import Jsonb

from storage.database import Connection, Database, execute, fetch
from storage.sql import queries

_Q = queries("audit")
FIRST_HASH = bytes(32)
"""What the first row follows."""
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was done. `object` and `detail` hold no personal data: codes, numbers, ids, counts."""

    actor: str
    action: str
    object: str | None = None
    unit: str | None = None
    detail: Mapping[str, Any] | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as it stands in the log."""

    id: int
    at: datetime
    actor: str
    action: str
    object: str | None
    unit: str | None
    detail: Mapping[str, Any]
    address: str | None
    previous_hash: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Chain:
    """What a walk along the chain found. `broken_at`: the first row that does not follow; None: whole."""

    rows: int
    broken_at: int | None
    head: bytes


def hash_row(previous: bytes, row_id: int, at: datetime, entry: Entry) -> bytes:
    """Return the hash of a row that follows `previous`; `at` with its offset."""
    content = {
        "id": row_id,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.object,
        "unit": entry.unit,
        "detail": dict(entry.detail or {}),
        "address": entry.address,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + text.encode()).digest()


async def write(connection: Connection, entry: Entry) -> int:
    """Add an entry within the transaction of what it tells about; return its id. Writers take turns to the commit."""
    await execute(connection, _Q["lock"])
    [head] = await fetch(connection, _Q["head"])
    row_id, at = int(head["id"]) + 1, head["now"]
    # As the database gives it back: numbers and times have one form in the hash, whoever counts it again.
    detail = json.loads(json.dumps(dict(entry.detail or {}), ensure_ascii=False, default=str))
    told = Entry(entry.actor, entry.action, entry.object, entry.unit, detail, entry.address)
    previous = bytes(head["hash"] or FIRST_HASH)
    params = {
        "id": row_id,
        "at": at,
        "actor": told.actor,
        "action": told.action,
        "object": told.object,
        "unit": told.unit,
        "detail": Jsonb(detail),
        "address": told.address,
        "previous_hash": previous,
        "hash": hash_row(previous, row_id, at, told),
    }
    await execute(connection, _Q["add"], params)
    return row_id


async def note(database: Database, entry: Entry) -> int:
    """`write` in a transaction of its own: for what changes nothing else, such as looking at a phone number."""
    async with database.transaction() as connection:
        return await write(connection, entry)


async def search(
    database: Database,
    *,
    actor: str | None = None,
    action: str | None = None,
    object: str | None = None,  # noqa: A002 - the column
    units: Sequence[str] | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Row]:
    """Return entries, newest first.

    Args:
        database: where the log is.
        actor: exactly this one.
        action: a beginning, such as broadcast.
        object: exactly this one.
        units: entries of these units and those below them; None: all, those without a unit too.
        before: the id below which they lie.
        limit: how many at most.
    """
    params = {
        "actor": actor,
        "action": action,
        "object": object,
        "units": None if units is None else list(units),
        "before": before,
        "limit": limit,
    }
    return [_read(row) for row in await database.fetch(_Q["search"], params)]


async def read_on(
    database: Database,
    after: int,
    *,
    actor: str | None = None,
    action: str | None = None,
    object: str | None = None,  # noqa: A002 - the column
    units: Sequence[str] | None = None,
    limit: int = _AT_ONCE,
) -> list[Row]:
    """Return the entries after an id, oldest first, filtered as by `search`: for an export, and to walk the chain."""
    params = {
        "actor": actor,
        "action": action,
        "object": object,
        "units": None if units is None else list(units),
        "after": after,
        "limit": limit,
    }
    return [_read(row) for row in await database.fetch(_Q["read_on"], params)]


async def verify(database: Database) -> Chain:
    """Walk along the whole chain, some thousand rows at a time."""
    last, previous, rows = 0, FIRST_HASH, 0
    while found := await read_on(database, last):
        for row in found:
            told = Entry(row.actor, row.action, row.object, row.unit, row.detail, row.address)
            follows = row.id == last + 1 and row.previous_hash == previous
            if not follows or row.hash != hash_row(previous, row.id, row.at, told):
                return Chain(rows, row.id, previous)
            last, previous, rows = row.id, row.hash, rows + 1
    return Chain(rows, None, previous)


def _read(row: dict[str, Any]) -> Row:
    return Row(**row | {"previous_hash": bytes(row["previous_hash"]), "hash": bytes(row["hash"])})
