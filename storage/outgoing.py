"""Events for the one-stop system: kept with the deed that they tell of, sent later, listed and repeatable.

Each is a CloudEvent (specification 1.0, JSON format), encrypted until it is sent. `workers/outgoing.py` sends.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from psycopg.rows import DictRow

from storage import audit
from storage.audit import Entry
from storage.crypto import Cipher
from storage.database import Connection, Database, fetch
from storage.errors import UndecipherableValue
from storage.sql import queries

_Q = queries("outgoing")
OUTGOING_COLUMN = "outgoing_events.payload"
SOURCE: Final = "urn:bao-ho-so"
"""Who tells, as every event names it."""
STATES: Final = ("pending", "sending", "delivered", "failed")
_IDS = uuid.UUID("0c2c3f7e-6c1e-5b9e-9d53-5b2d7a51f0a4")


@dataclass(frozen=True, slots=True)
class ClaimedEvent:
    """An event that is ours to send until its lease ends."""

    id: uuid.UUID
    type: str
    subject: str | None
    body: str | None = field(repr=False)
    """The CloudEvent, as it is sent; None when no configured key opens it: it must not harm its neighbours."""
    tries: int
    """This one included."""
    token: uuid.UUID
    seconds_left: float
    """Until it is given up."""


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as it is listed, without what it says."""

    id: uuid.UUID
    type: str
    subject: str | None
    state: str
    tries: int
    created_at: datetime
    due_at: datetime
    delivered_at: datetime | None
    last_answer: str | None


@dataclass(frozen=True, slots=True)
class EventStory:
    """One event with what it says."""

    view: EventView
    event: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many events are in a state, and for how many seconds the oldest has existed."""

    events: int
    oldest_seconds: float


async def add(
    target: Connection | Database,
    cipher: Cipher,
    *,
    type: str,  # noqa: A002 - CloudEvents' own word
    subject: str | None,
    data: Mapping[str, Any],
    entry_id: int | None,
    key: str | None = None,
) -> uuid.UUID:
    """Keep an event and return its id; the same type for the same inbox entry is the same event and changes nothing.

    With a connection it is kept if and when that transaction commits. Events of one subject (a dossier code or a
    ticket number) are delivered in the order of their keeping.

    Args:
        target: an open transaction, or the database.
        cipher: it is encrypted.
        type: `hoso.postal.requested`, `hoso.ticket.opened`, …
        subject: a dossier code or a ticket number.
        data: JSON values.
        entry_id: the inbox entry behind it.
        key: what else makes it the same event, where no inbox entry is behind it.

    Raises:
        ValueError: neither entry nor key.
    """
    if entry_id is None and key is None:
        raise ValueError("an outgoing event needs the entry or the key that tells it from a repeat")
    identifier = uuid.uuid5(_IDS, f"{entry_id}:{type}" if key is None else f"{entry_id}:{type}:{key}")
    document = {
        "specversion": "1.0",
        "id": str(identifier),
        "source": SOURCE,
        "type": type,
        **({} if subject is None else {"subject": subject}),
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "datacontenttype": "application/json",
        "data": dict(data),
    }
    params = {
        "id": identifier,
        "type": type,
        "subject": subject,
        "payload_enc": cipher.encrypt(json.dumps(document, ensure_ascii=False), OUTGOING_COLUMN),
        "entry_id": entry_id,
    }
    if isinstance(target, Database):
        await target.fetch(_Q["add"], params)
    else:
        await fetch(target, _Q["add"], params)
    return identifier


def receiver_of(url: str) -> bytes:
    """Return what stands for an address, which may hold a secret, in the list of stopped receivers."""
    return hashlib.sha256(url.encode()).digest()


async def claim(
    database: Database, cipher: Cipher, *, url: str, limit: int, lease_seconds: float, give_up_seconds: float
) -> list[ClaimedEvent]:
    """Take up to `limit` events that are due, none while the receiver is stopped; the first try starts their day."""
    params = {
        "receiver": receiver_of(url),
        "limit": limit,
        "lease_seconds": float(lease_seconds),
        "give_up_seconds": float(give_up_seconds),
    }
    rows = await database.fetch(_Q["claim"], params)
    claimed = []
    for row in sorted(rows, key=lambda row: int(row["ordinal"])):
        values = dict(row)
        del values["ordinal"]
        body = _open(values.pop("payload_enc"), cipher)
        claimed.append(ClaimedEvent(**values, body=body))
    return claimed


def _open(payload: bytes, cipher: Cipher) -> str | None:
    try:
        return cipher.decrypt(payload, OUTGOING_COLUMN)
    except UndecipherableValue:
        return None


async def settle(
    database: Database,
    event: ClaimedEvent,
    *,
    state: str,
    answer: str,
    due_in_seconds: float = 0,
    is_uncounted: bool = False,
) -> bool:
    """Record what a try came to: `delivered`, `failed` or `pending` again; False when the event is not ours any more.

    `is_uncounted`: the try says nothing about the event, so it does not count.
    """
    params = {
        "id": event.id,
        "token": event.token,
        "state": state,
        "answer": answer,
        "due_in_seconds": float(due_in_seconds),
        "is_uncounted": is_uncounted,
    }
    return bool(await database.fetch(_Q["settle"], params))


async def stop(database: Database, url: str, event_id: uuid.UUID) -> bool:
    """Send nothing more to an address that is gone; False when that was known."""
    return bool(await database.fetch(_Q["stop"], {"receiver": receiver_of(url), "event_id": event_id}))


async def resume(database: Database, *, entry: Entry | None = None) -> int:
    """Let sending go on; return how many receivers were stopped. `entry` goes to the audit log if there were any."""
    return len(await _fetch_noted(database, "resume", {}, entry))


async def stopped_since(database: Database, url: str) -> datetime | None:
    """Return since when an address is gone; None while it is not."""
    rows = await database.fetch(_Q["stopped_since"], {"receiver": receiver_of(url)})
    return rows[0]["stopped_at"] if rows else None


async def search(database: Database, *, state: str | None = None, limit: int = 100) -> list[EventView]:
    """Return events, newest first."""
    return [EventView(**row) for row in await database.fetch(_Q["search"], {"state": state, "limit": limit})]


async def find(database: Database, cipher: Cipher, identifier: uuid.UUID) -> EventStory | None:
    """Return one event with what it says."""
    rows = await database.fetch(_Q["find"], {"id": identifier})
    if not rows:
        return None
    values = dict(rows[0])
    document = json.loads(cipher.decrypt(values.pop("payload_enc"), OUTGOING_COLUMN))
    return EventStory(EventView(**values), document)


async def repeat(database: Database, identifier: uuid.UUID, *, entry: Entry | None = None) -> bool:
    """Have an event sent again, with the same id; False when it is under way or unknown.

    `entry` goes to the audit log with it, if it is.
    """
    return bool(await _fetch_noted(database, "repeat", {"id": identifier}, entry))


async def _fetch_noted(database: Database, query: str, params: dict[str, Any], entry: Entry | None) -> list[DictRow]:
    async with database.transaction() as connection:
        rows = await fetch(connection, _Q[query], params)
        if rows and entry is not None:
            await audit.write(connection, entry)
    return rows


async def count(database: Database) -> dict[str, Waiting]:
    """Return what is not delivered, by state."""
    rows = await database.fetch(_Q["count"])
    return {row["state"]: Waiting(row["events"], row["oldest_seconds"]) for row in rows}


async def forget_delivered(database: Database, *, days: int) -> int:
    """Drop up to a thousand events that were delivered and are older than so many days; return how many."""
    return len(await database.fetch(_Q["forget_delivered"], {"days": days}))
