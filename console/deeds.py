"""An officer's deed as the audit log keeps it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from console.sessions import address_of
from console.visitor import visitor_of
from storage.audit import Entry


def deed(
    request: web.Request,
    action: str,
    object: str | None = None,  # noqa: A002 - the column
    unit: str | None = None,
    **detail: Any,
) -> Entry:
    """Return what is kept of what this request's officer does; `object` and `detail` hold no personal data.

    The address is that of the request itself: a session that somebody carried off tells where it is used.
    """
    return Entry(visitor_of(request).officer.actor, action, object, unit, detail, address_of(request))
