"""What the console needs for lists of recipients: a folder for files that wait, and processes that read them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from aiohttp import web

from console.lists import LISTS, ListDesk
from hoso.site import Site
from status_bridge.lists.process import MOST_SECONDS, ListReaders, ReaderConfig
from storage.database import Database

_OLD_SECONDS: Final = 2 * MOST_SECONDS


def fill_lists(site: Site, database: Database) -> Callable[[web.Application], None]:
    """Return what puts them into the console."""
    settings = site.settings
    config = ReaderConfig(
        database_url=site.postgres_url,
        keys=site.encryption_keys,
        max_rows=settings.broadcast_list_rows,
        pgbouncer=settings.pgbouncer,
    )

    def fill(app: web.Application) -> None:
        readers = ListReaders(database, config)
        folder = settings.data_dir / "lists"
        app[LISTS] = ListDesk(
            folder=folder,
            max_bytes=settings.broadcast_list_megabytes << 20,
            keep_seconds=settings.broadcast_list_days * 86_400.0,
            start=readers.start,
            categories=tuple(settings.broadcast_categories),
        )

        async def run(_app: web.Application) -> AsyncIterator[None]:
            _make_ready(folder)
            yield
            await readers.aclose()

        app.cleanup_ctx.append(run)

    return fill


def _make_ready(folder: Path) -> None:
    """Make the folder, closed to others, and remove what a killed process left there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in folder.glob("*.upload"):
        if time.time() - path.stat().st_mtime > _OLD_SECONDS:
            path.unlink(missing_ok=True)
