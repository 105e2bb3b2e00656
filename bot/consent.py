"""Where an account's administrator begins and ends a consent; what happens in between is the platform's page.

`GET /oauth/zalo/consent/<state>` leads to the platform, `GET /oauth/zalo/callback` is where the platform sends the
browser back (docs: zalo 2.1). The addresses hold secrets: they are not logged, not kept by browsers, not sent on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.docs_page import Page, render_consent

CONSENT_PATH = "/oauth/zalo/consent/{state}"
CALLBACK_PATH = "/oauth/zalo/callback"
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
}


@dataclass(frozen=True, slots=True)
class ConsentRoutes:
    """The two addresses. `find(state)` gives the platform's address or None; `finish(query)` one of the pages' names.

    `finish` must be safe to call with anything: it tells `given`, `refused` or `unknown`.
    """

    find: Callable[[str], Awaitable[str | None]]
    finish: Callable[[Mapping[str, str]], Awaitable[str]]

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to add to the server."""
        return [web.get(CONSENT_PATH, self.begin), web.get(CALLBACK_PATH, self.end)]

    async def begin(self, request: web.Request) -> web.Response:
        """Lead the browser to the platform's consent page."""
        address = await self.find(request.match_info["state"])
        if address is None:
            return _show("unknown")
        return web.Response(status=302, headers={"Location": address, **_HEADERS})

    async def end(self, request: web.Request) -> web.Response:
        """Take what the platform sent back, and say how it went."""
        return _show(await self.finish(request.query))


def _show(name: str) -> web.Response:
    status, vietnamese, english = _PAGES[name]
    page: Page = render_consent(vietnamese=vietnamese, english=english)
    headers = {**_HEADERS, "Content-Security-Policy": page.security_policy}
    return web.Response(status=status, text=page.html, content_type="text/html", headers=headers)


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
                    },
                }
            },
        },
    }
