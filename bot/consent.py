"""Where an account's administrator begins and ends a consent; what happens in between is the platform's page.

`GET /oauth/zalo/consent/<state>` leads to the platform, `GET /oauth/zalo/callback` is where the platform sends the
browser back (docs: zalo 2.1). The addresses hold secrets: they are not logged, not kept by browsers, not sent on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import structlog
from aiohttp import web

from bot.docs_page import Page, render_consent
from bot.patience import Patience
from storage.errors import StorageError

_log = structlog.get_logger()

CONSENT_PATH = "/oauth/zalo/consent/{state}"
CALLBACK_PATH = "/oauth/zalo/callback"
FIND_SECONDS = 5.0  # a person waits
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Said:
    """Words of one page in one language."""

    title: str
    text: str


_PAGES: dict[str, tuple[int, Said, Said]] = {
    "given": (
        200,
        Said("Đã kết nối", "Tài khoản đã cấp quyền. Có thể đóng trang này."),
        Said("Connected", "The account has given its permission. You may close this page."),
    ),
    "refused": (
        400,
        Said("Chưa kết nối được", "Nền tảng không cấp quyền. Hãy chạy lại lệnh: hoso accounts authorize"),
        Said("Not connected", "The platform gave no permission. Run again: hoso accounts authorize"),
    ),
    "unknown": (
        404,
        Said("Liên kết không còn dùng được", "Liên kết đã dùng rồi hoặc đã hết hạn. Hãy tạo liên kết mới."),
        Said("This link is of no use any more", "It was used before, or its time is over. Ask for a new one."),
    ),
    "later": (
        503,
        Said("Hệ thống đang bận", "Chưa kết nối được. Hãy thử lại liên kết sau ít phút, hoặc xin liên kết mới."),
        Said("Not now", "Nothing is connected yet. Try the link again in a few minutes, or ask for a new one."),
    ),
}


@dataclass(frozen=True, slots=True)
class ConsentRoutes:
    """The two addresses. `find(state)` gives the platform's address or None; `finish(query)` one of the pages' names.

    `finish` must be safe to call with anything: it tells `given`, `refused` or `unknown`. Both may raise
    `StorageError`, which is told to the browser as "later".
    """

    find: Callable[[str], Awaitable[str | None]]
    finish: Callable[[Mapping[str, str]], Awaitable[str]]
    find_seconds: float = FIND_SECONDS
    _patience: Patience = field(default_factory=Patience)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to add to the server."""
        # No HEAD for the callback: whatever looks at a link before the browser does must not use its state up.
        return [web.get(CONSENT_PATH, self.begin), web.get(CALLBACK_PATH, self.end, allow_head=False)]

    async def begin(self, request: web.Request) -> web.Response:
        """Lead the browser to the platform's consent page."""
        try:
            address = await self._find_in_time(request.match_info["state"])
        except (StorageError, TimeoutError) as error:
            return _show_later(error)
        if address is None:
            return _show("unknown")
        return web.Response(status=302, headers={"Location": address, **_HEADERS})

    async def end(self, request: web.Request) -> web.Response:
        """Take what the platform sent back, and say how it went."""
        try:
            # Looked for before anything is begun: strangers with made-up states must not pile up at a hung database.
            if await self._find_in_time(request.query.get("state", "")) is None:
                return _show("unknown")
            return _show(await self.finish(request.query))
        except (StorageError, TimeoutError) as error:
            return _show_later(error)

    async def _find_in_time(self, state: str) -> str | None:
        return await self._patience.run(self.find(state), self.find_seconds)


def _show(name: str) -> web.Response:
    status, page = _render(name)
    headers = {**_HEADERS, "Content-Security-Policy": page.security_policy}
    return web.Response(status=status, text=page.html, content_type="text/html", headers=headers)


def _show_later(error: Exception) -> web.Response:
    _log.warning("consent_waits", error=type(error).__name__)
    return _show("later")


@cache  # anybody may ask for these pages, so they cost nothing
def _render(name: str) -> tuple[int, Page]:
    status, vietnamese, english = _PAGES[name]
    return status, render_consent(vietnamese=vietnamese, english=english)


def consent_document() -> dict[str, Any]:
    """The fragment of the API's description (OpenAPI 3.1) for these addresses."""
    page = {"content": {"text/html": {"schema": {"type": "string"}}}}
    return {
        "tags": [{"name": "consent", "description": "For the administrator of an Official Account."}],
        "paths": {
            CONSENT_PATH: {
                "get": {
                    "operationId": "beginZaloConsent",
                    "tags": ["consent"],
                    "summary": "Lead to the platform's consent page",
                    "parameters": [{"name": "state", "in": "path", "required": True, "schema": {"type": "string"}}],
                    "responses": {
                        "302": {"description": "To the platform"},
                        "404": {"description": "Used before, or its time is over", **page},
                        "503": {"description": "Not now; try again", **page},
                    },
                }
            },
            CALLBACK_PATH: {
                "get": {
                    "operationId": "endZaloConsent",
                    "tags": ["consent"],
                    "summary": "Take the platform's code and get the account's first pair of tokens",
                    "parameters": [
                        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
                        for name in ("code", "oa_id", "state")
                    ],
                    "responses": {
                        "200": {"description": "The account has a new pair", **page},
                        "400": {"description": "The platform gave no permission", **page},
                        "404": {"description": "Used before, or its time is over", **page},
                        "503": {"description": "Not now; try again", **page},
                    },
                }
            },
        },
    }
