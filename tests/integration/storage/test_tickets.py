"""Tickets: one for each message that asks, found by their owners alone, forgotten after their time."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from storage import citizens, tickets
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.tickets import NewTicket, Photo, Ticket

CIPHER = Cipher([generate_key()])
PHOTO = Photo("image/jpeg", b"\xff\xd8")


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    async with Database(postgres_url) as opened:
        yield opened


async def person(database: Database) -> int:
    return (await citizens.meet(database, CIPHER, platform="zalo", user_id=secrets.token_hex(8))).id


async def test_the_same_message_opens_one_ticket_however_often_it_is_worked_on(database: Database) -> None:
    new = NewTicket("feedback", await person(database), 7, topic="complaint", text="Đèn hỏng", details={"a": "b"})
    opened = await asyncio.gather(*(tickets.open_ticket(database, CIPHER, new) for _ in range(6)))
    assert len({ticket.number for ticket, _ in opened}) == 1
    assert [is_new for _, is_new in opened].count(True) == 1
    found = await tickets.of_entry(database, CIPHER, 7)
    assert found is not None
    assert found.text == "Đèn hỏng"
    (row,) = await database.fetch("SELECT text_enc, details_enc FROM tickets")
    assert "Đèn".encode() not in row["text_enc"]


async def test_a_ticket_is_its_owners_alone(database: Database) -> None:
    an, binh = await person(database), await person(database)
    ticket, _ = await tickets.open_ticket(database, CIPHER, NewTicket("feedback", an, 1))
    assert await tickets.find(database, CIPHER, ticket.number.lower(), citizen_id=an) == ticket
    assert await tickets.find(database, CIPHER, ticket.number, citizen_id=binh) is None
    assert not await tickets.withdraw(database, ticket.number, citizen_id=binh)
    assert await tickets.withdraw(database, ticket.number, citizen_id=an)
    assert not await tickets.withdraw(database, ticket.number, citizen_id=an)
    assert await tickets.of_citizen(database, CIPHER, binh) == []


async def test_officers_take_and_answer_a_ticket_once(database: Database) -> None:
    an = await person(database)
    ticket, _ = await tickets.open_ticket(database, CIPHER, NewTicket("data", an, 1))
    assert [await tickets.claim(database, ticket.number, officer=name) for name in ("a", "b", "a")] == [
        True,
        False,
        True,
    ]
    answers = await asyncio.gather(
        *(tickets.answer(database, CIPHER, ticket.number, officer="a", text=f"{n}") for n in range(4))
    )
    assert [answer for answer in answers if answer is not None] == [(ticket.id, an)]
    talk, _ = await tickets.open_ticket(database, CIPHER, NewTicket("handover", an, 2))
    assert not await tickets.claim(database, talk.number, officer="a")  # those have ways of their own
    assert await tickets.answer(database, CIPHER, talk.number, officer="a", text="x") is None


async def test_pictures_wait_for_their_ticket_and_are_limited(database: Database) -> None:
    an, binh = await person(database), await person(database)

    async def keep(entry_id: int, part: int = 0) -> bool:
        return await tickets.keep_photo(database, CIPHER, PHOTO, citizen_id=an, entry_id=entry_id, part=part, limit=2)

    assert [await keep(1), await keep(1), await keep(1, 1), await keep(2), await keep(1, 1)] == [
        True,
        True,
        True,
        False,
        True,
    ]
    assert await tickets.count_loose_photos(database, an) == 2
    assert await tickets.count_loose_photos(database, binh) == 0
    ticket, _ = await tickets.open_ticket(database, CIPHER, NewTicket("feedback", an, 3))
    assert await tickets.attach_photos(database, ticket.id, citizen_id=an) == 2
    assert await tickets.photos(database, CIPHER, ticket.id) == [PHOTO, PHOTO]
    assert await tickets.drop_loose_photos(database, an) == 0
    assert await keep(4)
    assert await tickets.drop_forgotten_photos(database) == 0
    await database.fetch("UPDATE ticket_photos SET created_at = now() - interval '25 hours' RETURNING id")
    assert await tickets.drop_forgotten_photos(database) == 1
    assert await tickets.photos(database, CIPHER, ticket.id) == [PHOTO, PHOTO]


async def test_closed_tickets_are_forgotten_after_their_time_with_all_that_hangs_on_them(database: Database) -> None:
    an = await person(database)

    async def closed(entry_id: int, age: timedelta) -> Ticket:
        await tickets.keep_photo(database, CIPHER, PHOTO, citizen_id=an, entry_id=entry_id, part=0, limit=5)
        ticket, _ = await tickets.open_ticket(database, CIPHER, NewTicket("feedback", an, entry_id))
        await tickets.attach_photos(database, ticket.id, citizen_id=an)
        await tickets.answer(database, CIPHER, ticket.number, officer="a", text="x")
        await database.fetch(
            "UPDATE tickets SET closed_at = now() - %(age)s::interval WHERE id = %(id)s RETURNING id",
            {"id": ticket.id, "age": age},
        )
        return ticket

    await closed(1, timedelta(days=366))
    young = await closed(2, timedelta(days=364))
    still_open, _ = await tickets.open_ticket(database, CIPHER, NewTicket("feedback", an, 3))
    assert await tickets.forget_closed(database, days=365) == 1
    left = await tickets.of_citizen(database, CIPHER, an)
    assert [ticket.number for ticket in left] == [still_open.number, young.number]
    assert len(await database.fetch("SELECT id FROM ticket_photos")) == 1
