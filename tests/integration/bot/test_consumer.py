"""The conversation over a real inbox: order, concurrency, crashes, refusals, and what people read."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.consumer import ConsumerConfig, InboxConsumer
from bot.context import Context
from bot.desk import Talk
from bot.dispatcher import Dispatcher, Middleware
from bot.doorbell import InboxBell
from bot.fsm import States
from bot.handlers import follow
from bot.router import Router
from bot.services import ChatConfig, ChatServices
from bot.texts import words_for
from bot.updates import MESSAGES
from channels.base import OutgoingMessage, SendReceipt
from channels.errors import BadMessage, OutcomeUnknown, PlatformDown, RateLimited, RecipientUnreachable
from storage import citizens, inbox
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.inbox import NewEntry
from tests.integration.bot.harness import OA_ID, SENDER, poll, running_bot, text_event, zalo_route

VI = words_for("vi")


@dataclass
class Phone:
    """The platform's side: takes replies, or fails as it is told to."""

    messages: list[OutgoingMessage] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    pause_seconds: float = 0
    at_once: int = 0
    most_at_once: int = 0

    async def reply(self, message: OutgoingMessage) -> SendReceipt:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.pause_seconds)
            if self.failures:
                raise self.failures.pop(0)
            self.messages.append(message)
            return SendReceipt(message_id=f"id-{len(self.messages)}")
        finally:
            self.at_once -= 1

    @property
    def texts(self) -> list[str]:
        return [message.text or "" for message in self.messages]

    def texts_to(self, user_id: str) -> list[str]:
        return [message.text or "" for message in self.messages if message.recipient.user_id == user_id]


@dataclass
class World:
    database: Database
    cipher: Cipher
    bell: InboxBell
    states: States
    phone: Phone = field(default_factory=Phone)
    middlewares: Sequence[Middleware] = ()
    chat: ChatConfig = field(default_factory=ChatConfig)

    async def receive(self, *bodies: bytes, kind: str = "message") -> None:
        entries = []
        for body in bodies:
            (event,) = zalo_route().parse({}, body)
            entries.append(
                NewEntry("zalo", event.dedup_key, event.event_name, kind, body.decode(), OA_ID, event.user_id)
            )
        await inbox.store(self.database, entries, self.cipher)
        await self.bell.ring()

    async def rows(self) -> list[dict[str, Any]]:
        return await self.database.fetch("SELECT * FROM inbox ORDER BY id")

    async def settled(self, *, seconds: float = 10) -> list[dict[str, Any]]:
        async def all_final() -> Any:
            rows = await self.rows()
            return rows if all(row["state"] in {"done", "failed"} for row in rows) else None

        return await poll(all_final, seconds=seconds)

    def consumer(self, router: Router | None = None, reply: Any = None, **config: Any) -> InboxConsumer:
        dispatcher = Dispatcher(router or custom(answer), middlewares=self.middlewares)
        return InboxConsumer(
            services=ChatServices(self.database, self.cipher, self.chat, ring=lambda _lane: None),
            states=self.states,
            bell=self.bell,
            talks={"zalo": Talk(zalo_route(), dispatcher, reply or self.phone.reply)},
            config=ConsumerConfig(**{"idle_seconds": 0.1, "pause_seconds": 0.1} | config),
        )

    @asynccontextmanager
    async def consuming(self, router: Router | None = None, reply: Any = None, **config: Any) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(self.consumer(router, reply, **config).run(stop))
        yield
        stop.set()
        await asyncio.wait_for(task, 10)

    async def person(self, user_id: str = SENDER) -> citizens.Citizen:
        return await citizens.meet(self.database, self.cipher, platform="zalo", user_id=user_id)


@asynccontextmanager
async def open_world(postgres_url: str, redis_url: str) -> AsyncIterator[World]:
    cipher = Cipher([generate_key()])
    async with (
        Database(postgres_url) as database,
        InboxBell(redis_url) as bell,
        States(redis_url, cipher, clock=time.monotonic, wait_seconds=0.2, lock_seconds=0.5) as states,
    ):
        yield World(database, cipher, bell, states)


@pytest.fixture
async def world(postgres_url: str, redis_url: str) -> AsyncIterator[World]:
    async with open_world(postgres_url, redis_url) as opened:
        yield opened


def custom(handler: Callable[[Context], Awaitable[None]]) -> Router:
    router = Router("test")
    for kind in MESSAGES:
        router.on(kind)(handler)
    return router


async def answer(context: Context) -> None:
    await context.answer("answered")


async def test_following_is_noted_and_welcomed_unfollowing_only_noted(world: World) -> None:
    def event(name: str, at: int) -> bytes:
        document = {"oa_id": OA_ID, "follower": {"id": SENDER}, "app_id": "1", "event_name": name, "timestamp": str(at)}
        return json.dumps(document).encode()

    await world.receive(event("follow", 1767225600000), kind="relationship")
    async with world.consuming(follow.router):
        await world.settled()
        assert (await world.person()).follows is True
        await world.receive(event("unfollow", 1767225700000), kind="relationship")
        await world.settled()
    assert (await world.person()).follows is False
    (welcome,) = world.phone.texts
    assert welcome.startswith(VI.welcome)


async def test_one_citizens_messages_are_answered_in_order_and_many_citizens_at_once(world: World) -> None:
    async def echo(context: Context) -> None:
        await context.answer(context.text)

    world.phone.pause_seconds = 0.02
    people = [f"{number}" for number in range(1, 9)]
    await world.receive(
        *(text_event(f"{person}-{turn}", f"{turn}", sender=person) for turn in range(5) for person in people)
    )
    async with world.consuming(custom(echo)), world.consuming(custom(echo)):
        await world.settled()
    for person in people:
        assert world.phone.texts_to(person) == ["0", "1", "2", "3", "4"]
    assert world.phone.most_at_once > 3


