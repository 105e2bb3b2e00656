"""Hand-overs as officers of a unit see them: the queue, what was said, and what did not go out.

What is done with them is in `storage/handovers.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Final

from storage.chat_window import Standing, WindowRules, look
from storage.conversations import TEXT_COLUMN as SAID_COLUMN
from storage.crypto import Cipher
from storage.database import Database
from storage.errors import UndecipherableValue
from storage.handovers import Handover
from storage.inbox import RAW_COLUMN
from storage.officer_messages import OFFICER_TEXT_COLUMN
from storage.sql import queries

_Q = queries("talks")
BEFORE: Final = timedelta(hours=24)
"""What was said so long before somebody asked for a person is shown with it: the officer need not ask again."""
MAX_LINES: Final = 200
_HANDOVER: Final = tuple(one.name for one in fields(Handover))


@dataclass(frozen=True, slots=True)
class Talk:
    """A hand-over, and where it belongs."""

    handover: Handover
    unit: str | None
    """Whose officers see it; None: those of the whole city"""
    unit_name: str | None
    dossier_code: str | None
    """The person's own dossier that moved last"""
    dossier_unit: str | None
    last_author: str | None
    """Who spoke last: citizen, bot or officer"""
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript; `text` is None where there is none, or no key opens it."""

    id: int
    at: datetime
    author: str
    kind: str
    officer: str | None
    entry_id: int | None
    text: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unsent:
    """An officer's message that is not in the transcript; `officer` None: the system's own words."""

    id: int
    officer: str | None
    state: str
    reason: str | None
    created_at: datetime
    text: str | None = field(repr=False)


async def search(
    database: Database,
    *,
    units: list[str] | None,
    states: Sequence[str],
    officer: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Talk]:
    """Return hand-overs in these units (None: all): danger first, then who waits longest; what has ended latest first.

    `before`: the id below which they lie.
    """
    params = {"units": units, "states": list(states), "officer": officer, "before": before, "limit": limit}
    return [_read(row) for row in await database.fetch(_Q["search"], params | {"number": None})]


async def find(database: Database, number: str) -> Talk | None:
    """Return a hand-over by its number, whatever its unit."""
    states = ["open", "claimed", "answered", "cancelled"]
    params = {"units": None, "states": states, "officer": None, "before": None, "limit": 1, "number": number.upper()}
    rows = await database.fetch(_Q["search"], params)
    return _read(rows[0]) if rows else None


async def gone(database: Database, number: str) -> tuple[str | None] | None:
    """Return the unit, as the only member, of a hand-over whose person was erased; None: there is no such hand-over."""
    rows = await database.fetch(_Q["gone"], {"number": number.upper()})
    return (rows[0]["unit_code"],) if rows else None


async def lines(database: Database, cipher: Cipher, handover: Handover) -> list[Line]:
    """Return what was said in a hand-over and in the `BEFORE` it, the oldest first."""
    params = {
        "citizen_id": handover.citizen_id,
        "since": handover.created_at - BEFORE,
        "until": handover.closed_at,
        "limit": MAX_LINES,
    }
    return [Line(**_opened(row, cipher, SAID_COLUMN)) for row in await database.fetch(_Q["lines"], params)]


async def unsent(database: Database, cipher: Cipher, ticket_id: int) -> list[Unsent]:
    """Return what was written in a hand-over and is not in the transcript, the oldest first."""
    rows = await database.fetch(_Q["unsent"], {"ticket_id": ticket_id})
    return [Unsent(**_opened(row, cipher, OFFICER_TEXT_COLUMN)) for row in rows]


async def standing(database: Database, handover: Handover, *, rules: WindowRules, now: datetime) -> Standing:
    """Return how the answer window of a hand-over's citizen stands."""
    async with database.transaction() as connection:
        return await look(
            connection,
            citizen_id=handover.citizen_id,
            platform=handover.platform,
            last_interaction_at=handover.last_interaction_at,
            rules=rules,
            now=now,
        )


async def photo_event(
    database: Database, cipher: Cipher, *, citizen_id: int, message_id: int
) -> tuple[str, str] | None:
    """Return the platform and the event (as it came) that brought a photo; None: no such photo, or it was erased."""
    found = await database.fetch(_Q["photo_entry"], {"citizen_id": citizen_id, "message_id": message_id})
    rows = await database.fetch(_Q["inbox_entry"], {"id": found[0]["entry_id"]}) if found else []
    try:
        return (rows[0]["platform"], cipher.decrypt(rows[0]["raw_enc"], RAW_COLUMN)) if rows else None
    except UndecipherableValue:
        return None


async def answering_units(database: Database) -> list[str]:
    """Return the units that have somebody who may answer; the whole city is not among them."""
    return [row["unit"] for row in await database.fetch(_Q["units"])]


def _read(row: Mapping[str, Any]) -> Talk:
    values = dict(row)
    handover = Handover(**{name: values.pop(name) for name in _HANDOVER})
    return Talk(handover, **values)


def _opened(row: Mapping[str, Any], cipher: Cipher, column: str) -> dict[str, Any]:
    values = dict(row)
    sealed = values.pop("text_enc")
    try:
        return values | {"text": cipher.decrypt_optional(sealed, column)}
    except UndecipherableValue:
        return values | {"text": None}
