"""Accepted notices without a receipt: who asks what became of them, and what was heard (`queries/silence.sql`)."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from storage.crypto import Cipher
from storage.database import Database, fetch
from storage.notices import ClaimedNotice, lock_to_bring_back, read_claimed
from storage.sql import queries

_Q = queries("silence")


@dataclass(frozen=True, slots=True)
class SilentNotice:
    """A notice that is ours to ask about until `lease_until`, by the database's clock; nothing is sent meanwhile."""

    notice: ClaimedNotice
    channel: str
    message_id: str | None
    """The platform's id of the message."""
    checks: int
    """How often it was asked about, this time included."""
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """What was heard of a notice and what becomes of it; `lease_until` and `message_id` as it was claimed with.

    `state`: `delivered`; `accepted` (asked again in `due_in_seconds`; None: it rests); `failed`; or `pending`, for
    another channel, which becomes a rest (with the reason `not_delivered`: a failure) when something newer of its
    dossier exists, or when it may have reached the person twice. `code` is the answer, in a word. `step` goes to the
    route with `pending` and `failed`.
    """

    id: uuid.UUID
    created_at: datetime
    lease_until: datetime
    state: str
    channel: str
    code: str
    reason: str | None = None
    due_in_seconds: float | None = None
    latency_ms: int | None = None
    message_id: str | None = None
    step: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """Where a notice is now."""

    id: uuid.UUID
    state: str
    lane: str


@dataclass(frozen=True, slots=True)
class NamedMessage:
    """A message that a platform reported with our reference and an id of its own."""

    notice_id: uuid.UUID
    message_id: str
    channel: str
    is_failed: bool = False
    """It did not arrive."""


async def claim(database: Database, cipher: Cipher, *, limit: int, lease_seconds: float) -> list[SilentNotice]:
    """Take up to `limit` accepted notices whose receipt is overdue; none while the brake is on."""
    rows = await database.fetch(_Q["claim"], {"limit": limit, "lease_seconds": lease_seconds})
    return [_read(row, cipher) for row in rows]


def _read(row: Mapping[str, Any], cipher: Cipher) -> SilentNotice:
    values = dict(row)
    channel, message_id = values.pop("channel") or "", values.pop("message_id")
    checks, lease_until = values.pop("checks"), values.pop("lease_until")
    return SilentNotice(read_claimed(values, cipher), channel, message_id, checks, lease_until)


async def settle(database: Database, findings: Sequence[Finding]) -> list[Settled]:
    """Record findings; return the notices that were still ours, and where they are now."""
    if not findings:
        return []
    params: dict[str, Any] = {
        column.name: [getattr(finding, column.name) for finding in findings] for column in fields(Finding)
    }
    # One statement takes one type: an int among floats is refused by the driver.
    params["due_in_seconds"] = [None if due is None else float(due) for due in params["due_in_seconds"]]
    params["step"] = [None if step is None else json.dumps(step, ensure_ascii=False) for step in params["step"]]
    async with database.transaction() as connection:
        await lock_to_bring_back(connection, [finding.id for finding in findings if finding.state == "pending"])
        return [Settled(**row) for row in await fetch(connection, _Q["settle"], params)]


async def heard_of_failure(database: Database, message_ids: Sequence[str]) -> set[uuid.UUID]:
    """Have the notices behind messages that did not arrive looked at now; return them."""
    rows = await database.fetch(_Q["heard_of_failure"], {"message_ids": list(message_ids)})
    return {row["notice_id"] for row in rows}


async def adopt_messages(database: Database, messages: Sequence[NamedMessage]) -> dict[str, uuid.UUID]:
    """Note the platform's ids of messages that came with our reference; return the notices of those that were taken.

    Taken only where no other id is known, so that a report cannot move somebody else's notice.
    """
    if not messages:
        return {}
    params = {column.name: [getattr(one, column.name) for one in messages] for column in fields(NamedMessage)}
    return {row["message_id"]: row["id"] for row in await database.fetch(_Q["adopt_messages"], params)}
