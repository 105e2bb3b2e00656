"""Telling of new work: at once when it is quiet, together when it is not, and never not at all."""

import asyncio

from bot.calm import Calm


async def test_the_first_is_told_at_once_and_the_rest_together_after_the_pause() -> None:
    told: list[set[str]] = []
    all_told = asyncio.Event()

    def tell(kinds: set[str]) -> None:
        told.append(kinds)
        if len(told) == 2:
            all_told.set()

    calm = Calm(tell, pause_seconds=0.05)
    calm({"message"})
    assert told == [{"message"}]
    for kind in ("receipt", "message", "receipt"):
        calm({kind})
    assert len(told) == 1
    await asyncio.wait_for(all_told.wait(), 5)
    assert told == [{"message"}, {"message", "receipt"}]


async def test_after_a_quiet_pause_the_next_is_told_at_once_again() -> None:
    told: list[set[str]] = []
    calm = Calm(told.append, pause_seconds=0)
    calm({"message"})
    async with asyncio.timeout(5):
        while len(told) < 2:
            await asyncio.sleep(0)
            if len(told) == 1:
                calm({"receipt"})
    assert told == [{"message"}, {"receipt"}]


async def test_what_is_untold_at_the_end_is_told_by_flushing() -> None:
    told: list[set[str]] = []
    calm = Calm(told.append, pause_seconds=60)
    calm({"message"})
    calm({"receipt"})
    calm.flush()
    assert told == [{"message"}, {"receipt"}]
    calm.flush()
    assert len(told) == 2
