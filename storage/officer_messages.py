"""What officers write into chats: kept first, sent by the workers in its order, never a second time.

A chat message has no key by which the platform would know a repeat, and no receipt to look for. So one that may be out
when its sender dies stays in doubt: the officer sees it, looks at the chat and decides (docs/handover.md).
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.citizens import USER_COLUMN
from storage.conversations import TEXT_COLUMN as SAID_COLUMN
from storage.crypto import Cipher
from storage.database import Connection, Database, fetch
from storage.errors import UndecipherableValue
from storage.sql import queries

_Q = queries("handovers")
OFFICER_TEXT_COLUMN = "officer_messages.text"


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A message that is ours to send until its lease ends."""

    id: int
    citizen_id: int
    officer: str | None
    text: str = field(repr=False)
    token: uuid.UUID
    created_at: datetime
    platform: str
    user_id: str = field(repr=False)
    account_id: str | None
    is_readable: bool = True
    """False when no configured key opens it."""


@dataclass(frozen=True, slots=True)
class Undone:
    """A message that has not gone out, or may not have."""

    id: int
    state: str
    reason: str | None
    created_at: datetime


async def add_message(
    connection: Connection,
    cipher: Cipher,
    *,
    ticket_id: int,
    citizen_id: int,
    officer: str | None,
    text: str,
    form: str | None = None,
) -> int:
    """Keep a message to be sent; without an officer it is the system's. `form`: of the page that it was written on."""
    params = {
        "ticket_id": ticket_id,
        "citizen_id": citizen_id,
        "officer": officer,
        "text_enc": cipher.encrypt(text, OFFICER_TEXT_COLUMN),
        "form": form,
    }
    return int((await fetch(connection, _Q["say"], params))[0]["id"])


async def claim_messages(
    database: Database, cipher: Cipher, *, limit: int, lease_seconds: float
) -> list[ClaimedMessage]:
    """Take up to `limit` messages that are due, the earliest of each citizen."""
    rows = await database.fetch(_Q["claim_messages"], {"limit": limit, "lease_seconds": float(lease_seconds)})
    return [_read(row, cipher) for row in rows]


def _read(row: Mapping[str, Any], cipher: Cipher) -> ClaimedMessage:
    values = dict(row)
    text_enc, user_enc = values.pop("text_enc"), values.pop("user_enc")
    try:
        text, user_id = cipher.decrypt(text_enc, OFFICER_TEXT_COLUMN), cipher.decrypt(user_enc, USER_COLUMN)
    except UndecipherableValue:
        return ClaimedMessage(**values, text="", user_id="", is_readable=False)
    return ClaimedMessage(**values, text=text, user_id=user_id)


async def doubt_expired(database: Database) -> list[int]:
    """Leave what its sender died with in doubt; return the ids."""
    return [row["id"] for row in await database.fetch(_Q["doubt_expired"])]


async def note_sent(database: Database, cipher: Cipher, message: ClaimedMessage, *, message_id: str) -> bool:
    """Record that the platform took a message, in the transcript too; False when it was not ours any more."""
    async with database.transaction() as connection:
        if not await _settle(connection, message, state="sent", message_id=message_id):
            return False
        params = {
            "citizen_id": message.citizen_id,
            "author": "bot" if message.officer is None else "officer",
            "text_enc": cipher.encrypt(message.text, SAID_COLUMN),
            "officer": message.officer,
            "message_id": message_id,
        }
        await fetch(connection, _Q["note_sent"], params)
        return True


async def note_unsent(
    database: Database, message: ClaimedMessage, *, state: str, reason: str, due_in_seconds: float = 0
) -> bool:
    """Record another end of a try: `pending` again, `in_doubt` or `failed`; False when it was not ours any more."""
    async with database.transaction() as connection:
        return await _settle(connection, message, state=state, reason=reason, due_in_seconds=due_in_seconds)


async def undone(database: Database, ticket_id: int) -> list[Undone]:
    """Return what has not gone out in a hand-over, or may not have."""
    return [Undone(**row) for row in await database.fetch(_Q["undone"], {"ticket_id": ticket_id})]


async def _settle(
    connection: Connection,
    message: ClaimedMessage,
    *,
    state: str,
    reason: str | None = None,
    message_id: str | None = None,
    due_in_seconds: float = 0,
) -> bool:
    params = {
        "id": message.id,
        "token": message.token,
        "state": state,
        "reason": reason,
        "message_id": message_id,
        "due_in_seconds": float(due_in_seconds),
    }
    return bool(await fetch(connection, _Q["settle"], params))
