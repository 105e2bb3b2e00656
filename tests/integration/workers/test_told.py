"""Of many processes that notice the same trouble, one tells the staff."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from channels.base import OutgoingMessage, SendReceipt
from channels.errors import NeedsHuman
from workers.staff import StaffBell
from workers.told import Told

AWAY = "redis://127.0.0.1:1/0"


@pytest.fixture
async def shared(redis_url: str) -> AsyncIterator[list[Told]]:
    """What two processes hold."""
    both = [Told(redis_url, seconds=60), Told(redis_url, seconds=60)]
    yield both
    for told in both:
        await told.aclose()


async def ring(told: Told, failures: int = 0) -> int:
    """One process notices; how many messages left it."""
    sent = 0

    async def send(_message: OutgoingMessage) -> SendReceipt:
        nonlocal sent
        if sent < failures:
            raise NeedsHuman("401")
        sent += 1
        return SendReceipt(message_id="1")

    bell = StaffBell(send, ["chat"], clock=time.monotonic, told=told)
    bell.tell("a")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bell.run(), 0.5)
    return sent


async def test_the_second_process_keeps_quiet(shared: list[Told]) -> None:
    assert [await ring(told) for told in shared] == [1, 0]


async def test_what_the_first_could_not_send_the_second_tells(shared: list[Told]) -> None:
    first, second = shared
    assert [await ring(first, failures=1), await ring(second)] == [0, 1]


async def test_without_redis_everybody_tells() -> None:
    told = Told(AWAY, seconds=60)
    assert [await ring(told), await ring(told)] == [1, 1]
    await told.aclose()
