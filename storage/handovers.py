"""Hand-overs of a conversation to a person: the queue, who has which, and how they end.

The same functions serve the citizen's chat, `hoso handovers` and any console. What officers write goes through
`storage/officer_messages.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage import audit
from storage.chat_window import MAX_TEXT_CHARS, Refusal, WindowRules, refuse
from storage.conversations import TEXT_COLUMN as SAID_COLUMN
from storage.crypto import Cipher
from storage.database import Connection, Database, fetch
from storage.officer_messages import add_message
from storage.sql import queries
from storage.tickets import ANSWER_COLUMN, NewTicket, open_ticket

_Q = queries("handovers")
DANGER = "danger"
"""The topic that goes first."""


class Ending(StrEnum):
    """How a hand-over ends."""

    BY_OFFICER = "answered"
    BY_CITIZEN = "cancelled"
    IDLE = "idle"  # nobody said anything for too long


@dataclass(frozen=True, slots=True)
class Handover:
    """A hand-over: `state` is open (waits), claimed (an officer talks), answered or cancelled."""

    id: int
    number: str
    state: str
    topic: str | None
    officer: str | None
    citizen_id: int
    created_at: datetime
    due_at: datetime | None
    claimed_at: datetime | None
    closed_at: datetime | None
    language: str
    platform: str
    last_interaction_at: datetime | None
    """When the citizen last opened the platform's window"""

    @property
    def is_open(self) -> bool:
        """Whether it waits or an officer talks."""
        return self.state in {"open", "claimed"}


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wait, and how many minutes a chat took lately (None: too few to tell)."""

    waiting: int
    minutes: float | None


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One line of a transcript; `author` is citizen, bot or officer."""

    at: datetime
    author: str
    kind: str
    officer: str | None
    text: str | None = field(repr=False)


async def queue(database: Database) -> Queue:
    """Return how the queue stands."""
    (row,) = await database.fetch(_Q["queue"])
    return Queue(row["waiting"], row["minutes"])


async def place(database: Database, ticket_id: int) -> int:
    """Return the place of a hand-over among those that wait, from 1; 0 when it does not wait any more."""
    return int((await database.fetch(_Q["place"], {"ticket_id": ticket_id}))[0]["place"])


async def request(
    database: Database, cipher: Cipher, *, citizen_id: int, entry_id: int, reason: str, due_at: datetime
) -> tuple[Handover, bool]:
    """Put a citizen into the queue, and say whether that is new; who waits or talks already stays where they are.

    The same inbox entry again finds what it opened.
    """
    async with database.transaction() as connection:
        (conversation,) = await fetch(connection, _Q["lock_conversation"], {"citizen_id": citizen_id})
        if conversation["mode"] != "bot" and conversation["ticket_id"] is not None:
            known = await _look(connection, id=conversation["ticket_id"])
            if known is not None and known.is_open:
                return known, False
        new = NewTicket("handover", citizen_id, entry_id, topic=reason, due_at=due_at)
        ticket, is_new = await open_ticket(connection, cipher, new)
        if ticket.is_open:
            await _set_mode(connection, citizen_id, "waiting", ticket.id)
        opened = await _look(connection, id=ticket.id)
        if opened is None:
            raise RuntimeError("a hand-over that was just opened is not there")
        return opened, is_new


async def current(database: Database, citizen_id: int) -> Handover | None:
    """Return the hand-over that a citizen waits or talks in."""
    async with database.transaction() as connection:
        (conversation,) = await fetch(connection, _Q["lock_conversation"], {"citizen_id": citizen_id})
        found = None if conversation["ticket_id"] is None else await _look(connection, id=conversation["ticket_id"])
        return found if found is not None and found.is_open else None


async def find(database: Database, number: str) -> Handover | None:
    """Return a hand-over by its number."""
    async with database.transaction() as connection:
        return await _look(connection, number=number.upper())


async def search(database: Database, *, is_closed: bool = False, limit: int = 100) -> list[Handover]:
    """Return hand-overs under way, danger first, then who has waited longest; with `is_closed`, also those after."""
    rows = await database.fetch(_Q["search"], {"is_closed": is_closed, "limit": limit})
    return [Handover(**row) for row in rows]


async def claim(
    database: Database,
    cipher: Cipher,
    number: str,
    *,
    officer: str,
    announcement: Mapping[str, str] | None = None,
    unit: str | None = None,
    entry: audit.Entry | None = None,
) -> Handover | None:
    """Give a hand-over that waits to an officer; the assistant is silent from now on.

    Returns it as it is now; `officer` in it is somebody else's name when that one was first. None: there is none that
    is under way. `announcement` (by language) is said to the citizen. `unit` is where it belongs from now on, unless
    it was put somewhere before; `entry` goes into the audit log if the officer is the one who took it.
    """
    async with database.transaction() as connection:
        found = await _find(connection, number=number.upper())
        if found is None or not found.is_open:
            return None
        if not await fetch(connection, _Q["claim"], {"id": found.id, "officer": officer, "unit": unit}):
            return found
        await _set_mode(connection, found.citizen_id, "officer", found.id)
        if announcement is not None:
            await _announce(connection, cipher, found, announcement)
        if entry is not None:
            await audit.write(connection, entry)
        return await _find(connection, id=found.id)


