"""Who acts on a broadcast: an officer with roles, or a system of the city by its key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from storage import officers
from storage.database import Database
from storage.officers import Officer, Role, covers

LOOKS: Final = frozenset(Role)
WRITES: Final = frozenset({Role.AUTHOR})
APPROVES: Final = frozenset({Role.APPROVER})
STOPS: Final = frozenset({Role.AUTHOR, Role.APPROVER, Role.ADMINISTRATOR})
"""Stopping needs the fewest rights: a mistake under way is worse than one too many stops."""


@dataclass(frozen=True, slots=True)
class KeyActor:
    """A system of the city by its API key; it writes and stops in its unit, and approves nothing."""

    id: str
    unit: str

    @property
    def actor(self) -> str:
        """How the audit log names the key."""
        return f"key:{self.id}"

    def has_role(self, roles: frozenset[Role], unit: str | None) -> bool:
        """Return whether the key may do what one of the roles may do in the unit."""
        return Role.AUTHOR in roles and covers(self.unit, unit)


Actor = Officer | KeyActor


def name_of(actor: Actor) -> str:
    """Return the name under which an actor stands on a broadcast: the login, or `key:<id>`."""
    return actor.login if isinstance(actor, Officer) else actor.actor


async def as_now(database: Database, actor: Actor) -> Actor | None:
    """Return the actor with the roles held at this moment: an open page knows older ones. None: no more an officer."""
    if isinstance(actor, KeyActor):
        return actor
    found = await officers.find(database, id=actor.id)
    return None if found is None or found.disabled_at is not None else found
