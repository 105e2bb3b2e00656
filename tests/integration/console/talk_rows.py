"""People in chats with what they wrote, for the pages of conversations, tickets and ratings."""

import itertools
from datetime import UTC, datetime, timedelta

from storage import citizens, conversations, handovers, tickets
from storage.conversations import Said
from storage.handovers import Handover
from storage.tickets import NewTicket, Photo, Ticket
from tests.office import Office

_ENTRIES = itertools.count(1000)
EVIL = '<script>alert("x")</script>"><img src=x onerror=alert(1)>'
PHONE = "0905123456"


async def person(
    office: Office, user_id: str, *, wrote_ago: timedelta = timedelta(minutes=5), platform: str = "zalo"
) -> int:
    """Somebody who wrote lately; the id."""
    citizen = await citizens.meet(office.database, office.cipher, platform=platform, user_id=user_id)
    await office.database.fetch(
        "INSERT INTO conversations (citizen_id, account_id, last_in_at) VALUES (%(id)s, 'oa', now()) "
        "ON CONFLICT DO NOTHING RETURNING 1",
        {"id": citizen.id},
    )
    await citizens.note_interaction(office.database, citizen.id, at=datetime.now(UTC) - wrote_ago)
    return citizen.id


async def dossier(office: Office, code: str, unit: str, name: str = "UBND phường Hải Châu") -> int:
    """A finished dossier of a unit; the id."""
    [row] = await office.database.fetch(
        "INSERT INTO dossiers (code, status, status_time, agency_code, agency_name) "
        "VALUES (%(code)s, 9, now(), %(unit)s, %(name)s) RETURNING id",
        {"code": code, "unit": unit, "name": name},
    )
    return int(row["id"])


async def link(office: Office, citizen_id: int, dossier_id: int) -> None:
    await citizens.link(office.database, citizen_id, dossier_id, proof="otp")


async def says(office: Office, citizen_id: int, text: str, *, kind: str = "text", author: str = "citizen") -> None:
    await conversations.note_said(office.database, office.cipher, Said(citizen_id, author, kind, text=text))


async def waiting(office: Office, citizen_id: int, *, reason: str = "asked") -> Handover:
    """The same person in the queue."""
    handover, _ = await handovers.request(
        office.database,
        office.cipher,
        citizen_id=citizen_id,
        entry_id=next(_ENTRIES),
        reason=reason,
        due_at=datetime.now(UTC) + timedelta(minutes=30),
    )
    return handover


async def feedback(
    office: Office,
    citizen_id: int,
    text: str,
    *,
    topic: str = "complaint",
    dossier_id: int | None = None,
    due_in: timedelta | None = timedelta(days=20),
    kind: str = "feedback",
    photos: tuple[Photo, ...] = (),
) -> Ticket:
    """A ticket of feedback, with pictures."""
    entry = next(_ENTRIES)
    for part, photo in enumerate(photos):
        await tickets.keep_photo(
            office.database, office.cipher, photo, citizen_id=citizen_id, entry_id=entry, part=part, limit=9
        )
    due_at = None if due_in is None else datetime.now(UTC) + due_in
    new = NewTicket(kind, citizen_id, entry, topic=topic, text=text, dossier_id=dossier_id, due_at=due_at)
    ticket, _ = await tickets.open_ticket(office.database, office.cipher, new)
    await tickets.attach_photos(office.database, ticket.id, citizen_id=citizen_id)
    return ticket


async def audited(office: Office, prefix: str) -> list[str]:
    rows = await office.database.fetch("SELECT action FROM audit_log ORDER BY id")
    return [row["action"] for row in rows if row["action"].startswith(prefix)]
