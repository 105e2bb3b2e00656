"""One row of everything around a ticket."""

import secrets

from storage import outgoing, postal, tickets
from storage.crypto import Cipher
from storage.database import Database
from storage.officer_messages import add_message
from storage.tickets import NewTicket, Photo


async def fill_tickets(database: Database, cipher: Cipher, *, citizen_id: int, dossier_id: int) -> None:
    """One value in each encrypted column of tickets, pictures, officers' words, wishes by post and outgoing events."""
    entry = secrets.randbelow(2**50)
    new = NewTicket("feedback", citizen_id, entry, topic="complaint", text="Đèn hỏng", details={"a": 1})
    ticket, _ = await tickets.open_ticket(database, cipher, new)
    await tickets.answer(database, cipher, ticket.number, officer="can-bo-1", text="Đã sửa")
    photo = Photo("image/jpeg", b"\xff\xd8")
    await tickets.keep_photo(database, cipher, photo, citizen_id=citizen_id, entry_id=entry, part=0, limit=5)
    async with database.transaction() as connection:
        await add_message(
            connection, cipher, ticket_id=ticket.id, citizen_id=citizen_id, officer="can-bo-1", text="Chào Ông/Bà"
        )
        await postal.register(
            connection, cipher, dossier_id=dossier_id, citizen_id=citizen_id, entry_id=entry, address="12 Trần Phú"
        )
        await outgoing.add(connection, cipher, type="hoso.test", subject=None, data={}, entry_id=entry)
