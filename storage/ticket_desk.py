"""Feedback and data requests as officers of a unit see them, and what is done with them beside answering."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final

from storage import audit
from storage.crypto import Cipher
from storage.database import Connection, Database, fetch
from storage.errors import UndecipherableValue
from storage.sql import queries
from storage.tickets import ANSWER_COLUMN, DETAILS_COLUMN, PHOTO_COLUMN, TEXT_COLUMN, Photo, Ticket

_Q = queries("ticket_desk")
OPEN: Final = ("open", "claimed")
ENDED: Final = ("answered", "cancelled")
_TICKET: Final = tuple(one.name for one in fields(Ticket))


@dataclass(frozen=True, slots=True)
class DeskTicket:
    """A ticket, where it belongs, and whether its sender can be written to. No `language`: the sender was erased."""

    ticket: Ticket
    unit_code: str | None
    """Whose officers see it; None: those of the whole city"""
    dossier_code: str | None
    dossier_unit: str | None
    claimed_at: datetime | None
    published_at: datetime | None
    language: str | None
    platform: str | None
    last_interaction_at: datetime | None
    details: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Told:
    """A message about a ticket into its sender's chat."""

    id: int
    officer: str | None
    state: str
    reason: str | None
    created_at: datetime


async def search(
    database: Database,
    cipher: Cipher,
    *,
    units: list[str] | None,
    states: Sequence[str] = OPEN,
    kind: str | None = None,
    topic: str | None = None,
    unit: str | None = None,
    officer: str | None = None,
    before: int | None = None,
    is_unpublished: bool = False,
    limit: int = 100,
) -> list[DeskTicket]:
    """Return tickets in these units (None: all), what is promised soonest first; what has ended latest first.

    `before`: the id below which they lie; `is_unpublished`: feedback alone whose answer was not made public.
    """
    params = {
        "units": units,
        "states": list(states),
        "kind": kind,
        "topic": topic,
        "unit": unit,
        "officer": officer,
        "before": before,
        "is_unpublished": is_unpublished,
        "limit": limit,
        "number": None,
    }
    return [_read(row, cipher) for row in await database.fetch(_Q["search"], params)]


async def find(database: Database, cipher: Cipher, number: str) -> DeskTicket | None:
    """Return a ticket by its number, whatever its unit."""
    anything: dict[str, Any] = dict.fromkeys(("units", "kind", "topic", "unit", "officer", "before", "is_unpublished"))
    params = anything | {"states": [*OPEN, *ENDED], "limit": 1, "number": number.upper()}
    rows = await database.fetch(_Q["search"], params)
    return _read(rows[0], cipher) if rows else None


async def units_with_tickets(database: Database, units: list[str] | None) -> list[str]:
    """Return the units that have tickets, among these (None: all)."""
    return [row["unit"] for row in await database.fetch(_Q["units"], {"units": units})]


async def photo(database: Database, cipher: Cipher, ticket_id: int, position: int) -> Photo | None:
    """Return one picture of a ticket, from 1; None: there is none, or no key opens it."""
    rows = await database.fetch(_Q["photo"], {"ticket_id": ticket_id, "position": position})
    try:
        return (
            Photo(rows[0]["kind"], base64.b64decode(cipher.decrypt(rows[0]["photo_enc"], PHOTO_COLUMN)))
            if rows
            else None
        )
    except UndecipherableValue:
        return None


async def count_photos(database: Database, ticket_id: int) -> int:
    """Return how many pictures a ticket has."""
    return int((await database.fetch(_Q["count_photos"], {"ticket_id": ticket_id}))[0]["photos"])


async def told(database: Database, ticket_id: int) -> list[Told]:
    """Return what was written into the sender's chat about a ticket, the oldest first."""
    return [Told(**row) for row in await database.fetch(_Q["told"], {"ticket_id": ticket_id})]


async def take_over(database: Database, number: str, *, officer: str, holder: str, entry: audit.Entry) -> bool:
    """Give a ticket that `holder` has to another officer; False: it is not the holder's any more."""
    params = {"number": number.upper(), "officer": officer, "from": holder}
    return await _do(database, "take_over", params, entry)


async def move(database: Database, number: str, *, officer: str, unit: str, entry: audit.Entry) -> bool:
    """Put a ticket before the officers of another unit; False: another officer has it, or it has ended."""
    return await _do(database, "move", {"number": number.upper(), "officer": officer, "unit": unit}, entry)


async def publish(database: Database, number: str, *, entry: audit.Entry) -> bool:
    """Note that an answer was made public; False: there is none, or it was noted."""
    return await _do(database, "publish", {"number": number.upper()}, entry)


async def _do(database: Database, name: str, params: dict[str, Any], entry: audit.Entry) -> bool:
    async with database.transaction() as connection:
        if not await fetch(connection, _Q[name], params):
            return False
        await audit.write(connection, entry)
        return True


@dataclass(frozen=True, slots=True)
class Locked:
    """A ticket that nobody else changes until the transaction ends."""

    id: int
    citizen_id: int | None
    state: str
    officer: str | None
    details: dict[str, Any] = field(repr=False)


async def lock(connection: Connection, cipher: Cipher, number: str) -> Locked | None:
    """Lock a ticket; None: there is none of that number."""
    rows = await fetch(connection, _Q["lock"], {"number": number.upper()})
    if not rows:
        return None
    values = dict(rows[0])
    details = _details(values.pop("details_enc"), cipher)
    return Locked(**values, details=details)


async def put_details(connection: Connection, cipher: Cipher, ticket_id: int, details: Mapping[str, Any]) -> None:
    """Replace what else is known of a ticket."""
    await fetch(connection, _Q["put_details"], {"id": ticket_id, "details_enc": _seal(details, cipher)})


async def note_question(
    connection: Connection, cipher: Cipher, ticket: Locked, *, officer: str, text: str, details: Mapping[str, Any]
) -> bool:
    """Note that more was asked for; False: the ticket has ended."""
    params = {
        "id": ticket.id,
        "officer": officer,
        "answer_enc": cipher.encrypt(text, ANSWER_COLUMN),
        "details_enc": _seal(details, cipher),
    }
    return bool(await fetch(connection, _Q["ask_more"], params))


def _seal(details: Mapping[str, Any], cipher: Cipher) -> bytes:
    return cipher.encrypt(json.dumps(details, ensure_ascii=False), DETAILS_COLUMN)


def _details(sealed: bytes | None, cipher: Cipher) -> dict[str, Any]:
    text = _open(sealed, cipher, DETAILS_COLUMN)
    return dict(json.loads(text)) if text else {}


def _open(sealed: bytes | None, cipher: Cipher, column: str) -> str | None:
    """Return a value; None for one that no key opens: an officer must see the rest of the list."""
    try:
        return cipher.decrypt_optional(sealed, column)
    except UndecipherableValue:
        return None


def _read(row: Mapping[str, Any], cipher: Cipher) -> DeskTicket:
    values = dict(row)
    values["text"] = _open(values.pop("text_enc"), cipher, TEXT_COLUMN)
    values["answer"] = _open(values.pop("answer_enc"), cipher, ANSWER_COLUMN)
    details = _details(values.pop("details_enc"), cipher)
    ticket = Ticket(**{name: values.pop(name) for name in _TICKET})
    return DeskTicket(ticket, **values, details=details)
