"""What a dossier's owner may ask to see: its way so far, what was told about it, and the newest event's details."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dossiers.status import APOLOGY, Notice
from storage.crypto import Cipher
from storage.database import Database
from storage.errors import UndecipherableValue
from storage.events import PAYLOAD_COLUMN
from storage.sql import queries

_Q = queries("timelines")
_KINDS = [*(notice.value for notice in Notice), APOLOGY]
_LOOKED_AT = 3
"""Events of the present status that are asked for details, newest first."""


@dataclass(frozen=True, slots=True)
class Step:
    """The dossier came to a status at a time (the officer's, UTC)."""

    at: datetime
    status: int


@dataclass(frozen=True, slots=True)
class Told:
    """A notice that went out: its kind, when, and by which channel."""

    at: datetime
    kind: str
    channel: str | None


async def steps_of(database: Database, dossier_id: int, *, limit: int = 200) -> list[Step]:
    """Return the newest `limit` accepted steps of a dossier, oldest first; repeats are not merged."""
    rows = await database.fetch(_Q["steps"], {"dossier_id": dossier_id, "limit": limit})
    return [Step(**row) for row in reversed(rows)]


async def told_of(database: Database, dossier_id: int, *, limit: int = 20) -> list[Told]:
    """Return the newest `limit` notices about a dossier that went out, oldest first."""
    rows = await database.fetch(_Q["told"], {"dossier_id": dossier_id, "kinds": _KINDS, "limit": limit})
    return [Told(**row) for row in reversed(rows)]


async def newest_details(database: Database, cipher: Cipher, dossier_id: int, status: int) -> list[Mapping[str, Any]]:
    """Return the `data` of the newest events that brought a dossier to its present status, newest first.

    At most a few; empty when nothing is kept of them or no configured key opens them. Officers' words in it are as
    they came: mask them before showing.
    """
    params = {"dossier_id": dossier_id, "status": status, "limit": _LOOKED_AT}
    details: list[Mapping[str, Any]] = []
    for row in await database.fetch(_Q["newest_payloads"], params):
        try:
            details.append(json.loads(cipher.decrypt(row["payload_enc"], PAYLOAD_COLUMN))["data"])
        except UndecipherableValue:
            continue  # the rest of the answer still holds
    return details
