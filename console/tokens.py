"""The token that every form of ours carries, so that no other site can make an officer's browser send one."""

from __future__ import annotations

import hmac
from typing import Final

from aiohttp import web

from console.desk import DESK
from console.errors import BadForm
from console.sessions import SESSION, new_key

TOKEN_FIELD: Final = "csrf"  # noqa: S105 - the field's name
_VISITOR: Final = "console form\0"


def token_of(request: web.Request) -> str:
    """Return the token that this visitor's forms carry.

    A session has a random one. Who is not signed in has a cookie that leads nowhere, and the token is a keyed hash of
    it: nothing is kept for strangers.
    """
    session = request[SESSION]
    if "sid" in session:
        return str(session["csrf"])
    if session.visitor_key is None:
        session.visitor_key, session.is_new_visitor = new_key(), True
    return request.config_dict[DESK].cipher.lookup_hash(_VISITOR + session.visitor_key).hex()


def check_token(request: web.Request, given: str) -> None:
    """Raise BadForm unless the token is this session's."""
    session = request[SESSION]
    if "sid" in session:
        wanted = [str(session["csrf"])]
    elif session.visitor_key is not None:
        hashes = request.config_dict[DESK].cipher.lookup_hashes(_VISITOR + session.visitor_key)
        wanted = [one.hex() for one in hashes]
    else:
        raise BadForm
    if not any(hmac.compare_digest(one.encode(), given.encode("utf-8", "replace")) for one in wanted):
        raise BadForm
