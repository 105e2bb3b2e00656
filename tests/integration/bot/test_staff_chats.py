"""The staff's bot answers where it was spoken to: in the group, not to the one who spoke."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from bot import handlers
from bot.chat_middlewares import MIDDLEWARES
from bot.consumer import ConsumerConfig, InboxConsumer
from bot.desk import Talk
from bot.dispatcher import Dispatcher
from bot.doorbell import InboxBell
from bot.fsm import States
from bot.handlers import staff
from bot.services import ChatConfig, ChatServices
from bot.texts.other import words_of
from channels.base import OutgoingMessage, SendReceipt
from channels.zalo_bot.config import ZaloBotConfig
from channels.zalo_bot.webhook import build_bot_route
from storage import inbox
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.inbox import NewEntry
from tests.engines import register_secret
from tests.integration.bot.harness import poll

ROUTE = build_bot_route(ZaloBotConfig(token=SecretStr("1:t"), webhook_secret=SecretStr(register_secret("s" * 12))))
PERSON, GROUP = "6ede9afa66b88fe6d6a9", "group-of-operators"


@pytest.fixture
async def bell(redis_url: str) -> AsyncIterator[InboxBell]:
    async with InboxBell(redis_url) as bell:
        yield bell


def written(chat_id: str, chat_type: str, text: str) -> str:
    message = {
        "message_id": "2d758cb5e222177a4e35",
        "date": 1767225600000,
        "text": text,
        "chat": {"id": chat_id, "chat_type": chat_type},
        "from": {"id": PERSON, "display_name": "An", "is_bot": False},
    }
    return json.dumps({"event_name": "message.text.received", "message": message})


@asynccontextmanager
async def answered(
    database: Database, redis_url: str, bell: InboxBell, dispatcher: Dispatcher, body: str
) -> AsyncIterator[OutgoingMessage]:
    """What is answered to a message to the bot."""
    [event] = ROUTE.parse({}, body.encode())
    sent: list[OutgoingMessage] = []

    async def reply(answer: OutgoingMessage) -> SendReceipt:
        sent.append(answer)
        return SendReceipt(message_id="1")

    cipher = Cipher([generate_key()])
    async with States(redis_url, cipher, clock=time.monotonic) as states:
        consumer = InboxConsumer(
            services=ChatServices(database, cipher, ChatConfig(), ring=lambda _lane: None),
            states=states,
            bell=bell,
            talks={ROUTE.platform: Talk(ROUTE, dispatcher, reply)},
            config=ConsumerConfig(idle_seconds=0.1),
        )
        entry = NewEntry(ROUTE.platform, event.dedup_key, event.event_name, "message", body, "staff", event.user_id)
        await inbox.store(database, [entry], cipher)
        await run_until(consumer, sent)
    [answer] = sent
    yield answer


@pytest.mark.parametrize(("chat_id", "chat_type"), [(GROUP, "GROUP"), (PERSON, "PRIVATE")])
async def test_the_answer_goes_to_the_chat(
    postgres_url: str, redis_url: str, bell: InboxBell, chat_id: str, chat_type: str
) -> None:
    body = written(chat_id, chat_type, "@bot id")
    async with (
        Database(postgres_url) as database,
        answered(database, redis_url, bell, Dispatcher(staff.router), body) as answer,
    ):
        assert (answer.recipient.user_id, chat_id in (answer.text or "")) == (chat_id, True)


async def test_citizens_in_a_group_get_an_impersonal_answer_and_their_words_are_not_kept(
    postgres_url: str, redis_url: str, bell: InboxBell
) -> None:
    dispatcher = Dispatcher(handlers.router, middlewares=MIDDLEWARES)
    async with (
        Database(postgres_url) as database,
        answered(database, redis_url, bell, dispatcher, written(GROUP, "GROUP", "#mine")) as answer,
    ):
        assert (answer.recipient.user_id, answer.text) == (GROUP, words_of("vi").group)
        assert await database.fetch("SELECT 1 FROM messages") == []


async def run_until(consumer: InboxConsumer, sent: list[OutgoingMessage]) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(consumer.run(stop))

    async def is_sent() -> bool:
        return bool(sent)

    await poll(is_sent)
    stop.set()
    await asyncio.wait_for(task, 10)
