"""An alert is told twice rather than not at all, and the bell outlives every channel's error."""

import asyncio

import pytest

from channels.base import OutgoingMessage, SendReceipt
from channels.errors import ChannelError, NeedsHuman, OutcomeUnknown
from workers.staff import StaffBell


class Chat:
    """A channel that fails as told."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.arrived: list[str | None] = []
        self.bell = StaffBell(self.send, ["chat"], clock=lambda: 0.0, sleep=self.sleep)

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        if self.failures:
            raise self.failures.pop(0)
        self.arrived.append(message.text)
        return SendReceipt(message_id="1")

    async def sleep(self, _seconds: float) -> None:
        return

    async def ring(self, *texts: str) -> None:
        task = asyncio.create_task(self.bell.run())
        for text in texts:
            self.bell.tell(text)
            for _ in range(100):
                await asyncio.sleep(0)
        assert not task.done()
        task.cancel()
        await asyncio.wait([task])


async def test_an_alert_without_an_answer_is_sent_again() -> None:
    chat = Chat(OutcomeUnknown("timeout"))
    await chat.ring("a")
    assert chat.arrived == ["a"]


@pytest.mark.parametrize("failure", [NeedsHuman("401"), RuntimeError("closed")])
async def test_what_nobody_heard_may_be_told_again_at_once(failure: Exception) -> None:
    chat = Chat(failure)
    await chat.ring("a", "a", "a")
    assert chat.arrived == ["a"]


async def test_a_lasting_failure_is_not_tried_for_ever() -> None:
    failures: list[ChannelError] = [OutcomeUnknown("timeout") for _ in range(9)]
    chat = Chat(*failures)
    await chat.ring("a")
    assert (chat.arrived, len(chat.failures)) == ([], 6)
