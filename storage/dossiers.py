"""Dossiers: one row per code, holding the newest that is known of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from dossiers.text import fold
from storage.crypto import Cipher
from storage.database import Connection, Database, execute, fetch
from storage.sql import queries
from storage.wire import array

_Q = queries("dossiers")
PHONE_COLUMN = "dossiers.phone"
NAME_COLUMN = "dossiers.name"
EMAIL_COLUMN = "dossiers.email"
PEOPLE_COLUMN = "dossiers.people"
MAX_DOSSIERS_OF_PHONE = 500
"""A phone with more dossiers than that is judged by the newest ones."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier without personal data."""

    id: int
    code: str
    status: int
    status_time: datetime
    last_notice: str | None
    procedure_code: str | None
    procedure_name: str | None
    agency_code: str | None
    agency_name: str | None
    submitted_at: datetime | None
    received_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None


# The rows of a batch are made by the thousand, and making a frozen one takes several times as long: these are plain.
@dataclass(slots=True)
class LockedDossier:
    """What is known of a dossier, locked until the transaction ends; nothing but its id and code at first sight."""

    id: int
    code: str
    status: int | None = None
    status_time: datetime | None = None
    last_notice: str | None = None
    last_detail: bytes | None = None
    notices: int = 0
    phone_enc: bytes | None = None
    phone_hash: bytes | None = None
    name_hash: bytes | None = None
    email_enc: bytes | None = None
    people_enc: bytes | None = None
    procedure_code: str | None = None
    procedure_name: str | None = None
    agency_code: str | None = None
    agency_name: str | None = None
    submitted_at: datetime | None = None
    received_at: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SealedPeople:
    """A dossier's people as they are stored; None leaves a column as it was, except the phone when `phone_given`."""

    phone_given: bool = False
    phone_enc: bytes | None = None
    phone_hash: bytes | None = None
    name_enc: bytes | None = None
    name_hash: bytes | None = None
    email_enc: bytes | None = None
    people_enc: bytes | None = None


@dataclass(slots=True)
class DossierUpdate:
    """What the newest event says; None leaves a column as it was (of `people`: see there)."""

    id: int
    status: int
    status_time: datetime
    last_notice: str | None
    last_detail: bytes | None
    notices: int
    source: str
    procedure_code: str | None
    procedure_name: str | None
    agency_code: str | None
    agency_name: str | None
    submitted_at: datetime | None
    received_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    people: SealedPeople = SealedPeople()


_OWN_COLUMNS = tuple(column.name for column in fields(DossierUpdate) if column.name != "people")
_PEOPLE_COLUMNS = tuple(column.name for column in fields(SealedPeople))


async def lock(connection: Connection, codes: Sequence[str]) -> dict[str, LockedDossier]:
    """Lock the dossiers with these codes, making rows for new ones, and return them by code."""
    found = await _lock_known(connection, codes)
    unknown = [code for code in codes if code not in found]
    if not unknown:
        return found
    made = await fetch(connection, _Q["insert_unknown"], {"codes": array(sorted(set(unknown)))})
    found |= {row["code"]: LockedDossier(row["id"], row["code"]) for row in made}
    # Made by somebody else in this very moment: the insert waited for their commit.
    return found | await _lock_known(connection, [code for code in unknown if code not in found])


async def lock_known(connection: Connection, codes: Sequence[str]) -> dict[str, LockedDossier]:
    """Lock those of the dossiers that are there, and return them by code; makes none."""
    return await _lock_known(connection, codes)


async def _lock_known(connection: Connection, codes: Sequence[str]) -> dict[str, LockedDossier]:
    if not codes:
        return {}
    rows = await fetch(connection, _Q["lock"], {"codes": array(sorted(set(codes)))})
    return {row["code"]: LockedDossier(**row) for row in rows}


async def save(connection: Connection, updates: Sequence[DossierUpdate]) -> None:
    """Write what the newest events say into locked dossiers."""
    if updates:
        params = {name: array([getattr(update, name) for update in updates]) for name in _OWN_COLUMNS}
        people = [update.people for update in updates]
        params |= {name: array([getattr(each, name) for each in people]) for name in _PEOPLE_COLUMNS}
        await execute(connection, _Q["save"], params)


async def find(database: Database, code: str) -> Dossier | None:
    """Return the dossier with this normalised code."""
    rows = await database.fetch(_Q["find"], {"code": code})
    return Dossier(**rows[0]) if rows else None


async def linked_to(database: Database, citizen_id: int, *, limit: int = 10) -> list[Dossier]:
    """Return the dossiers that a citizen may ask about, the latest handled first."""
    rows = await database.fetch(_Q["linked_to"], {"citizen_id": citizen_id, "limit": limit})
    return [Dossier(**row) for row in rows]


def hash_name(name: str, cipher: Cipher) -> bytes:
    """Return the keyed hash that tells owners apart; the same for a name in capitals or without accents."""
    return cipher.lookup_hash(fold(name))


def nameless_owner(dossier_id: int) -> bytes:
    """Return what stands for the owner of a dossier that names nobody: the dossier itself."""
    return dossier_id.to_bytes(8, "big")


async def owners_of_phones(
    connection: Connection,
    cipher: Cipher,
    phones: Collection[str],
    *,
    days: float,
    others: bool,
    fewest: int = 0,
) -> dict[str, set[bytes]]:
    """Return, for each phone (84…), the owners of the dossiers that it stood for within so many days.

    Looks at the newest `MAX_DOSSIERS_OF_PHONE` dossiers of a phone at most. With `others`, also at the dossiers about
    which the phone got a notice in another role than the applicant's; else a phone with fewer dossiers than `fewest`
    has no owner in the answer: they need not be told apart to know that they are few.
    """
    wanted = [(hashed, phone) for phone in phones for hashed in cipher.lookup_hashes(phone)]
    keys = max(1, len(wanted) // max(1, len(phones)))
    params = {
        "hashes": array(hashed for hashed, _ in wanted),
        "days": float(days),
        "limit": MAX_DOSSIERS_OF_PHONE,
        "fewest": 0 if others else fewest // keys,  # under several keys, one of them has its share
    }
    owners: dict[str, set[bytes]] = {phone: set() for phone in phones}
    phone_of = dict(wanted)
    for query in ("owners_of_phones", *(["owners_told"] if others else [])):
        for row in await fetch(connection, _Q[query], params):
            owners[phone_of[bytes(row["hash"])]].update(bytes(owner) for owner in row["owners"])
    return owners
