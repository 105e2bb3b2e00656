"""The rows of a broadcast: one notice per recipient, made, let go in order, put aside, given back, cancelled, counted.

Every change is one statement that names the state of the broadcast from which it may come: whoever is late changes
nothing. A broadcast is stopped by its own row alone, because nothing is claimed of one that is not going.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb

from storage.audiences import Audience
from storage.broadcasts import Message
from storage.crypto import Cipher
from storage.database import Connection, Database, execute, fetch
from storage.errors import UndecipherableValue
from storage.identity import derive_uuid
from storage.notices import RECIPIENT_COLUMN
from storage.sql import queries

_Q = queries("broadcast_rows")
_NAMESPACE: Final = uuid.UUID("0b8a4a52-5d9c-5b1e-9f06-6f1f3a2b7c11")
HELD_REASON: Final = "broadcast"
"""Why a row is held until its turn comes."""


@dataclass(frozen=True, slots=True)
class Moving:
    """A broadcast as the one who moves it on sees it; `now` is the database's clock at that moment."""

    id: int
    number: str
    unit: str
    purpose: str
    urgent: bool
    category: str | None
    message: Message
    audience: Audience
    state: str
    resumes_as: str | None
    canary_percent: float
    progress: Mapping[str, Any]
    cursor: Mapping[str, Any] | None
    rows: int
    released: int
    canary_until: datetime | None
    created_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """Rows that are out of their hold and not sent yet; `put_aside`: those of them without a date, after a stop."""

    rows: int
    put_aside: int


