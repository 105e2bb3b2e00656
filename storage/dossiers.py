"""Dossiers: one row per code, holding the newest that is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from storage.crypto import Cipher
from storage.database import Connection, Database, execute, fetch
from storage.sql import queries

_Q = queries("dossiers")
PHONE_COLUMN = "dossiers.phone"
NAME_COLUMN = "dossiers.name"
EMAIL_COLUMN = "dossiers.email"


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


@dataclass(frozen=True, slots=True)
class LockedDossier:
    """What is known of a dossier, locked until the transaction ends; `status` is None at first sight."""

    id: int
    code: str
    status: int | None
    status_time: datetime | None
    last_notice: str | None
    last_detail: bytes | None
    notices: int
    phone_enc: bytes | None
    procedure_code: str | None
    procedure_name: str | None
    agency_code: str | None
    agency_name: str | None
    submitted_at: datetime | None
    received_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class DossierUpdate:
    """What the newest event says; None leaves a column as it was, except the phone when `phone_given`."""

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
    phone_given: bool
    phone_enc: bytes | None
    phone_hash: bytes | None
    name_enc: bytes | None
    email_enc: bytes | None
    submitted_at: datetime | None
    received_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None


async def lock(connection: Connection, codes: Sequence[str]) -> dict[str, LockedDossier]:
    """Lock the dossiers with these codes, making rows for new ones, and return them by code."""
    params = {"codes": sorted(set(codes))}
    await execute(connection, _Q["insert_unknown"], params)
    return {row["code"]: LockedDossier(**row) for row in await fetch(connection, _Q["lock"], params)}


async def save(connection: Connection, updates: Sequence[DossierUpdate]) -> None:
    """Write what the newest events say into locked dossiers."""
    if updates:
        names = [field.name for field in fields(DossierUpdate)]
        await execute(connection, _Q["save"], {name: [getattr(u, name) for u in updates] for name in names})


async def find(database: Database, code: str) -> Dossier | None:
    """Return the dossier with this normalised code."""
    rows = await database.fetch(_Q["find"], {"code": code})
    return Dossier(**rows[0]) if rows else None


async def linked_to(database: Database, citizen_id: int, *, limit: int = 10) -> list[Dossier]:
    """Return the dossiers that a citizen may ask about, the latest handled first."""
    rows = await database.fetch(_Q["linked_to"], {"citizen_id": citizen_id, "limit": limit})
    return [Dossier(**row) for row in rows]


def decrypt_phone(dossier: LockedDossier, cipher: Cipher) -> str | None:
    """Return the dossier's mobile number (84…), if it has one."""
    return cipher.decrypt_optional(dossier.phone_enc, PHONE_COLUMN)
