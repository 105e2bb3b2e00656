"""Roles as the command line and the audit log write them: `role@unit`, such as `author@H17.33.2`; `*` is everywhere."""

from __future__ import annotations

import re
from typing import Final

from storage.officers import EVERYWHERE, Grant, Role

UNIT: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")


class UnreadableGrant(ValueError):
    """A text is no role in a unit; `what` is `role` or `unit`."""

    def __init__(self, text: str, what: str) -> None:
        super().__init__(text)
        self.text = text
        self.what = what


def describe(grant: Grant) -> str:
    """Return a grant as people write it."""
    return f"{grant.role.value}@{grant.unit}"


def read_grant(text: str) -> Grant:
    """Return the grant that a text names; without a unit it holds everywhere.

    Raises:
        UnreadableGrant: with what is wrong.
    """
    role, separator, unit = text.strip().partition("@")
    unit = unit.strip() if separator else EVERYWHERE
    if role.strip().lower() not in set(Role):
        raise UnreadableGrant(text, "role")
    if unit != EVERYWHERE and UNIT.fullmatch(unit) is None:
        raise UnreadableGrant(text, "unit")
    return Grant(unit, Role(role.strip().lower()))
