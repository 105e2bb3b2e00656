"""Links: which dossiers a citizen may ask about, how that was proved, until when, and why one ended.

A link without `expires_at` is the citizen's own and brings the notices of its phone into the chat; one with it was lent
by a relative, ends by itself, and brings nothing. Everything here looks at links that hold at this moment alone.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from dossiers.contact import normalise_phone
from storage.citizens import ProvedPhone
from storage.crypto import Cipher
from storage.database import Connection, Database, execute, fetch
from storage.dossiers import PEOPLE_COLUMN, PHONE_COLUMN, Dossier
from storage.recipients import LINK_PHONE_COLUMN
from storage.sql import queries

_Q = queries("links")
_DOSSIER_FIELDS = tuple(column.name for column in fields(Dossier))
_OWNER = "owner"  # the role's name in `dossiers.people_enc`
MAX_OF_PHONE = 200
"""A phone with more dossiers than that belongs to an office or a shop."""


@dataclass(frozen=True, slots=True)
class Link:
    """A dossier that a citizen may ask about now; `expires_at`: for a relative's, when that ends."""

    id: int
    dossier: Dossier
    proof: str
    linked_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class EndedLink:
    """A link that ended without the citizen's doing; `reason` is `phone_changed` or `expired`."""

    code: str
    reason: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Addressee:
    """A dossier and the mobile number (84…) that proves control of it; None: it has none."""

    dossier_id: int
    phone: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class DossiersOfPhone:
    """The newest dossiers of a phone, and how many people they belong to."""

    ids: tuple[int, ...]
    owners: int


async def find(database: Database, citizen_id: int, code: str) -> Link | None:
    """Return the citizen's link to the dossier with this normalised code."""
    return _link(await database.fetch_alone(_Q["find"], {"citizen_id": citizen_id, "code": code}))


async def get(database: Database, citizen_id: int, dossier_id: int) -> Link | None:
    """Return the citizen's link to a dossier."""
    return _link(await database.fetch_alone(_Q["get"], {"citizen_id": citizen_id, "dossier_id": dossier_id}))


async def current(database: Database, citizen_id: int, *, limit: int = 100, offset: int = 0) -> list[Link]:
    """Return a citizen's links, the dossier handled latest first."""
    params = {"citizen_id": citizen_id, "limit": limit, "offset": offset}
    return [_read(row) for row in await database.fetch_alone(_Q["current"], params)]


async def addressee(connection: Connection, cipher: Cipher, code: str) -> Addressee | None:
    """Return whom a one-time code for the dossier with this code goes to: its applicant, else its owner."""
    rows = await fetch(connection, _Q["addressee"], {"code": code})
    return _addressee(rows[0], cipher) if rows else None


async def lock_those_with(
    connection: Connection, cipher: Cipher, dossier_ids: Collection[int], phone: str
) -> tuple[int, ...]:
    """Return those of these dossiers whose code would go to `phone` (84…); they keep it until the transaction ends."""
    rows = await fetch(connection, _Q["addressees_locked"], {"dossier_ids": list(dossier_ids)})
    return tuple(one.dossier_id for one in (_addressee(row, cipher) for row in rows) if one.phone == phone)


async def of_phone(connection: Connection, cipher: Cipher, phone: str) -> DossiersOfPhone:
    """Return the newest `MAX_OF_PHONE` dossiers whose applicant has this phone (84…)."""
    params = {"hashes": cipher.lookup_hashes(phone), "limit": MAX_OF_PHONE}
    rows = await fetch(connection, _Q["of_phone"], params)
    return DossiersOfPhone(tuple(row["id"] for row in rows), len({bytes(row["owner"]) for row in rows}))


async def has_dossiers(connection: Connection, cipher: Cipher, phone: str) -> bool:
    """Say whether a phone (84…) is the applicant's of any dossier; in the same time for one and for many."""
    rows = await fetch(connection, _Q["has_dossiers"], {"hashes": cipher.lookup_hashes(phone)})
    return bool(rows[0]["found"])


async def add(
    connection: Connection,
    citizen_id: int,
    dossier_ids: Collection[int],
    *,
    proof: str,
    phone: ProvedPhone,
    seconds: float | None = None,
) -> None:
    """Link dossiers whose control was shown by `phone`; `seconds`: for so long, else until it is taken back."""
    await execute(connection, _Q["end_expired"], {"citizen_id": citizen_id})
    params = {
        "citizen_id": citizen_id,
        "dossier_ids": sorted(dossier_ids),
        "proof": proof,
        "phone_hash": phone.cipher.lookup_hash(phone.number),
        "phone_enc": phone.cipher.encrypt(phone.number, LINK_PHONE_COLUMN),
        "seconds": seconds,
    }
    await execute(connection, _Q["add"], params)


async def lend(database: Database, citizen_id: int, dossier_id: int, *, seconds: float) -> bool:
    """Let a citizen's own link end after `seconds`; False when there is none."""
    params = {"citizen_id": citizen_id, "dossier_id": dossier_id, "seconds": seconds}
    return bool(await database.fetch(_Q["lend"], params))


async def revoke(
    database: Database, citizen_id: int, *, entry_id: int, dossier_id: int | None = None, code: str | None = None
) -> str | None:
    """Take the link to a dossier, by its id or its normalised code, back; return its code, None when there is none."""
    params = {"citizen_id": citizen_id, "entry_id": entry_id, "dossier_id": dossier_id, "code": code}
    rows = await database.fetch(_Q["revoke"], params)
    return rows[0]["code"] if rows else None


async def revoke_all(database: Database, citizen_id: int, *, entry_id: int) -> int:
    """Take all links of a citizen back; return how many there were."""
    return len(await database.fetch(_Q["revoke_all"], {"citizen_id": citizen_id, "entry_id": entry_id}))


async def revoke_moved(connection: Connection, dossier_ids: Sequence[int]) -> None:
    """End the links that were proved by the phone which these locked dossiers have no more."""
    if dossier_ids:
        await execute(connection, _Q["revoke_moved"], {"dossier_ids": sorted(dossier_ids)})


async def take_news(database: Database, citizen_id: int, entry_id: int) -> list[EndedLink]:
    """Return the links that ended by themselves and were not told yet; the same again for the same entry."""
    await database.fetch(_Q["end_expired"], {"citizen_id": citizen_id})
    rows = await database.fetch(_Q["take_news"], {"citizen_id": citizen_id, "entry_id": entry_id})
    ended = [EndedLink(row["code"], row["reason"], row["ended_at"]) for row in sorted(rows, key=lambda row: row["id"])]
    return list({one.code: one for one in ended}.values())


def _link(rows: Sequence[Any]) -> Link | None:
    return _read(rows[0]) if rows else None


def _read(row: Any) -> Link:
    dossier = Dossier(**{name: row[name] for name in _DOSSIER_FIELDS})
    return Link(row["link_id"], dossier, row["proof"], row["linked_at"], row["expires_at"])


def _addressee(row: Any, cipher: Cipher) -> Addressee:
    phone = cipher.decrypt_optional(row["phone_enc"], PHONE_COLUMN)
    return Addressee(row["id"], phone or _owners_phone(cipher.decrypt_optional(row["people_enc"], PEOPLE_COLUMN)))


def _owners_phone(people: str | None) -> str | None:
    known = json.loads(people) if people else {}
    return normalise_phone((known.get(_OWNER) or {}).get("phone"))
