"""`hoso up`: the whole site on one machine, under one supervisor."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import structlog
import typer

from hoso.children import children
from hoso.forked import forking
from hoso.logs import set_up_logging
from hoso.ports import check_free
from hoso.settings import Settings
from hoso.site import open_site
from hoso.supervisor import ChildSpec, Supervisor

log = structlog.get_logger()
_TROUBLE = {"child_died", "child_not_started", "child_killed", "engine_restarted", "engine_failed"}


def run_up(settings: Settings) -> int:
    """Run the site until SIGTERM or Ctrl-C; return the exit code."""
    set_up_logging(level=settings.log_level, form=settings.log_format, process="up")
    addresses = [settings.listen, *([settings.emulator_listen] if settings.is_stand_in else [])]
    check_free(addresses)
    with open_site(settings, watch_engines=False) as site:
        specs = children(site)

        async def supervise() -> int:
            async with forking() as start:
                supervisor = Supervisor(
                    specs,
                    engines=site.engines,
                    start=start,
                    on_event=lambda name, facts: _tell(name, facts, settings, specs),
                )
                return await supervisor.run()

        return asyncio.run(supervise())


def _tell(event: str, facts: dict[str, Any], settings: Settings, specs: Sequence[ChildSpec]) -> None:
    (log.warning if event in _TROUBLE else log.info)(event, **facts)
    if event == "all_ready":
        _say(f"Báo Hồ Sơ is up: {settings.base_url}  ({', '.join(spec.name for spec in specs)})")
        if settings.is_stand_in:
            _say(f"No Zalo is set up: the emulator stands in, with phones to see at {settings.emulator_url}/")
        _say("Ctrl-C stops everything.")


def _say(line: str) -> None:
    with suppress(OSError):  # where it is written to, the disk may be full: the site goes on
        typer.echo(line)
