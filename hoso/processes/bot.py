"""`hoso bot`: the consumer of the inbox, which answers what citizens write."""

import asyncio

from bot import handlers
from bot.consumer import InboxConsumer
from bot.desk import Talk
from bot.doorbell import InboxBell
from bot.handlers import staff as staff_handlers
from channels.zalo.routes import build_webhook_route
from channels.zalo_bot.webhook import build_bot_route
from hoso import parts
from hoso.limits import open_limits
from hoso.our_accounts import find_ours, keep_learning
from hoso.site import Site
from workers.limited_channel import LimitedChannel


async def run(site: Site, stop: asyncio.Event) -> None:
    """Answer until `stop`; what was begun is finished."""
    settings, cipher = site.settings, site.cipher
    async with (
        InboxBell(site.redis_url) as bell,
        site.database() as database,
        parts.open_channels(settings, database, cipher) as channels,
        open_limits(site) as limits,
    ):
        ours = await find_ours(settings, database)
        route = build_webhook_route(parts.zalo_config(settings), account_ids=ours)
        talks = {route.platform: Talk(route, handlers.router, LimitedChannel(channels["zalo_oa"], limits).send)}
        if settings.zalo_bot is not None and settings.zalo_bot.webhook_secret is not None:
            staff = build_bot_route(settings.zalo_bot)
            talks[staff.platform] = Talk(
                staff, staff_handlers.router, LimitedChannel(channels["zalo_bot"], limits).send
            )
        consumer = InboxConsumer(
            database=database,
            cipher=cipher,
            bell=bell,
            talks=talks,
        )
        beside = [asyncio.create_task(keep_learning(database, ours)), asyncio.create_task(limits.run())]
        try:
            await consumer.run(stop)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)
