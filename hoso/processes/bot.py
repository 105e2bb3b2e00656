"""`hoso bot`: the consumer of the inbox, which answers what citizens write."""

import asyncio

from bot.consumer import InboxConsumer
from bot.doorbell import InboxBell
from channels.zalo.routes import build_webhook_route
from hoso import parts
from hoso.site import Site


async def run(site: Site, stop: asyncio.Event) -> None:
    """Answer until `stop`; what was begun is finished."""
    settings, cipher = site.settings, site.cipher
    async with (
        InboxBell(site.redis_url) as bell,
        site.database() as database,
        parts.open_channels(settings, database, cipher) as channels,
    ):
        route = build_webhook_route(parts.zalo_config(settings), account_ids={settings.oa_id})
        consumer = InboxConsumer(
            database=database,
            cipher=cipher,
            bell=bell,
            doors={route.platform: route},
            reply=channels["zalo_oa"].send,
        )
        await consumer.run(stop)
