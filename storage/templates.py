"""What notices say, in versions: written by one officer, in force once another has approved it.

The newest approved version of a notice, language and channel is in force; without one, or when it says so, the text
that comes with the product. A submitted version cannot be changed, so what was approved is what was read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, Field

from storage.database import Connection, Database, fetch
from storage.sql import queries

_Q = queries("templates")


class Medium(StrEnum):
    """Where words are shown, each with limits of its own."""

    TEXT = "text"
    """Chat and e-mail: the whole text."""
    TEMPLATE = "template"
    """The parameters of the platform's template."""
    SMS = "sms"
    """A short message."""


class Body(BaseModel):
    """The words of one version, with the product's placeholders (`{{ code }}`).

    `text` for chat, e-mail and SMS; `params` for the platform's template. Neither: the product's own words again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str | None = Field(default=None, max_length=8_000)
    params: Mapping[str, str] | None = None

    @property
    def is_product(self) -> bool:
        """Whether this goes back to the words that come with the product."""
        return self.text is None and self.params is None

    @property
    def digest(self) -> str:
        """A fingerprint of the words, for the one who approves exactly these."""
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a text."""

    id: int
    notice: str
    language: str
    channel: Medium
    version: int
    body: Body
    state: str
    author: str
    approver: str | None
    comment: str | None
    created_at: datetime
    approved_at: datetime | None


async def save(
    connection: Connection, *, notice: str, language: str, channel: Medium, body: Body, author: str
) -> Version:
    """Keep an author's draft: the one they have open for this text, or a new version."""
    params = {
        "notice": notice,
        "language": language,
        "channel": channel.value,
        "body": Jsonb(body.model_dump(mode="json")),
        "author": author,
        "lock": f"{notice}/{language}/{channel}",
    }
    await fetch(connection, _Q["lock"], params)
    rows = await fetch(connection, _Q["change"], params) or await fetch(connection, _Q["add"], params)
    return _read(rows[0])


async def submit(connection: Connection, version_id: int, *, author: str) -> Version | None:
    """Ask for approval; None: not this author's draft (any more)."""
    return await _one(connection, "submit", {"id": version_id, "author": author})


async def take_back(connection: Connection, version_id: int, *, author: str) -> Version | None:
    """Make a draft of it again; None: not this author's, or decided meanwhile."""
    return await _one(connection, "take_back", {"id": version_id, "author": author})


async def approve(connection: Connection, version_id: int, *, approver: str, digest: str) -> Version | None:
    """Put a submitted version in force; `digest` is of what the approver read.

    None: it is not waiting any more, it says something else, or the approver wrote it.
    """
    found = await _one(connection, "for_decision", {"id": version_id})
    if found is None or found.body.digest != digest:
        return None
    return await _one(connection, "approve", {"id": version_id, "approver": approver})


async def send_back(connection: Connection, version_id: int, *, approver: str, comment: str | None) -> Version | None:
    """Give a submitted version back to its author; None: it is not waiting any more."""
    return await _one(connection, "send_back", {"id": version_id, "approver": approver, "comment": comment})


async def discard(connection: Connection, version_id: int, *, author: str) -> Version | None:
    """Throw a draft away; None: not this author's draft."""
    return await _one(connection, "discard", {"id": version_id, "author": author})


async def find(database: Database, version_id: int) -> Version | None:
    """Return a version."""
    rows = await database.fetch(_Q["find"], {"id": version_id})
    return _read(rows[0]) if rows else None


async def history(database: Database, notice: str, language: str, channel: Medium) -> list[Version]:
    """Return a text's versions, newest first."""
    params = {"notice": notice, "language": language, "channel": channel.value}
    return [_read(row) for row in await database.fetch(_Q["history"], params)]


async def waiting(database: Database) -> list[Version]:
    """Return the versions that wait for approval, oldest first."""
    return [_read(row) for row in await database.fetch(_Q["waiting"])]


async def in_force(database: Database) -> list[Version]:
    """Return the approved version in force of every text that has one."""
    return [_read(row) for row in await database.fetch(_Q["in_force"])]


async def newest(database: Database) -> int:
    """Return a number that grows with each approval: whoever keeps texts need not read them all to see a change."""
    [row] = await database.fetch(_Q["newest"])
    return int(row["number"])


async def _one(connection: Connection, name: str, params: dict[str, Any]) -> Version | None:
    rows = await fetch(connection, _Q[name], params)
    return _read(rows[0]) if rows else None


def _read(row: dict[str, Any]) -> Version:
    return Version(**row | {"channel": Medium(row["channel"]), "body": Body.model_validate(row["body"])})
