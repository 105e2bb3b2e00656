"""The inbox: verified platform events as they came, each worked on once however often it is delivered."""

import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from storage.crypto import Cipher
from storage.database import Database
from storage.errors import UndecipherableValue
from storage.sql import queries

_Q = queries("inbox")
RAW_COLUMN = "inbox.raw"


@dataclass(slots=True)  # not frozen: that makes each three times as dear, and one is made for every webhook
class NewEntry:
    """A verified platform event to store; `sender` is the platform's user id, kept as a keyed hash."""

    platform: str
    platform_id: str
    event_name: str
    kind: str
    raw: str
    account_id: str | None = None
    sender: str | None = None
    to_do: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """An event that is ours to work on until its lease ends."""

    id: int
    platform: str
    platform_id: str
    account_id: str | None
    event_name: str
    kind: str
    received_at: datetime
    raw: str
    tries: int
    token: uuid.UUID
    is_readable: bool = True
    """False when no configured key opens it, or it was erased: `raw` is empty; it must not harm its neighbours."""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """How the work on an entry ended: state done, failed, or pending (again, in `due_in_seconds`)."""

    id: int
    token: uuid.UUID
    state: str = "done"
    note: str | None = None
    due_in_seconds: float = 0


async def store(database: Database, entries: Sequence[NewEntry], cipher: Cipher) -> set[str]:
    """Store entries and return the kinds that brought new work; repeats change nothing."""
    if not entries:
        return set()
    kinds = await database.fetch_alone(_Q["store"], _store_params(entries, cipher))
    return {row["kind"] for row in kinds}


def _store_params(entries: Sequence[NewEntry], cipher: Cipher) -> dict[str, str | bytes]:
    """The rows as one JSON text and one string of bytes that they point into.

    Not as arrays: the driver looks at every value of those, which costs several times as much a row.
    """
    rows, blob = [], bytearray()
    for entry in entries:
        sealed = cipher.encrypt(entry.raw, RAW_COLUMN)
        sender_hash = b"" if entry.sender is None else cipher.lookup_hash(entry.sender)
        rows.append(
            {
                "platform": entry.platform,
                "platform_id": entry.platform_id,
                "account_id": entry.account_id,
                "event_name": entry.event_name,
                "kind": entry.kind,
                "state": "pending" if entry.to_do else "ignored",
                "start": len(blob) + 1,  # PostgreSQL counts from one
                "hash_bytes": len(sender_hash),
                "raw_bytes": len(sealed),
            }
        )
        blob += sender_hash + sealed
    return {"entries": json.dumps(rows), "blob": bytes(blob)}


async def claim(
    database: Database,
    cipher: Cipher,
    *,
    kinds: Collection[str],
    limit: int,
    lease_seconds: float,
    in_order: bool = True,
) -> list[Entry]:
    """Take up to `limit` entries of some kinds; with `in_order`, only the earliest unfinished one of each sender."""
    rows = await database.fetch(
        _Q["claim"],
        {"kinds": sorted(kinds), "limit": limit, "lease_seconds": lease_seconds, "in_order": in_order},
    )
    entries = []
    for row in sorted(rows, key=lambda row: int(row["id"])):
        values = dict(row)
        try:
            raw = cipher.decrypt_optional(values.pop("raw_enc"), RAW_COLUMN)
        except UndecipherableValue:
            raw = None
        # The claim is committed by now: raising would take the whole batch along, again after each lease.
        entries.append(Entry(**values, raw=raw or "", is_readable=raw is not None))
    return entries


async def mark(database: Database, entry: Entry, note: str, *, lease_seconds: float) -> bool:
    """Leave a note on an entry under work (what is about to be done) and renew its lease; False: it is not ours now."""
    params = {"id": entry.id, "token": entry.token, "note": note, "lease_seconds": lease_seconds}
    return bool(await database.fetch(_Q["mark"], params))


async def finish(database: Database, finished: Sequence[Finished]) -> set[int]:
    """End the work on entries; return the ids that were still ours."""
    if not finished:
        return set()
    params = {field.name: [getattr(entry, field.name) for entry in finished] for field in fields(Finished)}
    # One statement takes one type: an int among floats is refused by the driver.
    params["due_in_seconds"] = [float(seconds) for seconds in params["due_in_seconds"]]
    return {row["id"] for row in await database.fetch(_Q["finish"], params)}


async def due_kinds(database: Database) -> dict[str, int]:
    """Return the kinds with entries that wait to be worked on, and how many."""
    return {row["kind"]: row["events"] for row in await database.fetch(_Q["due_kinds"])}


async def count_states(database: Database) -> dict[tuple[str, str], int]:
    """Return how many entries there are by kind and state."""
    return {(row["kind"], row["state"]): row["events"] for row in await database.fetch(_Q["count_states"])}
