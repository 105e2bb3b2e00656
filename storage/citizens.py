"""People who talk to an account, and the dossiers they may ask about."""

from dataclasses import dataclass, field
from datetime import datetime

from storage.crypto import Cipher
from storage.database import Database, execute
from storage.recipients import LINK_PHONE_COLUMN
from storage.sql import queries

_Q = queries("citizens")
USER_COLUMN = "citizens.user"


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person as a platform knows them; `follows` is None until the platform says."""

    id: int
    language: str
    follows: bool | None
    has_chosen_language: bool = False
    """Whether the person said which language they want; else it was guessed."""


@dataclass(frozen=True, slots=True)
class ProvedPhone:
    """A phone (84…) over which a person proved control, and what it is kept with."""

    number: str = field(repr=False)
    cipher: Cipher


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


async def set_language(database: Database, citizen_id: int, language: str, *, is_choice: bool) -> bool:
    """Note a person's language (vi or en); a guess changes nothing where there is a choice. Return whether it did."""
    params = {"id": citizen_id, "language": language, "is_choice": is_choice}
    return bool(await database.fetch_alone(_Q["set_language"], params))


async def set_follows(database: Database, citizen_id: int, *, follows: bool) -> None:
    """Note that a person follows the account, or no longer does."""
    async with database.transaction() as connection:
        await execute(connection, _Q["set_follows"], {"id": citizen_id, "follows": follows})


async def note_interaction(database: Database, citizen_id: int, *, at: datetime) -> None:
    """Note that a person did something at `at` that opens the platform's window (docs: zalo 4.7); never backwards."""
    async with database.transaction() as connection:
        await execute(connection, _Q["note_interaction"], {"id": citizen_id, "at": at})


async def link(
    database: Database, citizen_id: int, dossier_id: int, *, proof: str, phone: ProvedPhone | None = None
) -> None:
    """Let a person ask about a dossier; `proof` says how control of it was shown.

    With `phone`, notices to that phone may go to this person's chat.
    """
    async with database.transaction() as connection:
        params = {
            "citizen_id": citizen_id,
            "dossier_id": dossier_id,
            "proof": proof,
            "phone_hash": None if phone is None else phone.cipher.lookup_hash(phone.number),
            "phone_enc": None if phone is None else phone.cipher.encrypt(phone.number, LINK_PHONE_COLUMN),
        }
        await execute(connection, _Q["link"], params)


async def revoke_link(database: Database, citizen_id: int, dossier_id: int) -> None:
    """Take a link back; a repeat changes nothing."""
    async with database.transaction() as connection:
        params = {"citizen_id": citizen_id, "dossier_id": dossier_id}
        await execute(connection, _Q["revoke_link"], params)
