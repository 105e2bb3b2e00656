"""Outgoing events: signed, in order, again for a day, and never lost; the receiver checks the signatures itself."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from storage import outgoing
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.outgoing import EventView
from tests.integration.workers.one_stop import Receiver, is_signed, run_receiver
from workers.outgoing import OutgoingConfig, OutgoingSender
from workers.outgoing_decision import PAUSES_SECONDS
from workers.webhook_signature import new_secret, read_secret

SECRET, OLD_SECRET = new_secret(), new_secret()
CODE = "H17.33.2-260302-0056"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with run_receiver() as one:
        yield one


@dataclass
class Desk:
    """The rows, and senders of them."""

    database: Database
    cipher: Cipher
    config: OutgoingConfig
    told: list[str] = field(default_factory=list)
    clock: float = 0.0

    @asynccontextmanager
    async def sender(self, **changes: Any) -> AsyncIterator[OutgoingSender]:
        async with OutgoingSender(
            self.database,
            self.cipher,
            replace(self.config, **changes),
            tell_staff=self.told.append,
            clock=lambda: self.clock,
            chance=lambda: 0.0,
        ) as sender:
            yield sender

    async def look(self, **changes: Any) -> int:
        async with self.sender(**changes) as sender:
            return await sender.look()

    async def add(self, number: int, *, subject: str | None = CODE, type_: str = "hoso.postal.requested") -> uuid.UUID:
        return await outgoing.add(
            self.database, self.cipher, type=type_, subject=subject, data={"number": number}, entry_id=number
        )

    async def view(self, identifier: uuid.UUID) -> EventView:
        story = await outgoing.find(self.database, self.cipher, identifier)
        assert story is not None
        return story.view

    async def pass_time(self, seconds: float) -> None:
        """Let the rows be so much older."""
        await self.database.fetch(
            "UPDATE outgoing_events SET due_at = due_at - %(step)s, lease_until = lease_until - %(step)s, "
            "give_up_at = give_up_at - %(step)s RETURNING id",
            {"step": timedelta(seconds=seconds)},
        )


@pytest.fixture
async def desk(workers_postgres_url: str, receiver: Receiver) -> AsyncIterator[Desk]:
    config = OutgoingConfig(url=receiver.url, keys=[read_secret(SECRET)], timeout_seconds=5)
    async with Database(workers_postgres_url) as database:
        await database.fetch("DELETE FROM outgoing_events RETURNING id")
        await outgoing.resume(database)
        yield Desk(database, Cipher([generate_key()]), config)


async def test_an_event_is_a_signed_cloud_event(desk: Desk, receiver: Receiver) -> None:
    identifier = await desk.add(7)
    assert await desk.look() == 1
    ((headers, body),) = receiver.got
    assert is_signed(SECRET, headers, body)
    assert not is_signed(SECRET, headers, body + b" ")
    assert not is_signed(OLD_SECRET, headers, body)
    assert headers["webhook-id"] == str(identifier)
    assert headers["content-type"].startswith("application/cloudevents+json")
    (event,) = receiver.events
    assert {name: event[name] for name in ("specversion", "id", "type", "subject", "data")} == {
        "specversion": "1.0",
        "id": str(identifier),
        "type": "hoso.postal.requested",
        "subject": CODE,
        "data": {"number": 7},
    }
    view = await desk.view(identifier)
    assert (view.state, view.last_answer, view.tries) == ("delivered", "204", 1)
    assert await desk.look() == 0


async def test_while_a_secret_is_changed_either_opens_it(desk: Desk, receiver: Receiver) -> None:
    await desk.add(1)
    await desk.look(keys=[read_secret(SECRET), read_secret(OLD_SECRET)])
    ((headers, body),) = receiver.got
    assert is_signed(SECRET, headers, body)
    assert is_signed(OLD_SECRET, headers, body)


async def test_the_same_deed_twice_is_one_event_and_nothing_of_it_is_readable_in_the_table(desk: Desk) -> None:
    assert await desk.add(1) == await desk.add(1)
    assert await desk.add(1) != await desk.add(2)
    assert await desk.add(1) != await desk.add(1, type_="hoso.postal.withdrawn")
    rows = await desk.database.fetch("SELECT payload_enc FROM outgoing_events")
    assert len(rows) == 3
    assert not any(b"number" in row["payload_enc"] for row in rows)
    with pytest.raises(ValueError, match="needs the entry or the key"):
        await outgoing.add(desk.database, desk.cipher, type="x", subject=None, data={}, entry_id=None)


class Broken(Exception):
    """What ends a transaction."""


async def add_and_break(desk: Desk) -> None:
    async with desk.database.transaction() as connection:
        await outgoing.add(connection, desk.cipher, type="x", subject=None, data={}, entry_id=1)
        raise Broken


async def test_what_is_kept_in_a_transaction_that_fails_was_never_there(desk: Desk) -> None:
    with pytest.raises(Broken):
        await add_and_break(desk)
    assert await outgoing.count(desk.database) == {}


async def test_a_dossiers_events_arrive_in_their_order_and_hold_up_no_other(desk: Desk, receiver: Receiver) -> None:
    ids = [await desk.add(number) for number in range(3)]
    other = await desk.add(9, subject="H17.33.2-260302-0057")
    receiver.answers = [web.Response(status=500), web.Response(status=500)]
    assert await desk.look() == 2  # the first of each
    assert await desk.look() == 0
    assert [(await desk.view(one)).state for one in (*ids, other)] == ["pending"] * 4
    await desk.pass_time(PAUSES_SECONDS[0] + 1)
    assert [await desk.look() for _ in range(4)] == [2, 1, 1, 0]
    numbers = [event["data"]["number"] for event in receiver.events if event["subject"] == CODE]
    assert numbers == [0, 0, 1, 2]
    assert [(await desk.view(one)).state for one in (*ids, other)] == ["delivered"] * 4


@pytest.mark.parametrize(
    ("answer", "word"),
    [(302, "302 redirect not followed"), (401, "401"), (500, "500"), (0.5, "TimeoutError")],
)
async def test_what_is_not_taken_is_tried_again_later(desk: Desk, receiver: Receiver, answer: float, word: str) -> None:
    identifier = await desk.add(1)
    elsewhere = receiver.url.replace("/hoso", "/elsewhere")
    headers = {"Location": elsewhere} if answer == 302 else {}
    receiver.answers = [answer if isinstance(answer, float) else web.Response(status=answer, headers=headers)]
    await desk.look(timeout_seconds=0.2 if isinstance(answer, float) else 5)
    view = await desk.view(identifier)
    assert (view.state, view.last_answer) == ("pending", word)
    assert receiver.elsewhere == 0
    assert await desk.look() == 0  # not yet
    await desk.pass_time(PAUSES_SECONDS[0] + 1)
    assert await desk.look() == 1
    view = await desk.view(identifier)
    assert (view.state, view.tries) == ("delivered", 2)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


async def test_nobody_there_is_no_end(desk: Desk) -> None:
    identifier = await desk.add(1)
    await desk.look(url="http://127.0.0.1:1/hoso")
    view = await desk.view(identifier)
    assert (view.state, view.last_answer) == ("pending", "ClientConnectorError")


async def test_after_a_day_it_is_given_up_staff_hear_of_it_and_it_can_be_repeated(
    desk: Desk, receiver: Receiver
) -> None:
    identifier, later = await desk.add(1), await desk.add(2)
    receiver.answers = [web.Response(status=500) for _ in range(100)]
    tries = 0
    while (await desk.view(identifier)).state == "pending":
        tries += await desk.look()
        await desk.pass_time(PAUSES_SECONDS[-1] + 1)
    assert len(PAUSES_SECONDS) <= tries + 2 <= 12
    assert (await desk.view(identifier)).state == "failed"
    assert any(str(identifier) in text for text in desk.told)
    receiver.answers = []
    assert await desk.look() == 1  # the next of this dossier has its turn
    assert (await desk.view(later)).state == "delivered"
    assert await outgoing.repeat(desk.database, identifier)
    assert await desk.look() == 1
    view = await desk.view(identifier)
    assert (view.state, view.tries) == ("delivered", 1)
    assert not await outgoing.repeat(desk.database, uuid.uuid4())


async def test_a_receiver_that_is_gone_stops_everything_until_a_person_says_so(desk: Desk, receiver: Receiver) -> None:
    identifier = await desk.add(1)
    other = await desk.add(2, subject=None)
    receiver.answers = [web.Response(status=410)]
    await desk.look(batch=1)
    assert (await desk.view(identifier)).state == "pending"
    assert await desk.look() == 0
    assert await outgoing.stopped_since(desk.database, receiver.url) is not None
    assert len(desk.told) == 1
    assert await outgoing.resume(desk.database) == 1
    await desk.pass_time(1)
    assert await desk.look() == 2
    assert [(await desk.view(one)).state for one in (identifier, other)] == ["delivered"] * 2
    assert (await desk.view(identifier)).tries == 1  # the 410 said nothing about the event


async def test_an_event_whose_day_passed_while_the_receiver_was_gone_has_its_day_again(
    desk: Desk, receiver: Receiver
) -> None:
    identifier = await desk.add(1)
    receiver.answers = [web.Response(status=500), web.Response(status=410), web.Response(status=500)]
    await desk.look()
    await desk.pass_time(60)
    await desk.look()
    await desk.pass_time(90_000)
    assert await desk.look() == 0
    assert await outgoing.resume(desk.database) == 1
    assert await desk.look() == 1
    assert (await desk.view(identifier)).state == "pending", "one failure after a day of our own waiting is no end"


async def test_a_receiver_that_asks_for_time_gets_it(desk: Desk, receiver: Receiver) -> None:
    identifier = await desk.add(1)
    other = await desk.add(2, subject=None)
    receiver.answers = [web.Response(status=503, headers={"Retry-After": "600"})]
    async with desk.sender(batch=1) as sender:
        assert await sender.look() == 1
        assert await sender.look() == 0  # nor anything else
        desk.clock = 601.0
        await desk.pass_time(601)
        assert [await sender.look(), await sender.look(), await sender.look()] == [1, 1, 0]
    assert [(await desk.view(one)).state for one in (identifier, other)] == ["delivered"] * 2


async def test_what_a_dead_process_was_sending_is_sent_again_with_the_same_id(desk: Desk, receiver: Receiver) -> None:
    identifier = await desk.add(1)
    later = await desk.add(2)
    (held,) = await outgoing.claim(
        desk.database, desk.cipher, url=receiver.url, limit=5, lease_seconds=60, give_up_seconds=86_400
    )
    assert held.id == identifier
    assert await desk.look() == 0  # the lease holds, and the next of this dossier waits
    await desk.pass_time(61)
    assert [await desk.look(), await desk.look()] == [1, 1]
    assert not await outgoing.settle(desk.database, held, state="pending", answer="too late")
    assert [(await desk.view(one)).state for one in (identifier, later)] == ["delivered"] * 2


async def test_many_senders_send_each_event_once(desk: Desk, receiver: Receiver) -> None:
    for number in range(60):
        await desk.add(number, subject=f"H17.33.2-260302-{number % 20:04}")

    async def drain() -> None:
        async with desk.sender() as sender:
            while (await outgoing.count(desk.database)) != {}:
                await sender.look()

    await asyncio.wait_for(asyncio.gather(*(drain() for _ in range(4))), 30)
    assert len(receiver.got) == 60
    by_subject: dict[str, list[int]] = {}
    for event in receiver.events:
        by_subject.setdefault(event["subject"], []).append(event["data"]["number"])
    assert all(numbers == sorted(numbers) for numbers in by_subject.values())


async def test_an_event_that_no_key_opens_harms_no_other(desk: Desk, receiver: Receiver) -> None:
    await outgoing.add(desk.database, Cipher([generate_key()]), type="x", subject=None, data={}, entry_id=1)
    good = await desk.add(2)
    assert await desk.look() == 2
    assert (await desk.view(good)).state == "delivered"
    assert set(await outgoing.count(desk.database)) == {"failed"}
    assert len(receiver.got) == 1


async def test_the_chore_outlives_a_database_that_goes_away(desk: Desk, receiver: Receiver) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0)

    async with Database("postgresql://nobody@127.0.0.1:1/none", timeout_seconds=0.2) as away:
        lost = OutgoingSender(away, desk.cipher, desk.config, sleep=sleep)
        async with lost:
            await _until(asyncio.create_task(lost.run()), lambda: len(waits) >= 2)
    await desk.add(1)
    async with desk.sender() as sender:
        await _until(asyncio.create_task(sender.run()), lambda: bool(receiver.got))


async def _until(task: asyncio.Task[None], claim: Callable[[], bool]) -> None:
    try:
        async with asyncio.timeout(15):
            while not claim():
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_delivered_ones_are_dropped_after_their_time(desk: Desk) -> None:
    await desk.add(1)
    waiting = await desk.add(2, subject=None)
    await desk.look(batch=1)
    await desk.database.fetch("UPDATE outgoing_events SET created_at = now() - interval '91 days' RETURNING id")
    assert await outgoing.forget_delivered(desk.database, days=90) == 1
    assert [view.id for view in await outgoing.search(desk.database)] == [waiting]
