"""Who looks at a page: the officer behind the session, and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from console.errors import Forbidden, NotFound
from console.permissions import ROLES, Permission
from console.sessions import Session
from storage.officers import EVERYWHERE, Officer


@dataclass(frozen=True, slots=True)
class Visitor:
    """An officer with a session in force."""

    officer: Officer
    session: Session

    @property
    def language(self) -> str:
        """The language of the pages: vi or en."""
        return self.officer.language

    def may(self, permission: Permission, unit: str | None) -> bool:
        """Return whether the officer has a permission in a unit."""
        return self.officer.has_role(ROLES[permission], unit)

    def may_somewhere(self, permission: Permission) -> bool:
        """Return whether the officer has a permission in any unit; one's own account needs no role."""
        if permission in (Permission.NOBODY, Permission.SIGNED_IN):
            return True
        return any(grant.role in ROLES[permission] for grant in self.officer.grants)

    def units(self, permission: Permission) -> list[str] | None:
        """Return the units in which a permission holds, for queries; None: all of them."""
        return self.officer.units_with(ROLES[permission])

    def granted_units(self, permission: Permission) -> list[str]:
        """Return the units in which a permission holds, as the roles name them; the whole city (`*`) first."""
        granted = {grant.unit for grant in self.officer.grants if grant.role in ROLES[permission]}
        return sorted(granted, key=lambda unit: (unit != EVERYWHERE, unit))

    def require(self, permission: Permission, unit: str | None, *, sees: Permission | None = None) -> None:
        """Raise unless the officer has a permission in a unit: NotFound for what lies in units of others.

        Args:
            permission: what is needed.
            unit: where the thing belongs.
            sees: the permission to see such a thing, if it is another one: who has it is told that this is forbidden.
        """
        if self.may(permission, unit):
            return
        if sees is not None and self.may(sees, unit):
            raise Forbidden
        raise NotFound


VISITOR = web.RequestKey("visitor", Visitor)


def visitor_of(request: web.Request) -> Visitor:
    """Return who makes a request; for views that need a sign-in: there, the guard has put it."""
    return request[VISITOR]
