"""How citizens found the handling of finished dossiers: asked once, three levels (docs: public-services 6.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from dossiers.status import Status
from storage.crypto import Cipher
from storage.database import Connection, Database, fetch
from storage.errors import UndecipherableValue
from storage.sql import queries

_Q = queries("ratings")
NOTE_COLUMN = "ratings.note"
FINISHED = (Status.FINISHED, Status.RETURNED)
"""A rating is asked for only after one of these."""
_FINISHED = [int(status) for status in FINISHED]


@dataclass(frozen=True, slots=True)
class FinishedDossier:
    """A finished dossier about which nobody was asked."""

    id: int
    code: str


async def unasked(database: Database, citizen_id: int, *, entry_id: int) -> FinishedDossier | None:
    """Return the citizen's own dossier that finished last and was not asked about, except by this very entry."""
    params = {"citizen_id": citizen_id, "entry_id": entry_id, "finished": _FINISHED}
    rows = await database.fetch(_Q["unasked"], params)
    return FinishedDossier(**rows[0]) if rows else None


async def may_ask(database: Database, citizen_id: int, dossier_id: int, *, entry_id: int) -> bool:
    """Note that a citizen is asked about a dossier; return whether to ask. The same entry again gets the same answer.

    False when asked before, when the dossier is not finished or not the citizen's own, and when the platform's own
    rating of a notice of it came already.
    """
    params = {"citizen_id": citizen_id, "dossier_id": dossier_id, "entry_id": entry_id, "finished": _FINISHED}
    return bool(await database.fetch(_Q["ask"], params))


async def rate(connection: Connection, citizen_id: int, dossier_id: int, level: int, *, entry_id: int) -> bool:
    """Keep a level (3 very content, 2 content, 1 not content); return False when there is one already.

    Whether the dossier is the citizen's own is for the caller to see.
    """
    params = {"citizen_id": citizen_id, "dossier_id": dossier_id, "level": level, "entry_id": entry_id}
    return bool(await fetch(connection, _Q["rate"], params))


async def add_note(connection: Connection, cipher: Cipher, citizen_id: int, dossier_id: int, note: str) -> int | None:
    """Put the citizen's words beside their level and return the level; None when they have not rated."""
    params = {
        "citizen_id": citizen_id,
        "dossier_id": dossier_id,
        "note_enc": cipher.encrypt(note, NOTE_COLUMN),
    }
    rows = await fetch(connection, _Q["add_note"], params)
    return int(rows[0]["level"]) if rows else None


@dataclass(frozen=True, slots=True)
class Count:
    """How many people gave one level (3 very content … 1 not content) in a unit and a month (2026-03)."""

    unit: str | None
    unit_name: str | None
    month: str
    level: int
    ratings: int


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote beside a level; who it was is not told."""

    unit: str | None
    month: str
    level: int
    text: str = field(repr=False)


async def counts(
    database: Database, *, units: list[str] | None, since: datetime, until: datetime, zone: str
) -> list[Count]:
    """Return counts by unit (None: all of them), local month of `zone`, and level."""
    params = {"units": units, "since": since, "until": until, "zone": zone}
    return [Count(**row) for row in await database.fetch(_Q["counts"], params)]


async def notes(
    database: Database,
    cipher: Cipher,
    *,
    units: list[str] | None,
    since: datetime,
    until: datetime,
    zone: str,
    limit: int = 200,
) -> list[Note]:
    """Return what people wrote, the latest first; what no key opens is left out."""
    params = {"units": units, "since": since, "until": until, "zone": zone, "limit": limit}
    found = []
    for row in await database.fetch(_Q["notes"], params):
        try:
            text = cipher.decrypt(row["note_enc"], NOTE_COLUMN)
        except UndecipherableValue:
            continue
        found.append(Note(row["unit"], row["month"], row["level"], text))
    return found
