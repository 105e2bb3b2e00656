"""What guards the sending of a worker process, put together from settings: the brake, the mark, the alarms."""

import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from hoso.metrics_exchange import publishing
from hoso.site import Site
from storage.database import Database
from workers.brake import Brake, BrakeWatch, brake_duty
from workers.mark import MarkKeeper, mark_duty
from workers.mark_memory import FileMemory, Memory, RedisMemory
from workers.poison import PoisonWatch, poison_duty
from workers.stuck import StuckWatch, stuck_duty
from workers.sweeper import Duty


@dataclass(frozen=True, slots=True)
class Guard:
    """`watch.note` hears of every outcome; `duties` are the sweeper's, `chores` run beside it."""

    brake: Brake
    watch: BrakeWatch
    duties: Sequence[Duty]
    chores: Sequence[Callable[[], Coroutine[Any, Any, None]]]


@asynccontextmanager
async def open_keeper(site: Site, database: Database, brake: Brake) -> AsyncIterator[MarkKeeper]:
    """Open the keeper of the site's mark, which remembers in Redis and in HOSO_DATA_DIR."""
    redis = RedisMemory(site.redis_url)
    memories: list[Memory] = [redis, FileMemory(site.settings.data_dir)]
    try:
        yield MarkKeeper(database, brake, memories, max_jump_seconds=site.settings.brake_clock_seconds)
    finally:
        await redis.aclose()


@asynccontextmanager
async def open_guard(site: Site, database: Database, tell_staff: Callable[[str], None]) -> AsyncIterator[Guard]:
    """Open the guard. When it is open, the database's past has been looked at: nothing was claimed before."""
    settings = site.settings
    brake = Brake(database, by=f"worker {socket.gethostname()}:{os.getpid()}", tell_staff=tell_staff)
    watch = BrakeWatch(
        brake,
        min_outcomes=settings.brake_min_outcomes,
        share_percent=settings.brake_share_percent,
        clock=time.monotonic,
    )
    async with open_keeper(site, database, brake) as keeper, publishing(site.redis_url, "worker"):
        await keeper.check()
        duties = (
            brake_duty(brake),
            mark_duty(keeper),
            poison_duty(PoisonWatch(database, tell_staff=tell_staff)),
            stuck_duty(StuckWatch(database, tell_staff=tell_staff)),
        )
        yield Guard(brake, watch, duties, (watch.run,))
