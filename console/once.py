"""Secrets that wait in a session between two pages: a password to be shown once, a code's secret to be confirmed.

Sessions lie readable in Redis, so these are encrypted. What is shown once is taken; what is still needed is looked at.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from aiohttp import web

from console.desk import DESK
from console.sessions import SESSION
from storage.errors import UndecipherableValue

_COLUMN = "console.once"


def keep(request: web.Request, name: str, value: Any) -> None:
    """Keep a JSON value in the session under a name."""
    sealed = request.config_dict[DESK].cipher.encrypt(json.dumps(value), f"{_COLUMN}.{name}")
    session = request[SESSION]
    session["once"] = {**session.get("once", {}), name: base64.b64encode(sealed).decode()}


def look(request: web.Request, name: str) -> Any:
    """Return a kept value and leave it; None: there is none."""
    sealed = request[SESSION].get("once", {}).get(name)
    if sealed is None:
        return None
    try:
        return json.loads(request.config_dict[DESK].cipher.decrypt(base64.b64decode(sealed), f"{_COLUMN}.{name}"))
    except UndecipherableValue:  # the key was changed meanwhile
        return None


def take(request: web.Request, name: str) -> Any:
    """Return a kept value and forget it; None: there is none."""
    value = look(request, name)
    drop(request, name)
    return value


def drop(request: web.Request, name: str) -> None:
    """Forget a kept value."""
    session = request[SESSION]
    if name in session.get("once", {}):
        session["once"] = {key: sealed for key, sealed in session["once"].items() if key != name}
