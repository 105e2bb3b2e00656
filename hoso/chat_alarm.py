"""The staff's bell in the bot process: guessing is told to a person, as the workers' alarms are."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from hoso.parts import OpenChannels
from hoso.processes.worker import staff_bell
from hoso.site import Site
from workers.staff import REPEAT_SECONDS
from workers.told import Told


@asynccontextmanager
async def open_alarm(site: Site, channels: OpenChannels) -> AsyncIterator[Callable[[str], None]]:
    """Return what tells the staff one line, at most once an hour for all processes; without a bot nobody hears."""
    told = Told(site.redis_url, seconds=REPEAT_SECONDS)
    bell = staff_bell(site.settings, channels, told)
    ringing = asyncio.create_task(bell.run())
    try:
        yield bell.tell
    finally:
        ringing.cancel()
        await asyncio.wait([ringing])
        await told.aclose()
