"""Officers as their colleagues know them."""

from __future__ import annotations

from aiohttp import web

from console.desk import DESK
from storage import officers


async def names_of_officers(request: web.Request) -> dict[str, str]:
    """Return officers' names by login."""
    return await officers.names(request.config_dict[DESK].database)
