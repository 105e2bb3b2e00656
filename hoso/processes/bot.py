"""`hoso bot`: the consumer of the inbox, which answers what citizens write."""

import asyncio

from bot.consumer import ConsumerConfig, InboxConsumer
from bot.doorbell import InboxBell
from hoso import parts
from hoso.chat import open_chat
from hoso.day_keeper import DayKeeper
from hoso.limits import open_limits
from hoso.our_accounts import find_ours, keep_learning
from hoso.site import Site

KEPT_CONNECTIONS = 16
"""For single statements: hardly more are under way at once, at hundreds of messages a second."""


async def run(site: Site, stop: asyncio.Event) -> None:
    """Answer until `stop`; what was begun is finished."""
    settings, cipher = site.settings, site.cipher
    async with (
        InboxBell(site.redis_url) as bell,
        site.database(keep=KEPT_CONNECTIONS) as database,
        parts.open_channels(settings, database, cipher) as channels,
        open_limits(site) as limits,
    ):
        ours, days = await find_ours(settings, database), DayKeeper(database, settings.city_days)
        await days.look()
        async with open_chat(site, database, channels, limits, account_ids=ours) as chat:
            config = ConsumerConfig(
                max_at_once=settings.chat_at_once,
                lease_seconds=settings.chat_lease_seconds,
                handle_seconds=settings.chat_lease_seconds * 2 / 3,
            )
            consumer = InboxConsumer(
                services=chat.services, states=chat.states, bell=bell, talks=chat.talks, config=config
            )
            runs = (keep_learning(database, ours), limits.run(), days.run())
            beside = [asyncio.create_task(one) for one in runs]
            try:
                await consumer.run(stop)
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.wait(beside)
