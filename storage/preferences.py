"""What the owner of a phone wants: nothing on Zalo, nothing for a while, nothing at certain hours.

Kept by the keyed hash of the phone, so that it holds whoever the dossiers belong to. Opting out closes Zalo alone:
what must be told goes by other means (docs: public-services 6.4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from storage import subscriptions
from storage.crypto import Cipher
from storage.database import Connection, Database, execute, fetch
from storage.errors import UndecipherableValue
from storage.notices import RECIPIENT_COLUMN
from storage.recipients import LINK_PHONE_COLUMN, PREFERENCE_COLUMN, ClosedChannel, close_channels
from storage.sql import queries

_Q = queries("preferences")
WRONG_NUMBER: Final = "wrong_number"
"""The reason by which a channel is closed for a stranger's phone, and a notice is on the officers' list."""
_WRONG_NUMBER_SECONDS = timedelta(days=3650).total_seconds()


@dataclass(frozen=True, slots=True)
class Preferences:
    """What is wanted for one phone; `quiet_from` to `quiet_to` are local times, over midnight where the first is later.

    `opted_out_at`: nothing on Zalo since then; `paused_until`: nothing until then.
    """

    opted_out_at: datetime | None = None
    paused_until: datetime | None = None
    quiet_from: time | None = None
    quiet_to: time | None = None
    wrong_number_at: datetime | None = None


async def of_phone(database: Database, cipher: Cipher, phone: str) -> Preferences:
    """Return what is wanted for a phone (84…)."""
    rows = await database.fetch(_Q["find"], {"hashes": cipher.lookup_hashes(phone)})
    if not rows:
        return Preferences()
    return Preferences(**{name: value for name, value in rows[0].items() if name != "recipient_hash"})


async def own_phones(database: Database, cipher: Cipher, citizen_id: int) -> list[str]:
    """Return the phones over which a citizen proved control, relatives' left out."""
    rows = await database.fetch(_Q["own_phones"], {"citizen_id": citizen_id})
    return _open([row["phone_enc"] for row in rows], cipher, LINK_PHONE_COLUMN)


async def phone_of_message(database: Database, cipher: Cipher, message_id: str) -> str | None:
    """Return to which phone a message of ours went on Zalo, by the platform's id of it."""
    rows = await database.fetch(_Q["phone_of_message"], {"message_id": message_id})
    return next(iter(_open([row["recipient_enc"] for row in rows], cipher, RECIPIENT_COLUMN)), None)


async def stop(database: Database, cipher: Cipher, phone: str) -> int:
    """Send a phone nothing more on Zalo; return how many messages that waited are not sent now."""
    async with database.transaction() as connection:
        hashes = await _note(connection, cipher, phone)
        await execute(connection, _Q["stop"], {"hash": hashes[0]})
        await subscriptions.unsubscribe(connection, cipher, phone)
        return len(await fetch(connection, _Q["suppress"], {"hashes": hashes}))


async def pause(database: Database, cipher: Cipher, phone: str, until: datetime) -> None:
    """Send a phone nothing on Zalo until then; what comes meanwhile and need not be acted on is not sent later."""
    async with database.transaction() as connection:
        hashes = await _note(connection, cipher, phone)
        await execute(connection, _Q["pause"], {"hash": hashes[0], "until": until})
        await fetch(connection, _Q["suppress"], {"hashes": hashes})


async def set_hours(database: Database, cipher: Cipher, phone: str, quiet: tuple[time, time] | None) -> None:
    """Hold messages to a phone from the first local time to the second; None: only the city's own hours count."""
    quiet_from, quiet_to = quiet or (None, None)
    async with database.transaction() as connection:
        hashes = await _note(connection, cipher, phone)
        params = {"hash": hashes[0], "quiet_from": quiet_from, "quiet_to": quiet_to}
        await execute(connection, _Q["set_hours"], params)
        await execute(connection, _Q["judge_hours_again"], {"hashes": hashes})


async def note_wrong_number(database: Database, cipher: Cipher, phone: str, *, channels: Sequence[str]) -> int:
    """Send a stranger's phone nothing more by any of `channels`; return how many notices the officers see for it."""
    async with database.transaction() as connection:
        hashes = await _note(connection, cipher, phone)
        await execute(connection, _Q["note_wrong_number"], {"hash": hashes[0]})
        await fetch(connection, _Q["suppress"], {"hashes": hashes})
        flagged = await fetch(connection, _Q["flag_wrong_number"], {"hashes": hashes})
    seconds = _WRONG_NUMBER_SECONDS
    await close_channels(database, [ClosedChannel(hashes[0], one, WRONG_NUMBER, None, seconds) for one in channels])
    return len(flagged)


async def start(database: Database, cipher: Cipher, phone: str) -> None:
    """Take every stop, pause and word of a wrong number back; hours stay as they are."""
    async with database.transaction() as connection:
        await execute(connection, _Q["start"], {"hashes": cipher.lookup_hashes(phone)})
        await execute(connection, _Q["reopen"], {"hashes": cipher.lookup_hashes(phone), "reason": WRONG_NUMBER})


async def stop_chat(database: Database, citizen_id: int) -> None:
    """Write to a chat only in answer to what is said there."""
    async with database.transaction() as connection:
        await execute(connection, _Q["stop_chat"], {"citizen_id": citizen_id})


async def start_chat(database: Database, citizen_id: int) -> None:
    """Take that back."""
    async with database.transaction() as connection:
        await execute(connection, _Q["start_chat"], {"citizen_id": citizen_id})


async def is_chat_stopped(database: Database, citizen_id: int) -> bool:
    """Return whether a chat wants nothing that it did not ask for."""
    rows = await database.fetch(_Q["chat_stopped"], {"citizen_id": citizen_id})
    return bool(rows) and rows[0]["stopped_at"] is not None


async def _note(connection: Connection, cipher: Cipher, phone: str) -> list[bytes]:
    """Make sure that a phone has its row, under the first key; return the phone's hashes."""
    hashes = cipher.lookup_hashes(phone)
    params = {"hash": hashes[0], "hashes": hashes, "phone_enc": cipher.encrypt(phone, PREFERENCE_COLUMN)}
    await execute(connection, _Q["note"], params)
    return hashes


def _open(values: Sequence[bytes], cipher: Cipher, column: str) -> list[str]:
    opened = []
    for value in values:
        try:
            opened.append(cipher.decrypt(value, column))
        except UndecipherableValue:
            continue  # its key is missing: such a phone is as good as unknown here
    return opened