async def test_a_crash_between_reply_and_finish_repeats_the_reply_once_and_says_so(world: World) -> None:
    died = asyncio.Event()

    async def reply_and_die(message: OutgoingMessage) -> SendReceipt:
        await world.phone.reply(message)
        died.set()
        await asyncio.sleep(3600)  # nothing after the send happens any more: the process is killed here
        raise AssertionError

    await world.receive(text_event("m-1"))
    doomed = world.consumer(reply=reply_and_die, lease_seconds=0.5, handle_seconds=0.4)
    task = asyncio.create_task(doomed.run(asyncio.Event()))
    await asyncio.wait_for(died.wait(), 10)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    (row,) = await world.rows()
    assert (row["state"], row["note"]) == ("working", "sending sent=0 waits=0")
    async with world.consuming(lease_seconds=0.5, handle_seconds=0.4):
        (row,) = await world.settled()
    assert len(world.phone.messages) == 2
    assert (row["state"], row["note"], row["tries"]) == ("done", "possible duplicate", 2)
    assert len({message.reference for message in world.phone.messages}) == 1


async def test_a_reply_is_never_repeated_twice(world: World) -> None:
    await world.receive(text_event("m-1"))
    note = "UPDATE inbox SET note = 'repeating sent=0 waits=0', tries = 2 RETURNING id"
    await world.database.fetch(note)
    async with world.consuming():
        (row,) = await world.settled()
    assert world.phone.messages == []
    assert (row["state"], row["note"]) == ("done", "in_doubt")


async def test_what_was_not_sent_is_sent_later_and_parts_that_were_are_not_repeated(world: World) -> None:
    async def two_parts(context: Context) -> None:
        await context.answer("một")
        await context.answer("hai")

    async def refuse_second_once(message: OutgoingMessage) -> SendReceipt:
        if message.text == "hai" and not refused:
            refused.append(True)
            raise RateLimited("-32", retry_after_seconds=1)
        return await world.phone.reply(message)

    refused: list[bool] = []
    await world.receive(text_event("m-1"))
    async with world.consuming(custom(two_parts), refuse_second_once):
        (row,) = await world.settled()
    assert world.phone.texts == ["một", "hai"]
    assert (row["state"], row["note"], row["tries"]) == ("done", None, 2)


async def test_a_platform_that_is_down_is_asked_again(world: World) -> None:
    world.phone.failures = [PlatformDown("http_503")]
    await world.receive(text_event("m-1"))
    async with world.consuming():
        (row,) = await world.settled()
    assert len(world.phone.messages) == 1
    assert (row["state"], row["tries"]) == ("done", 2)


async def test_each_refusal_has_its_end(world: World) -> None:
    ends = {
        OutcomeUnknown("read_timeout"): ("done", "in_doubt"),
        RecipientUnreachable("-230"): ("done", "not reachable: -230"),
        BadMessage("-201"): ("failed", "BadMessage: -201"),
    }
    world.phone.failures = list(ends)
    async with world.consuming():
        for number, (error, end) in enumerate(ends.items()):
            await world.receive(text_event(f"m-{number}"))
            row = (await world.settled())[-1]
            assert (row["state"], row["note"], row["tries"]) == (*end, 1), error
    assert world.phone.messages == []


async def test_poison_is_set_aside_after_five_tries_with_one_apology_and_the_next_message_is_answered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.outcomes.FAILURE_PAUSES_SECONDS", (0.01,))

    async def fails_on_poison(context: Context) -> None:
        if context.text == "poison":
            raise ZeroDivisionError
        await context.answer("answered")

    await world.receive(text_event("m-1", "poison"), text_event("m-2", "next"))
    async with world.consuming(custom(fails_on_poison), idle_seconds=0.02):
        first, second = await world.settled()
    assert (first["state"], first["note"], first["tries"]) == ("failed", "poison: ZeroDivisionError", 5)
    assert second["state"] == "done"
    assert world.phone.texts == [VI.apology, "answered"]


async def test_a_message_that_kills_its_process_is_set_aside_as_well(world: World) -> None:
    await world.receive(text_event("m-1"))
    await world.database.fetch("UPDATE inbox SET tries = 5 RETURNING id")  # five processes died before sending
    async with world.consuming():
        (row,) = await world.settled()
    assert (row["state"], row["note"]) == ("failed", "poison: died while working on it")
    assert world.phone.texts == [VI.apology]


async def test_an_answer_is_not_given_under_a_lease_that_is_lost(world: World) -> None:
    async def slow(context: Context) -> None:
        # Somebody else has taken the entry meanwhile: its token is another one.
        await context.database.fetch("UPDATE inbox SET token = gen_random_uuid(), state = 'working' RETURNING id")
        await context.answer("too late")

    await world.receive(text_event("m-1"))
    async with world.consuming(custom(slow), idle_seconds=60):

        async def was_taken() -> Any:
            return (await world.rows())[0]["tries"] == 1

        await poll(was_taken)
    assert world.phone.messages == []
    assert (await world.rows())[0]["state"] == "working"


async def test_messages_are_found_and_answered_without_redis(postgres_url: str) -> None:
    async with open_world(postgres_url, "redis://127.0.0.1:1/0") as world:
        async with world.consuming():
            await world.receive(text_event("m-1"))
            await world.settled()
        assert len(world.phone.messages) == 1


async def test_from_the_webhook_to_the_answer_in_one_go(world: World, postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool", cipher=world.cipher) as bot, world.consuming():
        assert (await bot.post(text_event("m-1"))).status == 200
        await world.settled()
    assert len(world.phone.messages) == 1
