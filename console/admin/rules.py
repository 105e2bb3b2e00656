"""Who may administer whom: within one's units, never oneself, and somebody must always be left.

An administrator changes only grants in units that are administered; password and access of an officer only with all of
that officer's grants in such units. Else the administrator of a ward could take over an officer of the city who also
helps there.
"""

from __future__ import annotations

from collections.abc import Iterable

from console.errors import ConsoleError, NotFound
from console.permissions import Permission
from console.visitor import Visitor
from storage import officers
from storage.database import Connection
from storage.officers import EVERYWHERE, Grant, Officer, Role


class NotOneself(ConsoleError):
    """Nobody changes their own roles or access."""

    status = 403
    word = "admin.errors.oneself"


class LastAdministrator(ConsoleError):
    """Nobody would be left who administers the whole city."""

    status = 409
    word = "admin.errors.last_administrator"


class BeyondUnits(ConsoleError):
    """The officer has roles in units that the visitor does not administer."""

    status = 403
    word = "admin.errors.beyond_units"


def administers(visitor: Visitor, unit: str) -> bool:
    """Return whether somebody administers a unit; `*` only with a role for everywhere."""
    return visitor.may(Permission.ADMINISTER, None if unit == EVERYWHERE else unit)


def may_see(visitor: Visitor, officer: Officer) -> bool:
    """Return whether an officer is somebody's concern: a role in a unit of theirs; without roles, the city's."""
    if visitor.units(Permission.ADMINISTER) is None:
        return True
    return any(administers(visitor, grant.unit) for grant in officer.grants)


def require_sight(visitor: Visitor, officer: Officer | None) -> Officer:
    """Return the officer, or raise NotFound as for somebody who does not exist."""
    if officer is None or not may_see(visitor, officer):
        raise NotFound
    return officer


def may_control(visitor: Visitor, officer: Officer) -> bool:
    """Return whether somebody may reset, disable and enable an officer."""
    if officer.id == visitor.officer.id:
        return False
    if visitor.units(Permission.ADMINISTER) is None:
        return True
    return bool(officer.grants) and all(administers(visitor, grant.unit) for grant in officer.grants)


def require_control(visitor: Visitor, officer: Officer) -> None:
    """Raise unless somebody may reset, disable and enable an officer."""
    if officer.id == visitor.officer.id:
        raise NotOneself
    if not may_control(visitor, officer):
        raise BeyondUnits


def merge_grants(visitor: Visitor, officer: Officer, wanted: Iterable[Grant]) -> list[Grant]:
    """Return an officer's new grants: the wanted ones, and those in units that are not the visitor's as they are.

    Raises:
        NotOneself: for the visitor's own roles.
        BeyondUnits: a wanted one lies in a unit that the visitor does not administer.
    """
    if officer.id == visitor.officer.id:
        raise NotOneself
    fixed = [grant for grant in officer.grants if not administers(visitor, grant.unit)]
    fresh = [grant for grant in wanted if grant not in fixed]
    if not all(administers(visitor, grant.unit) for grant in fresh):
        raise BeyondUnits
    return [*fixed, *fresh]


def is_head(grants: Iterable[Grant]) -> bool:
    """Return whether grants let somebody administer the whole city."""
    return Grant(EVERYWHERE, Role.ADMINISTRATOR) in set(grants)


async def require_somebody_left(connection: Connection, officer: Officer) -> None:
    """Raise LastAdministrator if an officer who loses the role, or access, is the last one; others wait meanwhile."""
    await officers.lock(connection)
    if is_head(officer.grants) and not await officers.count_head_administrators(connection, but=officer.id):
        raise LastAdministrator
