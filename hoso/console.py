"""The console's composition root: its desk, and what single areas need of other rooms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NoReturn

from aiohttp import web
from redis.asyncio import Redis

from console import live, today
from console.app import Fill, create_console
from console.desk import ConsoleConfig, Desk
from hoso.console_admin import fill_administration
from hoso.console_answering import CityAnswering
from hoso.console_broadcasts import fill_broadcasts
from hoso.console_dossiers import fill_dossiers
from hoso.console_texts import fill_texts
from hoso.lists import fill_lists
from hoso.moments import utc_now
from hoso.settings import Settings
from hoso.site import Site
from storage.database import Database

CONSOLE_PATH: Final = "/console"


def console_config(settings: Settings) -> ConsoleConfig:
    """Return what the console must be told."""
    return ConsoleConfig(
        zone=settings.zone,
        base_url=settings.base_url,
        secure_cookies=settings.base_url.startswith("https://"),
        trusts_proxy=settings.console_trusts_proxy,
        idle_seconds=int(settings.console_idle_minutes * 60),
        session_seconds=int(settings.console_session_hours * 3600),
        is_emulated=settings.is_emulated,
    )


def console_door() -> web.RouteDef:
    """Return the route that leads fingers which leave out the last slash to the console."""

    async def lead_on(_: web.Request) -> NoReturn:
        raise web.HTTPPermanentRedirect(f"{CONSOLE_PATH}/")

    return web.get(CONSOLE_PATH, lead_on)


def open_console(site: Site, database: Database, redis: Redis, *, ring: Callable[[str], None]) -> web.Application:
    """Return the console of a site, to be added under `CONSOLE_PATH`."""
    desk = Desk(
        database=database,
        cipher=site.cipher,
        redis=redis,
        config=console_config(site.settings),
        now=utc_now,
        ring=ring,
    )
    return create_console(desk, _fills(site, database, ring))


def _fills(site: Site, database: Database, ring: Callable[[str], None]) -> list[Fill]:
    """What areas need beside the desk, one line an area."""
    return [
        fill_administration(site, database),
        live.install,
        today.install,
        CityAnswering(site.settings).fill,
        fill_dossiers(site),
        fill_lists(site, database),
        fill_broadcasts(site, database, ring=ring),
        fill_texts(site, database),
    ]
