"""Keys of the systems that post events. A key is `hoso_<id>_<secret>`; only a hash of it is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from storage.database import Database, execute
from storage.sql import queries

_Q = queries("api_keys")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as an operator may see it."""

    id: str
    source: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def _hash(key: str) -> bytes:
    # The secret has 256 random bits, so a plain hash is enough: there is nothing to guess.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()  # a header may hold any bytes


async def add(database: Database, source: str) -> str:
    """Make a key for `source` and return it; it cannot be shown again."""
    identifier = secrets.token_hex(4)
    key = f"hoso_{identifier}_{secrets.token_urlsafe(32)}"
    async with database.transaction() as connection:
        await execute(connection, _Q["add"], {"id": identifier, "source": source, "key_hash": _hash(key)})
    return key


async def find_source(database: Database, key: str) -> str | None:
    """Return the source that a key belongs to, or None when it is unknown or revoked."""
    rows = await database.fetch(_Q["find"], {"key_hash": _hash(key)})
    if not rows:
        return None
    async with database.transaction() as connection:
        await execute(connection, _Q["touch"], {"id": rows[0]["id"]})
    return str(rows[0]["source"])


async def all_keys(database: Database) -> list[ApiKey]:
    """Return every key without its secret, oldest first."""
    return [ApiKey(**row) for row in await database.fetch(_Q["all"])]


async def revoke(database: Database, identifier: str) -> bool:
    """End a key; False when there is no such key in force."""
    return bool(await database.fetch(_Q["revoke"], {"id": identifier}))
