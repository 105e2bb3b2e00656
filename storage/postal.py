"""Wishes for results by post: at most one a dossier at a time."""

from dataclasses import dataclass
from datetime import datetime

from storage.crypto import Cipher
from storage.database import Connection, Database, fetch
from storage.sql import queries

_Q = queries("postal")
ADDRESS_COLUMN = "postal_wishes.address"


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish that stands."""

    id: int
    dossier_id: int
    citizen_id: int | None
    entry_id: int | None
    """The inbox entry that made it"""
    created_at: datetime


async def register(
    connection: Connection, cipher: Cipher, *, dossier_id: int, citizen_id: int, entry_id: int, address: str | None
) -> tuple[Wish, bool]:
    """Register a wish; return the one that stands, and whether it is this entry's.

    Raises:
        RuntimeError: it was withdrawn in this very moment; the next try registers it.
    """
    params = {
        "dossier_id": dossier_id,
        "citizen_id": citizen_id,
        "entry_id": entry_id,
        "address_enc": cipher.encrypt_optional(address, ADDRESS_COLUMN),
    }
    rows = await fetch(connection, _Q["register"], params)
    rows = rows or await fetch(connection, _Q["current"], {"dossier_id": dossier_id})
    # Worked on again after a crash, and taken back by somebody else meanwhile: it was registered all the same.
    rows = rows or await fetch(connection, _Q["of_entry"], {"entry_id": entry_id})
    if not rows:
        raise RuntimeError("a wish by post was withdrawn while it was registered")
    wish = Wish(**rows[0])
    return wish, wish.entry_id == entry_id


async def current(database: Database, dossier_id: int) -> Wish | None:
    """Return the wish that stands for a dossier."""
    rows = await database.fetch(_Q["current"], {"dossier_id": dossier_id})
    return Wish(**rows[0]) if rows else None


async def withdraw(connection: Connection, dossier_id: int) -> bool:
    """Take a wish back; False when there is none."""
    return bool(await fetch(connection, _Q["withdraw"], {"dossier_id": dossier_id}))


async def was_withdrawn_lately(database: Database, dossier_id: int) -> bool:
    """Return whether a wish for the dossier, of whomever, was taken back within the last two minutes."""
    return bool(await database.fetch(_Q["withdrawn_lately"], {"dossier_id": dossier_id}))
