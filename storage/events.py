"""Dossier events: their identities, and the append-only record of what became of each."""

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.crypto import Cipher
from storage.database import Connection, Database, fetch
from storage.identity import derive_uuid
from storage.sql import queries
from storage.wire import Value, array, copy_line

_NAMESPACE = uuid.UUID("6b7d3c52-6f0c-5d0e-9a52-0d5f0b1f6f31")
_Q = queries("events")
PAYLOAD_COLUMN = "dossier_events.payload"
_quote = json.JSONEncoder(ensure_ascii=False).encode


def event_key(source: str, event_id: str) -> uuid.UUID:
    """Return the identity of an event: the same source and id give the same key, whatever the content."""
    return derive_uuid(_NAMESPACE, f"[{_quote(source)}, {_quote(event_id)}]")


@dataclass(slots=True)
class EventRecord:
    """One offered event, as it is appended, and not to be changed.

    `payload` is its JSON in the clear and is encrypted on the way in.
    """

    source: str
    event_id: str
    outcome: str
    key: uuid.UUID | None = None
    dossier_id: int | None = None
    dossier_code: str | None = None
    status: int | None = None
    event_time: datetime | None = None
    notice: str | None = None
    anomaly: str | None = None
    errors: Sequence[dict[str, Any]] | None = None
    payload: str | None = None


async def claim_keys(connection: Connection, keys: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Take the identities that nobody had taken before and return them; the rest are duplicates."""
    return {row["key"] for row in await fetch(connection, _Q["claim_keys"], {"keys": array(keys)})}


async def append(connection: Connection, records: Iterable[EventRecord], cipher: Cipher) -> None:
    """Append a batch of records."""
    lines = [copy_line(_columns(record, cipher)) for record in records]
    async with connection.cursor() as cursor, cursor.copy(_Q["append"]) as copy:
        await copy.write("".join(lines))


def _columns(record: EventRecord, cipher: Cipher) -> tuple[Value, ...]:
    """Return what `append` writes, in its order."""
    return (
        record.source,
        record.event_id,
        record.key,
        record.dossier_id,
        record.dossier_code,
        record.status,
        record.event_time,
        record.outcome,
        record.notice,
        record.anomaly,
        None if record.errors is None else json.dumps(record.errors, ensure_ascii=False),
        cipher.encrypt_optional(record.payload, PAYLOAD_COLUMN),
    )


async def count_outcomes(database: Database) -> dict[str, int]:
    """Return how many offered events ended how: accepted, duplicate, stale, rejected."""
    return {row["outcome"]: row["events"] for row in await database.fetch(_Q["count_outcomes"])}


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as an operator may see it: no payload."""

    id: int
    received_at: datetime
    source: str
    event_id: str
    status: int
    event_time: datetime
    outcome: str
    notice: str | None
    anomaly: str | None


async def of_notice(database: Database, key: uuid.UUID) -> StoredEvent | None:
    """Return the event that a notice came from."""
    rows = await database.fetch(_Q["of_notice"], {"key": key})
    return StoredEvent(**rows[0]) if rows else None
