"""One-time codes under way: made, tried, used up. A code is kept as a keyed hash with a salt of its own.

A row is made for what does not exist too (a decoy), so that nothing tells the difference.
"""

import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.crypto import Cipher
from storage.database import Connection, Database, execute, fetch
from storage.sql import queries

_Q = queries("link_codes")
PHONE_COLUMN = "link_codes.phone"
DETAILS_COLUMN = "link_codes.details"


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code to be sent: `phone` (84…) is whose control it proves; None: a decoy."""

    citizen_id: int
    purpose: str
    digits: str = field(repr=False)
    salt: bytes = field(repr=False)
    entry_id: int
    notice_id: uuid.UUID
    seconds: float
    dossier_id: int | None = None
    phone: str | None = field(default=None, repr=False)
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Newest:
    """The citizen's newest code, locked; `tried_entry` is the inbox entry of the last try."""

    id: int
    salt: bytes = field(repr=False)
    tries: int
    tried_entry: int | None
    is_used: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a try."""

    is_right: bool
    tries: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What a used code proves: control of `phone` (84…), to which it went by `channel` as far as that is known."""

    purpose: str
    phone: str = field(repr=False)
    dossier_id: int | None = None
    channel: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)


async def was_asked(connection: Connection, entry_id: int) -> bool:
    """Say whether this inbox entry asked for a code before: it was worked on, and then something broke."""
    return bool(await fetch(connection, _Q["asked_by"], {"entry_id": entry_id}))


async def add(connection: Connection, cipher: Cipher, new: NewCode) -> datetime:
    """Write a code in place of the citizen's older ones; return when it ends. As much work for a decoy."""
    await execute(connection, _Q["void"], {"citizen_id": new.citizen_id})
    number = new.phone or "84000000000"
    phone_hash, phone_enc = cipher.lookup_hash(number), cipher.encrypt(number, PHONE_COLUMN)
    params = {
        "citizen_id": new.citizen_id,
        "purpose": new.purpose,
        "dossier_id": new.dossier_id,
        "phone_hash": phone_hash if new.phone else None,
        "phone_enc": phone_enc if new.phone else None,
        "code_hash": cipher.lookup_hash(_bound(new.salt, new.digits)),
        "salt": new.salt,
        "details_enc": cipher.encrypt(json.dumps(new.details, ensure_ascii=False), DETAILS_COLUMN),
        "entry_id": new.entry_id,
        "notice_id": new.notice_id,
        "seconds": new.seconds,
    }
    expires_at: datetime = (await fetch(connection, _Q["add"], params))[0]["expires_at"]
    return expires_at


async def lock_newest(connection: Connection, citizen_id: int) -> Newest | None:
    """Lock the citizen's newest code until the transaction ends."""
    rows = await fetch(connection, _Q["newest"], {"citizen_id": citizen_id})
    return Newest(**rows[0]) if rows else None


async def has_open(database: Database, citizen_id: int) -> bool:
    """Say whether a citizen has a code to type."""
    return bool(await database.fetch_alone(_Q["has_open"], {"citizen_id": citizen_id}))


async def try_once(
    connection: Connection, cipher: Cipher, newest: Newest, digits: str, *, entry_id: int, most: int
) -> Tried | None:
    """Use a code up with the right digits, or count a wrong try; the `most`th one ends the code.

    None: it is not open any more, or this entry tried it already.
    """
    params = {
        "id": newest.id,
        "entry_id": entry_id,
        "hashes": cipher.lookup_hashes(_bound(newest.salt, digits)),
        "most": most,
    }
    rows = await fetch(connection, _Q["try"], params)
    return Tried(rows[0]["is_used"], rows[0]["tries"]) if rows else None


async def proof_of(connection: Connection, cipher: Cipher, code_id: int) -> Proof:
    """Return what a used code proves. It was sent, so there is a phone."""
    row = (await fetch(connection, _Q["used"], {"id": code_id}))[0]
    return Proof(
        purpose=row["purpose"],
        phone=cipher.decrypt(row["phone_enc"], PHONE_COLUMN),
        dossier_id=row["dossier_id"],
        channel=row["channel"],
        details=json.loads(cipher.decrypt(row["details_enc"], DETAILS_COLUMN)),
    )


async def change_purpose(database: Database, citizen_id: int, purpose: str, *, instead_of: Collection[str]) -> bool:
    """Say that the code under way is for something else; False when there is none for one of `instead_of`."""
    params = {"citizen_id": citizen_id, "purpose": purpose, "from": list(instead_of)}
    return bool(await database.fetch(_Q["purpose"], params))


async def recently_proved(connection: Connection, cipher: Cipher, citizen_id: int, *, seconds: float) -> Proof | None:
    """Return the phone over which a citizen proved control within so many seconds, for links of their own."""
    params = {"citizen_id": citizen_id, "seconds": seconds}
    rows = await fetch(connection, _Q["recently_proved"], params)
    if not rows:
        return None
    return Proof("link", cipher.decrypt(rows[0]["phone_enc"], PHONE_COLUMN), channel=rows[0]["channel"])


def _bound(salt: bytes, digits: str) -> str:
    return f"one-time code:{salt.hex()}:{digits}"
