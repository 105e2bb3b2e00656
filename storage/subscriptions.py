"""What people asked to be told about: categories of announcements, by the keyed hash of their phone.

Advertising goes to nobody else (docs: public-services 6.4).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from storage.crypto import Cipher
from storage.database import Connection, Database, execute, fetch
from storage.sql import queries

_Q = queries("subscriptions")
SUBSCRIBER_COLUMN: Final = "subscriptions.recipient"


async def subscribe(connection: Connection, cipher: Cipher, phone: str, category: str, *, proof: str) -> None:
    """Note that the owner of a phone (84…) wants a category; `proof` is how it was asked: chat:<entry>, list:<id>."""
    hashes = cipher.lookup_hashes(phone)
    # What was noted under an older key is taken over: two rows for one phone would meet when the keys are changed.
    if len(hashes) > 1:
        await execute(connection, _Q["unsubscribe"], {"hashes": hashes[1:], "category": category})
    params = {
        "hash": hashes[0],
        "phone_enc": cipher.encrypt(phone, SUBSCRIBER_COLUMN),
        "category": category,
        "proof": proof,
    }
    await execute(connection, _Q["subscribe"], params)


async def unsubscribe(connection: Connection, cipher: Cipher, phone: str, category: str | None = None) -> list[str]:
    """Take a category back, or all with None; return those that were wanted."""
    params = {"hashes": cipher.lookup_hashes(phone), "category": category}
    return sorted({row["category"] for row in await fetch(connection, _Q["unsubscribe"], params)})


async def of_phones(database: Database, cipher: Cipher, phones: Iterable[str]) -> dict[str, datetime]:
    """Return the categories that are wanted for any of the phones (84…), and since when."""
    hashes = [each for phone in phones for each in cipher.lookup_hashes(phone)]
    return {row["category"]: row["since"] for row in await database.fetch(_Q["of_phones"], {"hashes": hashes})}
