"""Lists of recipients that officers uploaded: their state, their rows, and their end.

Rows come from a process of their own (status_bridge/lists), some thousand at a time, and each is committed with how far
it has come: a list that nobody moves on any more is given up, and the same file may be uploaded again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from storage.crypto import Cipher
from storage.database import Connection, Database, execute, fetch
from storage.sql import queries

_Q = queries("recipient_lists")
ROW_COLUMN: Final = "recipients.recipient"
STALE_SECONDS: Final = 300.0
"""A reading that says nothing for so long is over: it speaks every few seconds, and waits its turn for a minute."""
_DROP_AT_ONCE: Final = 50_000


@dataclass(frozen=True, slots=True)
class RecipientList:
    """A list as it stands; `size` and `bytes_read` are bytes of the file, the counts are rows."""

    id: int
    name: str
    unit: str
    file_name: str
    officer: str
    state: str
    reason: str | None
    columns: tuple[str, ...]
    size: int
    bytes_read: int
    good: int
    wrong: int
    duplicate: int
    opted_out: int
    digest: bytes | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A row that was not taken: its line in the file, a word for the reason, and what may be shown of it."""

    line: int
    reason: str
    shown: str | None


async def begin(
    connection: Connection, *, name: str, unit: str, file_name: str, officer: str, size: int, keep_seconds: float
) -> int:
    """Make a list in the state `reading` and return its id; `size` in bytes."""
    params = {
        "name": name,
        "unit": unit,
        "file_name": file_name,
        "officer": officer,
        "bytes": size,
        "keep_seconds": keep_seconds,
    }
    [row] = await fetch(connection, _Q["begin"], params)
    return int(row["id"])


async def find(database: Database, list_id: int, units: Sequence[str] | None) -> RecipientList | None:
    """Return a list of one of the units, or of those below them (None: of any)."""
    rows = await database.fetch(_Q["find"], {"id": list_id, "units": _list(units)})
    return _read(rows[0]) if rows else None


async def latest(
    database: Database, units: Sequence[str] | None, *, before: int | None = None, limit: int = 50
) -> list[RecipientList]:
    """Return the lists of units and those below them (None: all), newest first; `before`: an id."""
    params = {"units": _list(units), "before": before, "limit": limit}
    return [_read(row) for row in await database.fetch(_Q["latest"], params)]


async def fail(database: Database, list_id: int, reason: str) -> bool:
    """Give up a list that is being read; its rows go with the next `drop_old`. False: it was not being read."""
    return bool(await database.fetch(_Q["fail"], {"id": list_id, "reason": reason}))


async def fail_stale(database: Database, *, seconds: float = STALE_SECONDS) -> int:
    """Give up the lists of which nothing was heard for so long; return how many."""
    return len(await database.fetch(_Q["fail_stale"], {"seconds": seconds}))


async def delete(connection: Connection, list_id: int) -> str | None:
    """Delete a list; its rows go with the next `drop_old`. Returns the number of a broadcast that needs it instead."""
    used = await fetch(connection, _Q["in_use"], {"id": list_id})
    if used:
        return str(used[0]["number"])
    await execute(connection, _Q["doom"], {"id": list_id})
    return None


async def drop_old(database: Database) -> int:
    """Give up what nobody reads any more, and drop lists whose time is over and rows that nobody will use.

    Returns how many rows went.
    """
    await fail_stale(database)
    for row in await database.fetch(_Q["expired"]):
        await database.fetch(_Q["doom"], {"id": row["id"]})
    dropped = 0
    for row in await database.fetch(_Q["with_rows_to_drop"]):
        for name in ("drop_rows", "drop_wrong_rows"):
            while gone := await _drop(database, name, row["id"]):
                dropped += gone
    async with database.transaction() as connection:
        await execute(connection, _Q["drop_empty"])
    return dropped


async def wrong_rows(database: Database, list_id: int, *, after: int = 0, limit: int = 100) -> list[WrongRow]:
    """Return rows that were not taken, after a line."""
    rows = await database.fetch(_Q["wrong_rows"], {"id": list_id, "after": after, "limit": limit})
    return [WrongRow(**row) for row in rows]


async def first_rows(database: Database, cipher: Cipher, list_id: int, *, limit: int = 5) -> list[dict[str, Any]]:
    """Return the first good rows: `{"line", "phone", "values"}`. Personal data: show it masked."""
    rows = await database.fetch(_Q["first_rows"], {"id": list_id, "limit": limit})
    return [{"line": row["line"], **json.loads(cipher.decrypt(row["recipient_enc"], ROW_COLUMN))} for row in rows]


def hash_row(text: str, cipher: Cipher) -> bytes:
    """Return the look-up hash of a row's phone, from the row as it is before encryption."""
    return cipher.lookup_hash(json.loads(text)["phone"])


async def _drop(database: Database, name: str, list_id: int) -> int:
    async with database.transaction() as connection:
        return (await execute(connection, _Q[name], {"id": list_id, "limit": _DROP_AT_ONCE})).rowcount


def _list(units: Sequence[str] | None) -> list[str] | None:
    return None if units is None else list(units)


def _read(row: Mapping[str, Any]) -> RecipientList:
    return RecipientList(**{**row, "columns": tuple(row["columns"])})
