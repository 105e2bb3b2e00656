"""People who talk to an account, and the dossiers they may ask about."""

from dataclasses import dataclass

from storage.crypto import Cipher
from storage.database import Database, execute
from storage.sql import queries

_Q = queries("citizens")
USER_COLUMN = "citizens.user"


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person as a platform knows them; `follows` is None until the platform says."""

    id: int
    language: str
    follows: bool | None


async def meet(database: Database, cipher: Cipher, *, platform: str, user_id: str) -> Citizen:
    """Return the person behind a platform's user id, noting them at first sight."""
    rows = await database.fetch(_Q["find"], {"platform": platform, "hashes": cipher.lookup_hashes(user_id)})
    if not rows:
        rows = await database.fetch(
            _Q["add"],
            {
                "platform": platform,
                "user_hash": cipher.lookup_hash(user_id),
                "user_enc": cipher.encrypt(user_id, USER_COLUMN),
                "follows": None,
            },
        )
    return Citizen(**rows[0])


async def set_follows(database: Database, citizen_id: int, *, follows: bool) -> None:
    """Note that a person follows the account, or no longer does."""
    async with database.transaction() as connection:
        await execute(connection, _Q["set_follows"], {"id": citizen_id, "follows": follows})


async def link(database: Database, citizen_id: int, dossier_id: int, *, proof: str) -> None:
    """Let a person ask about a dossier; `proof` says how control of it was shown."""
    async with database.transaction() as connection:
        params = {"citizen_id": citizen_id, "dossier_id": dossier_id, "proof": proof}
        await execute(connection, _Q["link"], params)


async def revoke_link(database: Database, citizen_id: int, dossier_id: int) -> None:
    """Take a link back; a repeat changes nothing."""
    async with database.transaction() as connection:
        params = {"citizen_id": citizen_id, "dossier_id": dossier_id}
        await execute(connection, _Q["revoke_link"], params)
