"""Notices that wait: released at their hour, replaced by newer ones, counted by day, merged into one message.

What one notice implies of another is not known here: the pairs (older, newer) are passed in.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from storage.crypto import Cipher
from storage.database import Connection, Database, execute, fetch
from storage.errors import UndecipherableValue
from storage.notices import CONTENT_COLUMN, NOTICE_EMAIL_COLUMN, RECIPIENT_COLUMN, NewNotice
from storage.sql import queries

_Q = queries("waiting")
OVERTAKEN_AT_ONCE = 5000
"""How many notices one statement sets aside: it locks them all."""
DIGESTS_AT_ONCE = 200

Implied = Mapping[str, Sequence[str]]
"""`older_kind` and `newer_kind`: two columns of pairs."""


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many messages a phone (by its hash) gets on a day of the city.

    `waits_for` is set for those over the limit: the moment for which they wait.
    """

    hash: bytes
    day: date
    waits_for: datetime | None
    notices: int


@dataclass(frozen=True, slots=True)
class HeldNotice:
    """A notice that is about to be merged, locked. `phone` None and `content` empty: no configured key opens it."""

    id: uuid.UUID
    created_at: datetime
    dossier_id: int | None
    dossier_code: str | None
    ordinal: int | None
    kind: str
    role: str
    language: str
    demands_action: bool
    phone: str | None
    email: str | None
    content: Mapping[str, Any]


async def release_held(database: Database, *, merges: bool = False) -> set[str]:
    """Hand held notices whose hour has come to delivery; return their lanes.

    `merges`: those over the day's limit stay, because they are said together (`due_digests`).
    """
    return {row["lane"] for row in await database.fetch(_Q["release_held"], {"merges": merges})}


async def supersede_held(connection: Connection, newer: Sequence[NewNotice], *, implied: Implied) -> None:
    """Decide what is held of the same dossiers and older than `newer`, in the transaction that wrote them.

    What a newer one implies is superseded and counted by it; the rest goes out before it.
    """
    if newer:
        names = ("id", "dossier_id", "role", "ordinal", "kind", "urgent_until")
        params = {name: [getattr(one, name) for one in newer] for name in names}
        await execute(connection, _Q["supersede_held"], params | dict(implied))


async def readdress(connection: Connection, moved: Sequence[tuple[int, str]], cipher: Cipher) -> None:
    """Send what has not gone yet of dossiers to the applicant's corrected mobile number (84…)."""
    if moved:
        params = {
            "dossier_id": [dossier_id for dossier_id, _ in moved],
            "recipient": [cipher.encrypt(phone, RECIPIENT_COLUMN) for _, phone in moved],
            "hash": [cipher.lookup_hash(phone) for _, phone in moved],
        }
        await execute(connection, _Q["readdress"], params)


async def supersede_overtaken(
    database: Database, *, patience_seconds: float, implied: Implied, limit: int = OVERTAKEN_AT_ONCE
) -> int:
    """Set aside what waits longer than that while a newer notice that implies it waits too; how many, up to `limit`."""
    params = {"patience_seconds": float(patience_seconds), "limit": limit, **implied}
    async with database.transaction() as connection:
        crowded = await fetch(connection, _Q["find_crowded"], params)
        if not crowded:
            return 0
        params["dossiers"] = [row["dossier_id"] for row in crowded]
        found = await fetch(connection, _Q["find_overtaken"], params)
        if not found:
            return 0
        pairs = {name: [row[name] for row in found] for name in ("id", "newest_id")}
        return len(await fetch(connection, _Q["supersede_overtaken"], pairs))


async def count_by_day(connection: Connection, hashes: Sequence[bytes], *, zone: str) -> list[DayCount]:
    """Count what phones get by day of the zone; notices of the last fortnight, replies and codes left out."""
    if not hashes:
        return []
    rows = await fetch(connection, _Q["count_by_day"], {"hashes": list(hashes), "zone": zone})
    return [DayCount(bytes(row["hash"]), row["day"], row["waits_for"], row["notices"]) for row in rows]


async def lock_phones(connection: Connection, places: Sequence[int]) -> None:
    """Wait until no other transaction decides about phones of these places, and keep others out until ours ends."""
    await execute(connection, _Q["lock_phones"], {"places": sorted(set(places))})


async def lock_digests(connection: Connection) -> bool:
    """Become the one that merges until the transaction ends; False when another one is."""
    return bool((await fetch(connection, _Q["lock_digests"]))[0]["locked"])


async def due_digests(connection: Connection, *, limit: int = DIGESTS_AT_ONCE) -> dict[bytes, int]:
    """Return the phones (hashes) whose merged message is due, with the number of their notices."""
    return {bytes(row["hash"]): row["notices"] for row in await fetch(connection, _Q["due_digests"], {"limit": limit})}


async def lock_merged(connection: Connection, recipient_hash: bytes, cipher: Cipher) -> list[HeldNotice]:
    """Lock and return what one phone's merged message speaks of, in order; what others hold locked is left out."""
    return [_held(row, cipher) for row in await fetch(connection, _Q["lock_merged"], {"hash": recipient_hash})]


def _held(row: Mapping[str, Any], cipher: Cipher) -> HeldNotice:
    values = dict(row)
    recipient, content, address = values.pop("recipient_enc"), values.pop("content_enc"), values.pop("email_enc")
    try:
        phone = cipher.decrypt_optional(recipient, RECIPIENT_COLUMN)
        email = cipher.decrypt_optional(address, NOTICE_EMAIL_COLUMN)
        said = json.loads(cipher.decrypt_optional(content, CONTENT_COLUMN) or "null")
    except UndecipherableValue:
        said = None
    if said is None:
        return HeldNotice(**values, phone=None, email=None, content={})
    return HeldNotice(**values, phone=phone, email=email, content=said)


async def merge(connection: Connection, merged: Sequence[HeldNotice], digest: uuid.UUID) -> None:
    """Set locked notices aside: the message `digest` says what they would have said."""
    await execute(connection, _Q["merge"], {**_keys(merged), "digest": digest})


async def release(connection: Connection, held: Sequence[HeldNotice], *, replaces: int = 0) -> None:
    """Hand locked notices to delivery as they are; `replaces`: how many others each is sent instead of."""
    await execute(connection, _Q["release"], {**_keys(held), "replaces": replaces})


def _keys(held: Sequence[HeldNotice]) -> dict[str, Any]:
    return {"id": [one.id for one in held], "created_at": [one.created_at for one in held]}
