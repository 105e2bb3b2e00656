"""How one process of a site runs: logging, the loop, an orderly stop on SIGTERM, Ctrl-C or the supervisor's death."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable

from hoso.logs import set_up_logging
from hoso.loops import run_async
from hoso.metrics_exchange import publishing
from hoso.parent import end_with_supervisor
from hoso.settings import Settings
from hoso.site import Site, open_site

SHOWS_METRICS = "serve"
ProcessMain = Callable[[Site, asyncio.Event], Awaitable[None]]


def run_process(name: str, settings: Settings, main: ProcessMain) -> None:
    """Run `main(site, stop)` until SIGTERM or Ctrl-C sets `stop`."""
    set_up_logging(level=settings.log_level, form=settings.log_format, process=name)
    end_with_supervisor()

    async def run(site: Site) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        async with publishing(site.redis_url, name if name != SHOWS_METRICS else None):
            await main(site, stop)

    with open_site(settings) as site:
        run_async(run(site))


def own_command(*arguments: str) -> list[str]:
    """Return the command line that runs `hoso` with the interpreter and code of this process."""
    return [sys.executable, "-m", "hoso", *arguments]