@dataclass(frozen=True, slots=True)
class NextRow:
    """A row whose turn it is; `phone` (84…) is None where no key opens it."""

    ordinal: int
    phone: str | None = field(repr=False)
    recipient_hash: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Later:
    """A row that does not go now but at `due_at`; `reason` is a word."""

    ordinal: int
    due_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one stretch of which the same became."""

    state: str
    reason: str | None
    channel: str | None
    is_final_doubt: bool
    rows: int
    cost_vnd: int
    complaints: int


def row_ids(broadcast_id: int, phone: str, cipher: Cipher) -> list[uuid.UUID]:
    """Return the ids that a phone's row may have, one per key; new rows get the first.

    They follow from the keyed hash: an id names nobody to those who only see ids.
    """
    namespace = derive_uuid(_NAMESPACE, str(broadcast_id))
    return [derive_uuid(namespace, value.hex()) for value in cipher.lookup_hashes(phone)]


async def try_lead(connection: Connection) -> bool:
    """Become the one who moves broadcasts on until the transaction ends; False when another process is."""
    return bool((await fetch(connection, _Q["try_lead"]))[0]["locked"])


async def moving(database: Database) -> list[Moving]:
    """Return the broadcasts that must be looked after, oldest first."""
    return [_read(row) for row in await database.fetch(_Q["moving"])]


async def find(database: Database, broadcast_id: int) -> Moving | None:
    """Return one broadcast as it is now."""
    found = await database.fetch(_Q["find"], {"id": broadcast_id})
    return _read(found[0]) if found else None


def _read(row: Mapping[str, Any]) -> Moving:
    models = {
        "message": Message.model_validate(row["message"]),
        "audience": Audience.model_validate(row["audience"]),
    }
    return Moving(**{**row, **models})


async def give_up_old(connection: Connection) -> list[tuple[str, str]]:
    """Cancel what was started more than 30 days ago; return number and unit of each."""
    return [(row["number"], row["unit"]) for row in await fetch(connection, _Q["give_up_old"])]


async def be_short(connection: Connection) -> None:
    """Let the server end this transaction when nothing comes for 5 s."""
    await execute(connection, _Q["be_short"])


async def known(connection: Connection, ids: Sequence[uuid.UUID], *, since: datetime) -> set[uuid.UUID]:
    """Return which of these rows exist; `since`: when their broadcast was created."""
    rows = await fetch(connection, _Q["known"], {"ids": list(ids), "since": since})
    return {row["id"] for row in rows}


async def opted_out(connection: Connection, hashes: Sequence[bytes]) -> set[bytes]:
    """Return the hashes of those who want nothing now."""
    rows = await fetch(connection, _Q["opted_out"], {"hashes": list(hashes)})
    return {bytes(row["hash"]) for row in rows}


async def extend(
    connection: Connection, broadcast: Moving, *, cursor: Mapping[str, Any], made: int, is_last: bool
) -> bool:
    """Count rows that this transaction has written; False: the broadcast was stopped, or another one was first.

    Call it last in the transaction, and roll back when it says False.
    """
    params = {
        "id": broadcast.id,
        "rows": broadcast.rows,
        "expected": None if broadcast.cursor is None else Jsonb(dict(broadcast.cursor)),
        "cursor": Jsonb(dict(cursor)),
        "made": made,
        "is_last": is_last,
    }
    return bool(await fetch(connection, _Q["extend"], params))


async def window(database: Database, broadcast: Moving) -> Window:
    """Count the rows that are out of their hold and not sent yet."""
    row = (await database.fetch_by_keys(_Q["window"], _keys(broadcast)))[0]
    return Window(row["rows"], row["put_aside"])


async def next_rows(connection: Connection, cipher: Cipher, broadcast: Moving, *, until: int) -> list[NextRow]:
    """Return the rows after the last one that was let go, up to the ordinal `until`."""
    params = _keys(broadcast) | {"released": broadcast.released, "until": until}
    return [_next(row, cipher) for row in await fetch(connection, _Q["next_rows"], params)]


def _next(row: Mapping[str, Any], cipher: Cipher) -> NextRow:
    try:
        phone = cipher.decrypt_optional(row["recipient_enc"], RECIPIENT_COLUMN)
    except UndecipherableValue:
        phone = None
    return NextRow(row["ordinal"], phone, row["recipient_hash"])


async def release(
    connection: Connection,
    broadcast: Moving,
    *,
    until: int,
    later: Sequence[Later] = (),
    watch_seconds: float | None = None,
) -> int | None:
    """Let the rows up to the ordinal `until` go; return how many are to be sent now.

    None: the broadcast was stopped, or another process was first. `watch_seconds`: with these rows its first share is
    complete, and is watched for so long.
    """
    params = _keys(broadcast) | {
        "state": broadcast.state,
        "released": broadcast.released,
        "until": until,
        "urgent": broadcast.urgent,
        "watch_seconds": watch_seconds,
        "ordinals": [one.ordinal for one in later],
        "moments": [one.due_at for one in later],
        "reasons": [one.reason for one in later],
    }
    rows = await fetch(connection, _Q["release"], params)
    return rows[0]["rows"] if rows else None


async def advertising(
    connection: Connection, broadcast: Moving, hashes: Sequence[bytes]
) -> dict[bytes, list[datetime]]:
    """Return by phone when other advertising reached it in the last 24 hours, or will; the newest first."""
    rows = await fetch(connection, _Q["advertising"], {"id": broadcast.id, "hashes": list(hashes)})
    return {bytes(row["hash"]): row["moments"] for row in rows}


async def put_aside(database: Database, broadcast: Moving, *, reason: str, seconds: float = 0.0) -> int:
    """Take the date from rows that are due by then; they keep their place. Return how many."""
    params = _keys(broadcast) | {"reason": reason, "seconds": seconds}
    return len(await database.fetch_by_keys(_Q["put_aside"], params))


async def give_back(database: Database, broadcast: Moving) -> int:
    """Make due again what was put aside; return how many."""
    return len(await database.fetch_by_keys(_Q["give_back"], _keys(broadcast)))


async def cancel(database: Database, broadcast: Moving, *, after: int, until: int) -> int:
    """Cancel what has not gone out of the rows with ordinals from `after` (left out) to `until`; return how many."""
    params = _keys(broadcast) | {"after": after, "until": until}
    return len(await database.fetch_by_keys(_Q["cancel"], params))


async def count(database: Database, broadcast: Moving, *, after: int, until: int) -> list[Group]:
    """Count the rows with ordinals from `after` (left out) to `until` by what became of them."""
    rows = await database.fetch_by_keys(_Q["count"], _keys(broadcast) | {"after": after, "until": until})
    return [Group(**row) for row in rows]


async def opt_outs(database: Database, broadcast: Moving) -> int:
    """Count the people who opted out after it had reached them."""
    people: int = (await database.fetch(_Q["opt_outs"], _keys(broadcast)))[0]["people"]
    return people


async def is_open(database: Database, broadcast: Moving) -> bool:
    """Say whether we may still do something to a row of it."""
    return bool((await database.fetch_by_keys(_Q["open"], _keys(broadcast)))[0]["is_open"])


async def halt(connection: Connection, broadcast: Moving, *, reason: str, judged: Mapping[str, Any]) -> bool:
    """Stop it by itself; `judged` is kept in its progress. False: it was stopped already."""
    params = {"id": broadcast.id, "reason": reason, "judged": Jsonb(dict(judged))}
    return bool(await fetch(connection, _Q["halt"], params))


async def pass_canary(connection: Connection, broadcast: Moving, *, canary: int) -> bool:
    """Go on with all others after the first `canary` rows."""
    return bool(await fetch(connection, _Q["pass_canary"], {"id": broadcast.id, "canary": canary}))


async def finish(connection: Connection, broadcast: Moving) -> bool:
    """End it if nothing is open any more."""
    return bool(await fetch(connection, _Q["finish"], _keys(broadcast)))


async def note_progress(database: Database, broadcast_id: int, progress: Mapping[str, Any]) -> None:
    """Keep how far it has come."""
    await database.fetch(_Q["note_progress"], {"id": broadcast_id, "progress": Jsonb(dict(progress))})


def _keys(broadcast: Moving) -> dict[str, Any]:
    return {"id": broadcast.id, "since": broadcast.created_at}
