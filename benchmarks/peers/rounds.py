"""How the frameworks are measured: as our own dispatcher is, without importing anything of it."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop

ROUNDS = 5


async def run_rounds(one: Callable[[], Awaitable[Any]], count: int) -> float:
    """Return the median of the rounds' microseconds an update, one at a time."""
    for _ in range(count // 5):
        await one()
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(count):
            await one()
        took.append((time.perf_counter() - began) / count * 1e6)
    return round(statistics.median(took), 1)


def run(main: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """Run on uvloop, as ours does."""

    async def wrapped() -> dict[str, Any]:
        return await main()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(wrapped())
