"""The page that shows every component of the console beside each other, for those who build pages."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from console.permissions import Permission
from console.rendering import page
from console.views import Views

views = Views("/design")

_HOURS: Final = tuple(f"{hour:02d}" for hour in range(24))
_TODAY: Final = (0, 0, 0, 0, 0, 0, 4, 31, 96, 122, 117, 84, 22, 61, 108, 119, 88, 41, 12, 6, 3, None, None, None)
_YESTERDAY: Final = (0, 0, 0, 0, 0, 0, 6, 28, 84, 109, 121, 90, 25, 55, 97, 125, 93, 38, 15, 9, 4, 0, 0, 0)


@views.get("", permission=Permission.SIGNED_IN)
async def show(request: web.Request) -> web.StreamResponse:
    """Show all components with made-up figures."""
    return page(request, "design/show.html.j2", hours=_HOURS, today=_TODAY, yesterday=_YESTERDAY)
