"""Conversations: who answers a citizen at the moment, and what was said."""

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from storage.citizens import USER_COLUMN, Citizen
from storage.crypto import Cipher
from storage.database import Database
from storage.inbox import Finished
from storage.sql import queries

_Q = queries("conversations")
TEXT_COLUMN = "messages.text"


@dataclass(frozen=True, slots=True)
class Conversation:
    """Who answers a citizen at the moment: `bot`, `officer`, or (in the queue) `waiting`."""

    citizen_id: int
    mode: str = "bot"
    ticket_id: int | None = None
    silent_until: datetime | None = None
    failures: int = 0
    flooded_by: int | None = None
    """The inbox entry that went beyond the flood limit, until it is calm again."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody did something: what is to be noted before anybody looks into it."""

    platform: str
    user_id: str = field(repr=False)
    account_id: str | None
    entry_id: int
    is_incoming: bool = True
    """Whether the person did it, and not one of us."""
    interaction_at: datetime | None = None
    """Set where it opens the platform's window for consultation messages."""
    cost_seconds: float = 0
    """What it takes from the flood limit's window."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message for the transcript; `author` is citizen, bot or officer."""

    citizen_id: int
    author: str
    kind: str
    text: str | None = field(default=None, repr=False)
    entry_id: int | None = None
    part: int = 0
    label: str | None = None
    officer: str | None = None
    message_id: str | None = None
    at: datetime | None = None
    """None: now."""


async def enter(
    database: Database, cipher: Cipher, arrivals: Sequence[Arrival], *, window_seconds: float = 60
) -> list[tuple[Citizen, Conversation]]:
    """Return who they are and where their conversations stand, noted at first sight; one for each, in order.

    `window_seconds` is the flood limit's.
    """
    rows = [_row_of_arrival(number, arrival, cipher) for number, arrival in enumerate(arrivals)]
    params = {"arrivals": json.dumps(rows), "window_seconds": float(window_seconds)}
    return [_met(row) for row in await database.fetch_alone(_Q["enter"], params)]


def _row_of_arrival(number: int, arrival: Arrival, cipher: Cipher) -> dict[str, object]:
    at = arrival.interaction_at
    return {
        "n": number,
        "platform": arrival.platform,
        "hashes": [value.hex() for value in cipher.lookup_hashes(arrival.user_id)],
        "user_enc": b64encode(cipher.encrypt(arrival.user_id, USER_COLUMN)).decode(),
        "account_id": arrival.account_id,
        "entry_id": arrival.entry_id,
        "is_incoming": arrival.is_incoming,
        "cost_seconds": arrival.cost_seconds,
        "interaction_at": None if at is None else at.isoformat(),
    }


def _met(row: dict[str, object]) -> tuple[Citizen, Conversation]:
    values = dict(row)
    del values["n"]
    citizen = Citizen(**{name: values.pop(name) for name in ("id", "language", "follows", "has_chosen_language")})  # type: ignore[arg-type]
    return citizen, Conversation(citizen.id, **values)  # type: ignore[arg-type]


async def keep(database: Database, cipher: Cipher, entries: Sequence[Finished], said: Sequence[Said]) -> set[int]:
    """Go on with or end the work on inbox entries and add to the transcript; return the ids that are still ours.

    An entry in state `working` gets its note and a lease of `due_in_seconds` from now.
    """
    rows = [
        {"id": one.id, "token": str(one.token), "state": one.state, "note": one.note, "seconds": one.due_in_seconds}
        for one in entries
    ]
    params = {"entries": json.dumps(rows), "said": json.dumps([_row_of_said(one, cipher) for one in said])}
    return {row["id"] for row in await database.fetch_alone(_Q["keep"], params)}


def _row_of_said(said: Said, cipher: Cipher) -> dict[str, object]:
    return {
        "citizen_id": said.citizen_id,
        "at": None if said.at is None else said.at.isoformat(),
        "author": said.author,
        "kind": said.kind,
        "text_enc": None if said.text is None else b64encode(cipher.encrypt(said.text, TEXT_COLUMN)).decode(),
        "entry_id": said.entry_id,
        "part": said.part,
        "label": said.label,
        "officer": said.officer,
        "message_id": said.message_id,
    }


async def silence(database: Database, citizen_id: int, until: datetime) -> None:
    """Keep the assistant quiet in a conversation until a moment; never shorter than before."""
    await database.fetch_alone(_Q["silence"], {"citizen_id": citizen_id, "until": until})


async def note_failures(database: Database, citizen_id: int, failures: int) -> None:
    """Note how many messages in a row were not understood."""
    await database.fetch(_Q["note_failures"], {"citizen_id": citizen_id, "failures": failures})


async def note_said(database: Database, cipher: Cipher, said: Said) -> None:
    """Put a message into the transcript; the same part of the same entry again changes nothing."""
    params = {
        "citizen_id": said.citizen_id,
        "author": said.author,
        "kind": said.kind,
        "text_enc": cipher.encrypt_optional(said.text, TEXT_COLUMN),
        "entry_id": said.entry_id,
        "part": said.part,
        "label": said.label,
        "officer": said.officer,
        "message_id": said.message_id,
    }
    await database.fetch(_Q["note_said"], params)
