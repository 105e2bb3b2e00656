"""What became of a broadcast: counted for its report, and row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.broadcasts import Broadcast
from storage.crypto import Cipher
from storage.database import Database
from storage.errors import UndecipherableValue
from storage.notices import RECIPIENT_COLUMN
from storage.sql import queries

_Q = queries("broadcasts")


@dataclass(frozen=True, slots=True)
class Group:
    """People of whom the same became; costs in VND without VAT."""

    state: str
    reason: str | None
    channel: str | None
    people: int
    cost_vnd: int
    possible_duplicates: int


@dataclass(frozen=True, slots=True)
class Hour:
    """What the platforms took from the full hour `hour` on, and how much of that arrived, whenever it did."""

    hour: datetime
    accepted: int
    delivered: int


@dataclass(frozen=True, slots=True)
class RecipientOutcome:
    """What became of one recipient's row; `phone` (84…) is None where no key opens it. Mask it before it is shown."""

    ordinal: int
    phone: str | None = field(repr=False)
    state: str
    reason: str | None
    channel: str | None
    cost_vnd: int | None
    possible_duplicate: bool
    accepted_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None


async def groups(database: Database, broadcast: Broadcast) -> Sequence[Group]:
    """Count a broadcast's people by what became of them, the most first."""
    return [Group(**row) for row in await database.fetch(_Q["outcomes"], _keys(broadcast))]


async def hours(database: Database, broadcast: Broadcast) -> Sequence[Hour]:
    """Count what went out by the hour, oldest first; hours without any are left out."""
    return [Hour(**row) for row in await database.fetch(_Q["by_hour"], _keys(broadcast))]


async def opt_outs(database: Database, broadcast: Broadcast) -> int:
    """Count the people who opted out within a week after it had reached them."""
    [row] = await database.fetch(_Q["opt_outs_after"], _keys(broadcast))
    return int(row["people"])


async def rows_after(
    database: Database, cipher: Cipher, broadcast: Broadcast, *, after: int, limit: int
) -> list[RecipientOutcome]:
    """Return the rows after an ordinal, in their order."""
    params = _keys(broadcast) | {"after": after, "limit": limit}
    return [_read(row, cipher) for row in await database.fetch(_Q["rows_after"], params)]


async def rows_of_phone(database: Database, cipher: Cipher, broadcast: Broadcast, phone: str) -> list[RecipientOutcome]:
    """Return the rows of one phone (84…); none: it was no recipient."""
    params = _keys(broadcast) | {"hashes": cipher.lookup_hashes(phone)}
    return [_read(row, cipher) for row in await database.fetch(_Q["rows_of_phone"], params)]


def _keys(broadcast: Broadcast) -> dict[str, Any]:
    return {"id": broadcast.id, "since": broadcast.created_at}


def _read(row: dict[str, Any], cipher: Cipher) -> RecipientOutcome:
    sealed = row.pop("recipient_enc")
    try:
        phone = cipher.decrypt_optional(sealed, RECIPIENT_COLUMN)
    except UndecipherableValue:
        phone = None
    return RecipientOutcome(phone=phone, **row)
