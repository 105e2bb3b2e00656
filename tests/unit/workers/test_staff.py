"""Alerts reach every chat of the staff, are not repeated, and never hold anybody up."""

import asyncio

from channels.base import OutgoingMessage, SendReceipt
from channels.errors import ChannelError, NeedsHuman, PlatformDown
from workers.staff import MAX_WAITING, REPEAT_SECONDS, RETRY_PAUSES_SECONDS, StaffBell


class Chat:
    """A channel that refuses as often as told, and a clock."""

    def __init__(self, *refusals: ChannelError) -> None:
        self.refusals = list(refusals)
        self.arrived: list[tuple[str | None, str | None]] = []
        self.waits: list[float] = []
        self.now = 0.0
        self.bell = StaffBell(self.send, ["chat-1", "chat-2"], clock=lambda: self.now, sleep=self.sleep)

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        if self.refusals:
            raise self.refusals.pop(0)
        self.arrived.append((message.recipient.user_id, message.text))
        return SendReceipt(message_id="1")

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def ring(self) -> None:
        task = asyncio.create_task(self.bell.run())
        for _ in range(200):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])


async def test_every_chat_hears_once_an_hour() -> None:
    chat = Chat()
    chat.bell.tell("a")
    chat.bell.tell("a")
    await chat.ring()
    assert chat.arrived == [("chat-1", "a"), ("chat-2", "a")]
    chat.now = REPEAT_SECONDS
    chat.bell.tell("a")
    await chat.ring()
    assert len(chat.arrived) == 4


async def test_a_platform_that_is_away_is_tried_again_and_one_that_refuses_is_not() -> None:
    chat = Chat(PlatformDown("connect"), PlatformDown("connect"), NeedsHuman("401"))
    chat.bell.tell("a")
    await chat.ring()
    assert chat.waits == list(RETRY_PAUSES_SECONDS)
    assert chat.arrived == [("chat-2", "a")]


async def test_too_many_at_once_are_dropped_not_kept() -> None:
    chat = Chat()
    for number in range(MAX_WAITING + 10):
        chat.bell.tell(str(number))
    await chat.ring()
    assert len(chat.arrived) == 2 * MAX_WAITING
