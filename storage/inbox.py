"""The inbox: verified platform events as they came, each worked on once however often it is delivered."""

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


@dataclass(frozen=True, slots=True)
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
    """False when no configured key opens it: `raw` is empty; it must not harm its neighbours."""
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
    params = {
        "platform": [e.platform for e in entries],
        "platform_id": [e.platform_id for e in entries],
        "account_id": [e.account_id for e in entries],
        "event_name": [e.event_name for e in entries],
        "kind": [e.kind for e in entries],
        "sender_hash": [None if e.sender is None else cipher.lookup_hash(e.sender) for e in entries],
        "raw_enc": [cipher.encrypt(e.raw, RAW_COLUMN) for e in entries],
        "state": ["pending" if e.to_do else "ignored" for e in entries],
    }
    rows = await database.fetch(_Q["store"], params)
    return {row["kind"] for row in rows if row["state"] == "pending"}


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
        raw = values.pop("raw_enc")
        try:
            entries.append(Entry(**values, raw=cipher.decrypt(raw, RAW_COLUMN)))
        except UndecipherableValue:
            # The claim is committed by now: raising would take the whole batch along, again after each lease.
            entries.append(Entry(**values, raw="", is_readable=False))
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
