"""The console as a part of the web server: its views behind the guard, under `/console`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from aiohttp import web

from console import areas
from console.desk import DESK, Desk
from console.errors import NotFound
from console.permissions import Permission
from console.rendering import set_up_templates
from console.security import guarded, set_headers
from console.views import View

STATIC: Final = Path(__file__).parent / "static"
Fill = Callable[[web.Application], None]
"""Puts what an area needs of its own into the application, under the area's key."""


def all_views() -> list[View]:
    """Return every view of every area."""
    return [view for views in areas.AREAS for view in views]


def create_console(desk: Desk, fills: Iterable[Fill] = ()) -> web.Application:
    """Return the application to be added under `/console`. `fills` bring what single areas need."""
    app = web.Application()
    app[DESK] = desk
    set_up_templates(app)
    for fill in fills:
        fill(app)
    for view in all_views():
        app.router.add_route(view.method, view.path, guarded(view))
    app.router.add_static("/static", STATIC)
    app.router.add_route("*", "/{elsewhere:.*}", guarded(_NOWHERE))
    app.on_response_prepare.append(_head_static)
    return app


async def _find_nothing(_request: web.Request) -> web.StreamResponse:
    raise NotFound


_NOWHERE: Final = View("*", "/{elsewhere:.*}", _find_nothing, Permission.NOBODY)


async def _head_static(request: web.Request, response: web.StreamResponse) -> None:
    if "/static/" in request.path:
        response.headers["Cache-Control"] = "public, max-age=300"
    set_headers(response, is_https=request.config_dict[DESK].config.secure_cookies)
