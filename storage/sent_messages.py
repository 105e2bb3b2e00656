"""Whether a message was ours: by the platform's id of it, as a citizen quotes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.database import Database
from storage.sql import queries

_Q = queries("sent_messages")


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message in somebody's chat: who wrote it (notice, bot, officer, citizen) and when."""

    author: str
    at: datetime


async def find(database: Database, citizen_id: int, message_id: str) -> SentMessage | None:
    """Return the message with a platform's id, of the citizen's chat or a notice; None when we know of none."""
    params = {"citizen_id": citizen_id, "message_id": message_id}
    if rows := await database.fetch(_Q["chat_message"], params):
        return SentMessage(rows[0]["author"], rows[0]["at"])
    if rows := await database.fetch(_Q["notice"], params):
        return SentMessage("notice", rows[0]["at"])
    return None


async def account_name(database: Database, account_id: str | None) -> str | None:
    """Return the name that people see on an account of ours."""
    rows = await database.fetch(_Q["account_name"], {"account_id": account_id}) if account_id else []
    return rows[0]["name"] if rows else None
