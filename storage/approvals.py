"""Approvals: who decided what about exactly which content of a broadcast."""

from __future__ import annotations

from typing import Any

from storage.broadcasts import Approval, Broadcast
from storage.database import Connection, Database, execute, fetch
from storage.sql import queries

_Q = queries("broadcasts")


async def decide(
    connection: Connection, broadcast_id: int, *, officer: str, decision: str, content_hash: bytes, comment: str | None
) -> None:
    """Write down a decision: `approved` or `sent_back`. A person has one word about one content: the newest."""
    params = {
        "broadcast_id": broadcast_id,
        "officer": officer,
        "decision": decision,
        "content_hash": content_hash,
        "comment": comment,
    }
    await execute(connection, _Q["decide"], params)


async def standing(connection: Connection, broadcast: Broadcast) -> list[Approval]:
    """Return the approvals that hold: of the present content, given since it was submitted."""
    since, content = broadcast.submitted_at, broadcast.content_hash
    if since is None or content is None:
        return []
    rows = await fetch(connection, _Q["decisions"], {"broadcast_id": broadcast.id})
    return [
        one
        for one in map(_read, rows)
        if one.decision == "approved" and one.content_hash == content and one.at >= since
    ]


async def all_of(database: Database, broadcast_id: int) -> list[Approval]:
    """Return every decision about a broadcast, oldest first, those about earlier contents too."""
    return [_read(row) for row in await database.fetch(_Q["decisions"], {"broadcast_id": broadcast_id})]


def _read(row: dict[str, Any]) -> Approval:
    return Approval(**row | {"content_hash": bytes(row["content_hash"])})
