"""Answering a ticket: it is closed, told in the chat while the platform takes it, and to the one-stop system.

Or asking for more: the same, but the ticket stays open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage import audit, outgoing, ticket_desk, tickets
from storage.chat_window import Refusal, WindowRules, refuse
from storage.crypto import Cipher
from storage.database import Connection, Database, fetch
from storage.officer_messages import add_message
from storage.sql import queries

_Q = queries("tickets")


class Decision(StrEnum):
    """What an answer is."""

    RESOLVED = "resolved"
    REFUSED = "refused"  # not this office's matter, or one that cannot be taken up


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that is given; whether it is on its way into the chat."""

    ticket_id: int
    is_told: bool
    why_not: Refusal | None = None
    """Why it is not; None beside `is_told` False: there is nobody to tell any more."""


async def give(
    database: Database,
    cipher: Cipher,
    number: str,
    *,
    officer: str,
    text: str,
    words: Mapping[str, str],
    rules: WindowRules,
    now: datetime,
    is_own: bool = False,
    decision: Decision = Decision.RESOLVED,
    entry: audit.Entry | None = None,
) -> Answered | None:
    """Answer a ticket; None when it was closed, is a hand-over, or (with `is_own`) another officer's.

    `words` by language, with `{number}` and `{answer}`, are said in the chat if the platform's window is open; the
    sender finds the answer by the ticket's number in any case.
    """
    async with database.transaction() as connection:
        closed = await tickets.answer(connection, cipher, number, officer=officer, text=text, is_own=is_own)
        if closed is None:
            return None
        ticket_id, citizen_id = closed
        if decision is not Decision.RESOLVED and (held := await ticket_desk.lock(connection, cipher, number)):
            await ticket_desk.put_details(connection, cipher, ticket_id, held.details | {"decision": decision.value})
        await outgoing.add(
            connection,
            cipher,
            type="hoso.ticket.answered",
            subject=number.upper(),
            data={"number": number.upper(), "answered_at": now.isoformat()},
            entry_id=None,
            key=number.upper(),
        )
        answered = await _tell(
            connection,
            cipher,
            ticket_id,
            citizen_id,
            number=number,
            text=text,
            words=words,
            rules=rules,
            now=now,
        )
        if entry is not None:
            await audit.write(connection, entry)
        return answered


async def ask_more(
    database: Database,
    cipher: Cipher,
    number: str,
    *,
    officer: str,
    text: str,
    words: Mapping[str, str],
    rules: WindowRules,
    now: datetime,
    form: str,
    entry: audit.Entry | None = None,
) -> Answered | None:
    """Ask a ticket's sender for more; None when it was closed, or is another officer's.

    The sender sees the question by the ticket's number until the answer stands there. The same `form` again asks
    nothing a second time. How often it was asked is in the details (`asked`): more than once counts as late
    (docs: public-services 6.2).
    """
    async with database.transaction() as connection:
        held = await ticket_desk.lock(connection, cipher, number)
        if held is None:
            return None
        asked = list(held.details.get("asked", ()))
        if any(one.get("form") == form for one in asked):
            return Answered(held.id, is_told=True)
        if held.state == "claimed" and held.officer != officer:
            return None
        asked.append({"at": now.isoformat(), "officer": officer, "text": text, "form": form})
        details = held.details | {"asked": asked}
        if not await ticket_desk.note_question(connection, cipher, held, officer=officer, text=text, details=details):
            return None
        answered = await _tell(
            connection,
            cipher,
            held.id,
            held.citizen_id,
            number=number,
            text=text,
            words=words,
            rules=rules,
            now=now,
        )
        if entry is not None:
            await audit.write(connection, entry)
        return answered


async def _tell(
    connection: Connection,
    cipher: Cipher,
    ticket_id: int,
    citizen_id: int | None,
    *,
    number: str,
    text: str,
    words: Mapping[str, str],
    rules: WindowRules,
    now: datetime,
) -> Answered:
    rows = [] if citizen_id is None else await fetch(connection, _Q["sender"], {"citizen_id": citizen_id})
    if not rows or citizen_id is None:
        return Answered(ticket_id, is_told=False)
    sender = rows[0]
    refusal = await refuse(
        connection,
        citizen_id=citizen_id,
        platform=sender["platform"],
        last_interaction_at=sender["last_interaction_at"],
        rules=rules,
        now=now,
    )
    if refusal is not None:
        return Answered(ticket_id, is_told=False, why_not=refusal)
    said = words.get(sender["language"], words["vi"]).format(number=number.upper(), answer=text)
    await add_message(connection, cipher, ticket_id=ticket_id, citizen_id=citizen_id, officer=None, text=said)
    return Answered(ticket_id, is_told=True)
