"""Officers as their colleagues know them."""

from __future__ import annotations

from aiohttp import web

from console.desk import DESK
from storage import officers


async def names_of_officers(request: web.Request) -> dict[str, str]:
    """Return officers' names by login."""
    found = await officers.all_officers(request.config_dict[DESK].database)
    return {one.login: one.name for one in found}
