"""The token that every form of ours carries, so that no other site can make an officer's browser send one."""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from aiohttp import web

from console.errors import BadForm
from console.sessions import SESSION

TOKEN_FIELD: Final = "csrf"  # noqa: S105 - the field's name


def token_of(request: web.Request) -> str:
    """Return the token that this visitor's forms carry; a visitor without a session gets one for it."""
    session = request[SESSION]
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(32)
    return str(session["csrf"])


def check_token(request: web.Request, given: str) -> None:
    """Raise BadForm unless the token is this session's."""
    wanted = request[SESSION].get("csrf")
    if not isinstance(wanted, str) or not hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace")):
        raise BadForm
