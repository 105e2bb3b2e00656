"""`hoso bridge`: the consumer of the Redis stream."""

import asyncio
import socket

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from hoso import parts
from hoso.collector import spare_the_collector
from hoso.site import Site
from status_bridge.sources.stream import BLOCK_MS, StreamSource
from workers.doorbell import Doorbell

_SOCKET_TIMEOUT_SECONDS = BLOCK_MS / 1000 + 4


def _consumer_name(site: Site) -> str:
    """Return a name that a restarted process of the same place has again (docs: rq-httpx-redis-pitfalls A6)."""
    return site.settings.consumer_name or f"bridge-{socket.gethostname()}"


async def run(site: Site, stop: asyncio.Event) -> None:
    """Take events from the stream until `stop`."""
    redis = Redis.from_url(
        site.redis_url,
        socket_timeout=_SOCKET_TIMEOUT_SECONDS,
        socket_connect_timeout=2,
        retry=Retry(NoBackoff(), 0),
    )
    bell = Doorbell(site.redis_url)
    try:
        async with site.database() as database:
            taker = parts.intake(site, database, site.cipher, on_work=bell.ring_soon)
            spare_the_collector()
            await StreamSource(redis, taker, consumer=_consumer_name(site)).run(stop)
    finally:
        await bell.aclose()
        await redis.aclose()
