"""Views and what they need: nothing is reached without a declared permission.

    views = Views("/dossiers")

    @views.get("/{code}", permission=Permission.SEE_DOSSIERS)
    async def show(request: web.Request) -> web.StreamResponse: ...

`tests/integration/console/test_routes.py` walks all of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from aiohttp import web

from console.permissions import Permission

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True, slots=True)
class View:
    """One address of the console.

    `streams`: the handler reads the body by itself, so the middleware checks only where the request came from, and the
    handler calls `console.security.check_token` before it does anything. `stage`: the session's stage that it is for.
    """

    method: str
    path: str
    handler: Handler
    permission: Permission
    streams: bool = False
    stage: str = "full"


@dataclass(slots=True)
class Views:
    """The views of one area; `prefix` is below `/console`."""

    prefix: str = ""
    _views: list[View] = field(default_factory=list)

    def get(self, path: str, *, permission: Permission, stage: str = "full") -> Callable[[H], H]:
        """Declare a page. GET changes nothing."""
        return self._add("GET", path, permission, stage=stage)

    def post(
        self, path: str, *, permission: Permission, streams: bool = False, stage: str = "full"
    ) -> Callable[[H], H]:
        """Declare an action: a form of ours with its token."""
        return self._add("POST", path, permission, streams=streams, stage=stage)

    def __iter__(self) -> Iterator[View]:
        return iter(self._views)

    def _add(
        self, method: str, path: str, permission: Permission, *, streams: bool = False, stage: str = "full"
    ) -> Callable[[H], H]:
        def take(handler: H) -> H:
            self._views.append(View(method, self.prefix + path, handler, permission, streams, stage))
            return handler

        return take
