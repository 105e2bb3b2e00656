"""Tickets: what citizens were given a number and a promised time for, and what came of it."""

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from storage import audit
from storage.crypto import Cipher
from storage.database import Connection, Database, fetch
from storage.sql import queries

_Q = queries("tickets")
TEXT_COLUMN = "tickets.text"
DETAILS_COLUMN = "tickets.details"
ANSWER_COLUMN = "tickets.answer"
PHOTO_COLUMN = "ticket_photos.photo"

PREFIXES: Final[Mapping[str, str]] = {"feedback": "PA", "handover": "HT", "data": "DL"}
"""Of the number, by kind."""
ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O: numbers are read out on the phone."""
NUMBER_CHARS: Final = 8
"""32⁸, a million million numbers: nobody finds one by trying."""
_CLASHES = 5


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket to be opened."""

    kind: str
    """feedback, handover or data"""
    citizen_id: int
    entry_id: int
    """The inbox entry that asks for it: a second try finds the first one's ticket."""
    topic: str | None = None
    text: str | None = field(default=None, repr=False)
    details: Mapping[str, Any] | None = field(default=None, repr=False)
    unit: str | None = None
    dossier_id: int | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it stands: `state` is open, claimed, answered or cancelled."""

    id: int
    number: str
    kind: str
    state: str
    topic: str | None
    unit: str | None
    officer: str | None
    citizen_id: int | None
    dossier_id: int | None
    created_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    text: str | None = field(repr=False)
    answer: str | None = field(repr=False)

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self.state in {"open", "claimed"}


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture; `kind` is its media type."""

    kind: str
    content: bytes = field(repr=False)


def new_number(kind: str) -> str:
    """Return a number to tell a citizen: PA-7K2M9QXT."""
    return f"{PREFIXES[kind]}-{''.join(secrets.choice(ALPHABET) for _ in range(NUMBER_CHARS))}"


async def open_ticket(target: Connection | Database, cipher: Cipher, new: NewTicket) -> tuple[Ticket, bool]:
    """Open a ticket, and say whether it is new: the same inbox entry again gets the one that it opened.

    With a connection, it is open if and when that transaction commits.
    """
    params = {
        "kind": new.kind,
        "citizen_id": new.citizen_id,
        "dossier_id": new.dossier_id,
        "topic": new.topic,
        "text_enc": cipher.encrypt_optional(new.text, TEXT_COLUMN),
        "details_enc": _seal_details(new.details, cipher),
        "unit": new.unit,
        "entry_id": new.entry_id,
        "due_at": new.due_at,
    }
    for _ in range(_CLASHES):
        if rows := await _fetch(target, "open", params | {"number": new_number(new.kind)}):
            return _read(rows[0], cipher), True
        if rows := await _fetch(target, "of_entry", {"entry_id": new.entry_id}):
            return _read(rows[0], cipher), False
    raise RuntimeError("no free ticket number in five tries: look at the table of tickets")


async def of_entry(database: Database, cipher: Cipher, entry_id: int) -> Ticket | None:
    """Return the ticket that an inbox entry opened."""
    rows = await database.fetch(_Q["of_entry"], {"entry_id": entry_id})
    return _read(rows[0], cipher) if rows else None


async def find(database: Database, cipher: Cipher, number: str, *, citizen_id: int | None = None) -> Ticket | None:
    """Return a ticket by its number; with a citizen, only that one's own."""
    rows = await database.fetch(_Q["find"], {"number": number.upper(), "citizen_id": citizen_id})
    return _read(rows[0], cipher) if rows else None


async def of_citizen(
    database: Database, cipher: Cipher, citizen_id: int, *, kinds: Sequence[str] = tuple(PREFIXES), limit: int = 5
) -> list[Ticket]:
    """Return a citizen's tickets, the newest first."""
    params = {"citizen_id": citizen_id, "kinds": list(kinds), "limit": limit}
    return [_read(row, cipher) for row in await database.fetch(_Q["of_citizen"], params)]


async def search(
    database: Database, cipher: Cipher, *, kind: str | None = None, state: str | None = None, limit: int = 100
) -> list[Ticket]:
    """Return tickets for officers, what is promised soonest first."""
    params = {"kind": kind, "state": state, "limit": limit}
    return [_read(row, cipher) for row in await database.fetch(_Q["search"], params)]


