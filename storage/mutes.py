"""Dossiers about which a phone wants no messages on Zalo."""

from storage.crypto import Cipher
from storage.database import Connection, Database, execute, fetch
from storage.sql import queries

_Q = queries("mutes")
MUTE_COLUMN = "mutes.recipient"


async def add(database: Database, cipher: Cipher, phone: str, dossier_id: int) -> int:
    """Stop messages about a dossier to a phone (84…); return how many that waited are not sent now."""
    async with database.transaction() as connection:
        hashes = cipher.lookup_hashes(phone)
        params = {
            "hash": hashes[0],
            "hashes": hashes,
            "phone_enc": cipher.encrypt(phone, MUTE_COLUMN),
            "dossier_id": dossier_id,
        }
        await execute(connection, _Q["add"], params)
        return len(await fetch(connection, _Q["suppress"], {"hashes": hashes, "dossier_id": dossier_id}))


async def remove(database: Database, cipher: Cipher, phone: str, dossier_id: int | None = None) -> None:
    """Allow messages about a dossier again; without one, about all of them."""
    async with database.transaction() as connection:
        params = {"hashes": cipher.lookup_hashes(phone)}
        if dossier_id is None:
            await execute(connection, _Q["remove_all"], params)
        else:
            await execute(connection, _Q["remove"], {**params, "dossier_id": dossier_id})


async def dossiers_of(connection: Connection, cipher: Cipher, phone: str) -> set[int]:
    """Return the dossiers about which a phone (84…) wants nothing."""
    rows = await fetch(connection, _Q["dossiers_of"], {"hashes": cipher.lookup_hashes(phone)})
    return {row["dossier_id"] for row in rows}


async def codes_of(database: Database, cipher: Cipher, phone: str) -> dict[int, str]:
    """Return the codes of the dossiers about which a phone wants nothing, by id, newest first."""
    rows = await database.fetch(_Q["codes_of"], {"hashes": cipher.lookup_hashes(phone)})
    return {row["id"]: row["code"] for row in rows}