async def release(
    database: Database,
    cipher: Cipher,
    number: str,
    *,
    officer: str,
    unit: str | None = None,
    announcement: Mapping[str, str] | None = None,
    entry: audit.Entry | None = None,
) -> bool:
    """Put a hand-over back into the queue, at its old place, for the officers of `unit` if one is given.

    False when another officer has it, or it has ended. Who had it says so to the citizen by `announcement`; one that
    waits is only put elsewhere, without a word.
    """
    async with database.transaction() as connection:
        found = await _find(connection, number=number.upper())
        if found is None or not found.is_open or (found.state == "claimed" and found.officer != officer):
            return False
        await fetch(connection, _Q["release"], {"id": found.id, "unit": unit})
        if found.state == "claimed":
            await _set_mode(connection, found.citizen_id, "waiting", found.id)
            if announcement is not None:
                await _announce(connection, cipher, found, announcement)
        if entry is not None:
            await audit.write(connection, entry)
        return True


async def close(
    database: Database,
    cipher: Cipher,
    ticket_id: int,
    *,
    ending: Ending,
    summary: str | None = None,
    announcement: Mapping[str, str] | None = None,
    officer: str | None = None,
    entry: audit.Entry | None = None,
) -> bool:
    """End a hand-over; the assistant answers again. False when it had ended, or (with `officer`) is not that one's.

    The citizen's own ending takes back what was not sent yet; after the others it still goes out, and the
    `announcement` (by language) after it.
    """
    async with database.transaction() as connection:
        found = await _find(connection, id=ticket_id)
        if found is None or (officer is not None and found.officer != officer):
            return False
        # Who never met an officer was not answered.
        is_answered = ending is Ending.BY_OFFICER or (ending is Ending.IDLE and found.state == "claimed")
        params = {
            "id": found.id,
            "state": "answered" if is_answered else "cancelled",
            "answer_enc": cipher.encrypt_optional(summary, ANSWER_COLUMN),
        }
        if not await fetch(connection, _Q["close"], params):
            return False
        await fetch(connection, _Q["leave_conversation"], {"citizen_id": found.citizen_id, "ticket_id": found.id})
        if ending is Ending.BY_CITIZEN:
            await fetch(connection, _Q["cancel_pending"], {"ticket_id": found.id})
        if announcement is not None:
            await _announce(connection, cipher, found, announcement)
        if entry is not None:
            await audit.write(connection, entry)
        return True


async def idle(database: Database, *, idle_seconds: float, waiting_seconds: float) -> list[tuple[int, bool]]:
    """Return up to a hundred hand-overs without a word for so long, and whether an officer had each."""
    params = {"idle_seconds": float(idle_seconds), "waiting_seconds": float(waiting_seconds)}
    return [(row["id"], row["was_claimed"]) for row in await database.fetch(_Q["idle"], params)]


async def transcript(database: Database, cipher: Cipher, citizen_id: int, *, limit: int = 30) -> list[SaidLine]:
    """Return what was said lately, the oldest first."""
    rows = await database.fetch(_Q["transcript"], {"citizen_id": citizen_id, "limit": limit})
    lines = []
    for row in rows:
        values = dict(row)
        text = cipher.decrypt_optional(values.pop("text_enc"), SAID_COLUMN)
        lines.append(SaidLine(**values, text=text))
    return lines


async def say(
    database: Database,
    cipher: Cipher,
    number: str,
    *,
    officer: str,
    text: str,
    rules: WindowRules,
    now: datetime,
    form: str | None = None,
    entry: audit.Entry | None = None,
) -> int | Refusal:
    """Say something to the citizen of a hand-over that the officer has; return the message's id, or why not.

    The same `form` a second time finds the message that it made: nothing is said twice because a button was pressed
    twice.
    """
    if len(text) > MAX_TEXT_CHARS:
        return Refusal.TOO_LONG
    async with database.transaction() as connection:
        handover = await _find(connection, number=number.upper())
        if handover is None or handover.state != "claimed":
            return Refusal.NOT_CLAIMED
        params: dict[str, Any] = {"ticket_id": handover.id, "form": form, "officer": officer}
        if form is not None and (said := await fetch(connection, _Q["of_form"], params)):
            return int(said[0]["id"])
        if handover.officer != officer:
            return Refusal.NOT_YOURS
        refusal = await refuse(
            connection,
            citizen_id=handover.citizen_id,
            platform=handover.platform,
            last_interaction_at=handover.last_interaction_at,
            rules=rules,
            now=now,
        )
        if refusal is not None:
            return refusal
        await fetch(connection, _Q["touch"], {"id": handover.id})
        said_id = await add_message(
            connection,
            cipher,
            ticket_id=handover.id,
            citizen_id=handover.citizen_id,
            officer=officer,
            text=text,
            form=form,
        )
        if entry is not None:
            await audit.write(connection, entry)
        return said_id


async def _look(connection: Connection, *, number: str | None = None, id: int | None = None) -> Handover | None:  # noqa: A002 - the column
    rows = await fetch(connection, _Q["look"], {"number": number, "id": id})
    return Handover(**rows[0]) if rows else None


async def _find(connection: Connection, *, number: str | None = None, id: int | None = None) -> Handover | None:  # noqa: A002 - the column
    rows = await fetch(connection, _Q["find"], {"number": number, "id": id})
    return Handover(**rows[0]) if rows else None


async def _set_mode(connection: Connection, citizen_id: int, mode: str, ticket_id: int) -> None:
    params: dict[str, Any] = {"citizen_id": citizen_id, "mode": mode, "ticket_id": ticket_id}
    await fetch(connection, _Q["set_mode"], params)


async def _announce(connection: Connection, cipher: Cipher, handover: Handover, words: Mapping[str, str]) -> None:
    text = words.get(handover.language, words["vi"])
    await add_message(
        connection, cipher, ticket_id=handover.id, citizen_id=handover.citizen_id, officer=None, text=text
    )
