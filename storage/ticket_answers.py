"""Answering a ticket: it is closed, told in the chat while the platform takes it, and to the one-stop system."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from storage import outgoing, tickets
from storage.chat_window import WindowRules, refuse
from storage.crypto import Cipher
from storage.database import Database, fetch
from storage.officer_messages import add_message
from storage.sql import queries

_Q = queries("tickets")


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that is given; whether it is on its way into the chat."""

    ticket_id: int
    is_told: bool


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
) -> Answered | None:
    """Answer a ticket; None when it was closed, or is a hand-over.

    `words` by language, with `{number}` and `{answer}`, are said in the chat if the platform's window is open; the
    sender finds the answer by the ticket's number in any case.
    """
    async with database.transaction() as connection:
        closed = await tickets.answer(connection, cipher, number, officer=officer, text=text)
        if closed is None:
            return None
        ticket_id, citizen_id = closed
        await outgoing.add(
            connection,
            cipher,
            type="hoso.ticket.answered",
            subject=number.upper(),
            data={"number": number.upper(), "answered_at": now.isoformat()},
            entry_id=None,
            key=number.upper(),
        )
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
            return Answered(ticket_id, is_told=False)
        said = words.get(sender["language"], words["vi"]).format(number=number.upper(), answer=text)
        await add_message(connection, cipher, ticket_id=ticket_id, citizen_id=citizen_id, officer=None, text=said)
        return Answered(ticket_id, is_told=True)
