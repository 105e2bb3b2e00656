"""A worker process for the tests: `python -m …worker_main POSTGRES REDIS PLATFORM SWEEP_SECONDS`."""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog

from tests.integration.workers.composition import open_world
from workers.config import SweeperConfig, WorkerConfig
from workers.doorbell import Doorbell
from workers.process import run_worker
from workers.receipts import apply_receipts
from workers.runtime import WorkerServices
from workers.sweeper import Sweeper


@asynccontextmanager
async def open_services(
    postgres_url: str, redis_url: str, platform_url: str, sweep: float
) -> AsyncIterator[WorkerServices]:
    async with open_world(postgres_url, platform_url) as world:
        doorbell = Doorbell(redis_url)
        receipts = partial(apply_receipts, world.database, world.cipher)
        delivery = world.delivery(drain_seconds=5, in_flight=10, call_others=doorbell.ring_soon)
        config = SweeperConfig(interval_seconds=sweep, direct_after_seconds=3600)
        sweeper = Sweeper(world.database, doorbell.ring, delivery, receipts, config=config)
        yield WorkerServices(delivery, receipts, sweeper)
        await doorbell.aclose()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    structlog.configure(logger_factory=structlog.stdlib.LoggerFactory(), wrapper_class=structlog.stdlib.BoundLogger)
    postgres, redis, platform, seconds = sys.argv[1:]
    run_worker(
        redis,
        lambda: open_services(postgres, redis, platform, float(seconds)),
        config=WorkerConfig(redis_retry_seconds=0.1, max_redis_retry_seconds=0.2),
    )
