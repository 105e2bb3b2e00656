"""What stands in a form's fields, as people meant it."""

from __future__ import annotations

from aiohttp import web

from console.security import FORM


def typed(request: web.Request, name: str) -> str:
    """Return what was typed into a field, with plain line ends and without spaces around; "" when there is nothing."""
    value = request[FORM].get(name)
    return value.replace("\r\n", "\n").replace("\0", "").strip() if isinstance(value, str) else ""
