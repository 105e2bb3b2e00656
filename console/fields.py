"""What stands in a form's fields, as people meant it."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from console.security import FORM

_MOST_ID_DIGITS: Final = 18
"""An id of PostgreSQL has 63 bits."""
_UNIT: Final = re.compile(r"\*|[0-9A-Za-z][0-9A-Za-z._-]{0,39}")


def is_unit(text: str) -> bool:
    """Return whether a text is a unit's code, or `*`: whose role holds everywhere may name any, but no nonsense."""
    return _UNIT.fullmatch(text) is not None


def typed(request: web.Request, name: str) -> str:
    """Return what was typed into a field, with plain line ends and without spaces around; "" when there is nothing."""
    value = request[FORM].get(name)
    return value.replace("\r\n", "\n").replace("\0", "").strip() if isinstance(value, str) else ""


def read_id(text: str) -> int | None:
    """Return the id that a part of an address or a field names; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_ID_DIGITS else None
