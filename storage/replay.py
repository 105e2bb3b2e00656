"""What a replay must know: stored events whose identity got lost, and what is there already."""

import uuid
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import DictRow

from storage.crypto import Cipher
from storage.database import Connection, Database, database_errors
from storage.errors import UndecipherableValue
from storage.events import PAYLOAD_COLUMN
from storage.sql import queries

_Q = queries("replay")


class Rehearsal(Database):
    """A database in which every transaction is taken back at its end; open it like any other."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Hand out a connection inside a transaction that leaves nothing behind.

        Raises:
            DatabaseUnavailable: as `Database.transaction`.
        """
        with database_errors():
            async with self._pool.connection() as connection, connection.transaction(force_rollback=True):
                yield connection

    async def fetch_alone(self, query: str, params: dict[str, Any] | None = None) -> list[DictRow]:
        """As `fetch`: a statement that commits by itself would last."""
        return await self.fetch(query, params)

    async def fetch_by_keys(self, query: str, params: dict[str, Any] | None = None) -> list[DictRow]:
        """As `fetch`, for the same reason."""
        return await self.fetch(query, params)


@dataclass(frozen=True, slots=True)
class LostEvent:
    """A stored event whose identity is missing; `payload` is its JSON, None when no configured key opens it."""

    id: int
    source: str
    event_id: str
    payload: str | None


async def lost_events(
    database: Database, cipher: Cipher, *, since: datetime, until: datetime, after: int = 0, limit: int = 1000
) -> Sequence[LostEvent]:
    """Return a page of stored events without identity, in the order in which they came; `after` is the last page's id.

    `since` and `until` (excluded) bound when they were taken.
    """
    params = {"since": since, "until": until, "after": after, "limit": limit}
    return [
        LostEvent(row["id"], row["source"], row["event_id"], _open(cipher, row["payload_enc"]))
        for row in await database.fetch(_Q["stored"], params)
    ]


def _open(cipher: Cipher, payload: bytes) -> str | None:
    try:
        return cipher.decrypt(payload, PAYLOAD_COLUMN)
    except UndecipherableValue:
        return None


async def count_known(database: Database, *, since: datetime, until: datetime) -> int:
    """Return how many events of that time are stored with their identity: nothing is missing of them."""
    return int((await database.fetch(_Q["count_known"], {"since": since, "until": until}))[0]["events"])


async def known_keys(database: Database, keys: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return those identities that were taken already."""
    return {row["key"] for row in await database.fetch(_Q["known_keys"], {"keys": list(keys)})}


async def known_notices(database: Database, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return those notices that exist."""
    return {row["id"] for row in await database.fetch(_Q["known_notices"], {"ids": list(ids)})}
