"""Keys of the systems that post events or make broadcasts. A key is `hoso_<id>_<secret>`; only a hash of it is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection, Database, execute, fetch
from storage.sql import queries

_Q = queries("api_keys")
EVENTS = "events"
BROADCASTS = "broadcasts"
SCOPES = (EVENTS, BROADCASTS)
"""What a key may be for."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as an operator may see it."""

    id: str
    source: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    scopes: list[str]
    unit: str | None
    """Of a key that makes broadcasts: where."""


def _hash(key: str) -> bytes:
    # The secret has 256 random bits, so a plain hash is enough: there is nothing to guess.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()  # a header may hold any bytes


async def add(database: Database, source: str, *, scopes: Sequence[str] = (EVENTS,), unit: str | None = None) -> str:
    """Make a key for `source` and return it; it cannot be shown again."""
    async with database.transaction() as connection:
        _, key = await make(connection, source, scopes=scopes, unit=unit)
    return key


async def make(
    connection: Connection, source: str, *, scopes: Sequence[str], unit: str | None = None
) -> tuple[str, str]:
    """Make a key for `source` and return its id and the key itself, which cannot be shown again."""
    identifier = secrets.token_hex(4)
    key = f"hoso_{identifier}_{secrets.token_urlsafe(32)}"
    params = {"id": identifier, "source": source, "key_hash": _hash(key), "scopes": list(scopes), "unit": unit}
    await execute(connection, _Q["add"], params)
    return identifier, key


async def find(database: Database, key: str) -> ApiKey | None:
    """Return the key in force that somebody showed, whatever it is for; None: unknown or revoked."""
    rows = await database.fetch(_Q["find"], {"key_hash": _hash(key)})
    if not rows:
        return None
    async with database.transaction() as connection:
        await execute(connection, _Q["touch"], {"id": rows[0]["id"]})
    return ApiKey(**rows[0])


async def find_source(database: Database, key: str) -> str | None:
    """Return the source whose events a key may bring; None: unknown, revoked, or for something else."""
    found = await find(database, key)
    return found.source if found is not None and EVENTS in found.scopes else None


async def all_keys(database: Database) -> list[ApiKey]:
    """Return every key without its secret, oldest first."""
    return [ApiKey(**row) for row in await database.fetch(_Q["all"])]


async def revoke(database: Database, identifier: str) -> bool:
    """End a key; False when there is no such key in force."""
    async with database.transaction() as connection:
        return await end(connection, identifier) is not None


async def end(connection: Connection, identifier: str) -> ApiKey | None:
    """End a key within a transaction and return it; None when there is no such key in force."""
    rows = await fetch(connection, _Q["revoke"], {"id": identifier})
    return ApiKey(**rows[0]) if rows else None