async def claim(database: Database, number: str, *, officer: str, entry: audit.Entry | None = None) -> bool:
    """Give a ticket that nobody has to an officer; False when it is another's, done, or a hand-over."""
    async with database.transaction() as connection:
        if not await fetch(connection, _Q["claim"], {"number": number.upper(), "officer": officer}):
            return False
        if entry is not None:
            await audit.write(connection, entry)
        return True


async def answer(
    target: Connection | Database, cipher: Cipher, number: str, *, officer: str, text: str, is_own: bool = False
) -> tuple[int, int | None] | None:
    """Close a ticket with an answer; return its id and its citizen's, or None when it was closed, or a hand-over.

    `is_own`: only one that no other officer has.
    """
    params = {
        "number": number.upper(),
        "officer": officer,
        "answer_enc": cipher.encrypt(text, ANSWER_COLUMN),
        "is_own": is_own,
    }
    rows = await _fetch(target, "answer", params)
    return (rows[0]["id"], rows[0]["citizen_id"]) if rows else None


async def withdraw(target: Connection | Database, number: str, *, citizen_id: int) -> bool:
    """Take an own ticket of feedback back; False when there is none that is open."""
    return bool(await _fetch(target, "withdraw", {"number": number.upper(), "citizen_id": citizen_id}))


async def keep_photo(
    database: Database, cipher: Cipher, photo: Photo, *, citizen_id: int, entry_id: int, part: int, limit: int
) -> bool:
    """Keep a picture for the ticket that its sender is about to open; False when there are `limit` already.

    The same part of the same inbox entry again changes nothing.
    """
    params = {
        "citizen_id": citizen_id,
        "kind": photo.kind,
        "photo_enc": cipher.encrypt(base64.b64encode(photo.content).decode(), PHOTO_COLUMN),
        "entry_id": entry_id,
        "part": part,
        "limit": limit,
    }
    if await database.fetch(_Q["keep_photo"], params):
        return True
    return bool(await database.fetch(_Q["has_photo"], {"entry_id": entry_id, "part": part}))


async def count_loose_photos(database: Database, citizen_id: int) -> int:
    """Return how many pictures wait for their ticket."""
    return int((await database.fetch(_Q["count_loose_photos"], {"citizen_id": citizen_id}))[0]["photos"])


async def attach_photos(target: Connection | Database, ticket_id: int, *, citizen_id: int) -> int:
    """Give the pictures that waited to a ticket; return how many."""
    return len(await _fetch(target, "attach_photos", {"ticket_id": ticket_id, "citizen_id": citizen_id}))


async def drop_loose_photos(database: Database, citizen_id: int) -> int:
    """Drop the pictures of a ticket that is not opened after all; return how many."""
    return len(await database.fetch(_Q["drop_loose_photos"], {"citizen_id": citizen_id}))


async def drop_forgotten_photos(database: Database) -> int:
    """Drop pictures whose ticket was not opened within a day; return how many."""
    return len(await database.fetch(_Q["drop_forgotten_photos"]))


async def photos(database: Database, cipher: Cipher, ticket_id: int) -> list[Photo]:
    """Return the pictures of a ticket, in the order of their coming."""
    rows = await database.fetch(_Q["photos"], {"ticket_id": ticket_id})
    return [Photo(row["kind"], base64.b64decode(cipher.decrypt(row["photo_enc"], PHOTO_COLUMN))) for row in rows]


async def forget_closed(database: Database, *, days: int) -> int:
    """Drop up to a thousand tickets that were closed more than so many days ago, with all that hangs on them."""
    return len(await database.fetch(_Q["forget_closed"], {"days": days}))


def _seal_details(details: Mapping[str, Any] | None, cipher: Cipher) -> bytes | None:
    return None if details is None else cipher.encrypt(json.dumps(details, ensure_ascii=False), DETAILS_COLUMN)


def _read(row: Mapping[str, Any], cipher: Cipher) -> Ticket:
    values = dict(row)
    text, reply = values.pop("text_enc"), values.pop("answer_enc")
    return Ticket(
        **values,
        text=cipher.decrypt_optional(text, TEXT_COLUMN),
        answer=cipher.decrypt_optional(reply, ANSWER_COLUMN),
    )


async def _fetch(target: Connection | Database, name: str, params: Mapping[str, Any]) -> list[Any]:
    if isinstance(target, Database):
        return list(await target.fetch(_Q[name], dict(params)))
    return list(await fetch(target, _Q[name], dict(params)))
