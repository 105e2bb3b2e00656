"""Roles as people write them: one a line, `role@unit`, such as `author@H17.33.2`; `approver@*` is everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from storage.officers import EVERYWHERE, Grant, Role

MAX_GRANTS: Final = 100
UNIT: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")


class UnreadableGrant(ValueError):
    """A text is no role in a unit; `what` is a key below `admin.errors`."""

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


def read_grants(text: str, t: Callable[..., str]) -> tuple[list[Grant], list[tuple[str, str]]]:
    """Return the grants of a form's field, one a line or separated by commas, and what is wrong with others."""
    grants: list[Grant] = []
    faults: list[tuple[str, str]] = []
    for line in re.split(r"[\n,;]", text):
        if not line.strip():
            continue
        try:
            grants.append(read_grant(line))
        except UnreadableGrant as error:
            faults.append(("grants", t(f"admin.errors.{error.what}", text=error.text.strip()[:60])))
    if len(grants) > MAX_GRANTS:
        faults.append(("grants", t("admin.errors.many_grants", most=MAX_GRANTS)))
    return grants, faults[:5]
