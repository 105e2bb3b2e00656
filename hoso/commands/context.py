"""How short commands reach the site: settings, servers, database, and away again."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from hoso.logs import set_up_logging
from hoso.loops import run_async
from hoso.settings import Settings, load_settings
from hoso.site import Site, open_site
from storage.database import Database

T = TypeVar("T")


def settings_for_command(name: str) -> Settings:
    """Read the settings and quieten the logs: a command's own words matter."""
    settings = load_settings()
    set_up_logging(level="warning", form=settings.log_format, process=name)
    return settings


def with_database(name: str, work: Callable[[Site, Database], Awaitable[T]]) -> T:
    """Run `work(site, database)` and return what it returns."""
    settings = settings_for_command(name)

    async def run(site: Site) -> T:
        async with site.database() as database:
            return await work(site, database)

    with open_site(settings) as site:
        return run_async(run(site))
