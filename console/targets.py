"""Where a browser is led: to pages of the console only, whatever an address or a form says (no open redirect)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, urlsplit

from aiohttp import web
from yarl import URL

HOME: Final = "/console/"
SIGN_IN: Final = "/console/sign-in"
MAX_NEXT_CHARS: Final = 500
_PLAIN_TARGET: Final = re.compile(r"/console/[A-Za-z0-9._~!$&'()*+,;=:@/%?-]*")
"""An address of ours as browsers write it: no other site's, no control signs, no backslash."""
_NOWHERE: Final = "{elsewhere}"
"""The end of the route that answers for whatever is not there."""


def safe_next(target: str | None, default: str = HOME) -> str:
    """Return where to go after a sign-in: a page of the console, whatever the address says (no open redirect)."""
    if not target or len(target) > MAX_NEXT_CHARS or _PLAIN_TARGET.fullmatch(target) is None:
        return default
    path = unquote(urlsplit(target).path)
    is_ours = path.startswith(HOME) and "//" not in path and "\\" not in path
    is_straight = not {".", ".."} & set(path.split("/")) and path.isprintable()
    return target if is_ours and is_straight and not path.startswith((SIGN_IN, "/console/static")) else default


async def page_of(request: web.Request) -> str:
    """Return the page on which the form of a request stood: the one that the browser names, or the nearest above."""
    named = [_referer(request)]
    parts = request.path.split("/")
    above = ["/".join(parts[:length]) for length in range(len(parts), 2, -1)]
    for one in [*named, *above]:
        target = safe_next(one, "")
        if target and await _is_page(request, target):
            return target
    return HOME


def _referer(request: web.Request) -> str | None:
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # half an IPv6 address
        return None
    return None if parts.netloc != request.host else parts.path + (f"?{parts.query}" if parts.query else "")


async def _is_page(request: web.Request, target: str) -> bool:
    """Return whether a view answers there: a form is often sent to an address that has no page of its own."""
    found = await request.app.router.resolve(request.clone(method="GET", rel_url=URL(target, encoded=True)))
    resource = found.route.resource
    return found.http_exception is None and resource is not None and not resource.canonical.endswith(_NOWHERE)
