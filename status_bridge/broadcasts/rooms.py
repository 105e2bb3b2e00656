"""What every action on a broadcast shares: the database, the actor as of now, the row's lock, the audit log."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from status_bridge.broadcasts.actors import STOPS, WRITES, Actor, as_now
from status_bridge.broadcasts.config import BroadcastConfig
from status_bridge.broadcasts.content import hash_of
from status_bridge.broadcasts.refusals import refuse, refuse_all
from status_bridge.broadcasts.rules import problems_of
from storage import audit, broadcasts
from storage.audiences import Audience
from storage.audit import Entry
from storage.broadcasts import Broadcast, Draft, List
from storage.crypto import Cipher
from storage.database import Connection, Database
from storage.officers import Role, covers

_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is taken for another
SYSTEM: Final = "system"


def new_number() -> str:
    """Return a number that nobody guesses: TB- and eight letters or digits."""
    return "TB-" + "".join(secrets.choice(_LETTERS) for _ in range(8))


def utc_now() -> datetime:
    """Return the present time with its offset."""
    return datetime.now(UTC)


def _ring_nobody(_lane: str) -> None:
    """Leave it to the sweeper."""


def _tell_nobody(_text: str) -> None:
    """Leave it to the pages."""


class Held(NamedTuple):
    """A broadcast that nobody else changes until the transaction ends, and who acts on it."""

    connection: Connection
    broadcast: Broadcast
    actor: Actor


@dataclass(frozen=True)
class Room:
    """What the actions need."""

    database: Database
    cipher: Cipher
    config: BroadcastConfig
    now: Callable[[], datetime] = utc_now
    new_number: Callable[[], str] = new_number
    ring: Callable[[str], None] = _ring_nobody
    tell_staff: Callable[[str], None] = _tell_nobody
    address: str | None = None
    """The network address of the request that is served, for the audit log; None: there is none."""

    async def enter(self, actor: Actor, roles: frozenset[Role], unit: str) -> Actor:
        """Return the actor as of now, if one of the roles is held in the unit.

        Raises:
            BroadcastRefused: not_allowed.
        """
        current = await as_now(self.database, actor)
        if current is None or not current.has_role(roles, unit):
            refuse("not_allowed")
        return current

    @asynccontextmanager
    async def hold(self, number: str, actor: Actor, roles: frozenset[Role]) -> AsyncIterator[Held]:
        """Lock a broadcast for one transaction; the database decides who is first.

        Raises:
            BroadcastRefused: unknown, not_allowed.
        """
        current = await as_now(self.database, actor)
        async with self.database.transaction() as connection:
            found = await broadcasts.lock(connection, number)
            if found is None or current is None or not current.has_role(_ANY, found.unit):
                refuse("unknown")
            if not current.has_role(roles, found.unit):
                refuse("not_allowed")
            yield Held(connection, found, current)

    async def hash_now(self, connection: Connection, broadcast: Broadcast) -> bytes:
        """Return the hash of a broadcast as it stands, its list's rows included."""
        found = await self.list_of(connection, broadcast.audience, broadcast.unit)
        return hash_of(broadcast, None if found is None else found.digest)

    async def list_of(self, connection: Connection, audience: Audience, unit: str) -> List | None:
        """Return the audience's list, if it has one.

        Raises:
            BroadcastRefused: list_unknown.
        """
        if audience.list_id is None:
            return None
        found = await broadcasts.find_list(connection, audience.list_id)
        if found is None or not covers(unit, found.unit):
            refuse("list_unknown")
        return found

    async def check(self, connection: Connection, draft: Draft, *, is_start: bool = False) -> None:
        """Look at everything that a draft must keep to; at the start, at all but its planned moment.

        Raises:
            BroadcastRefused: with the first broken rule; all of them in `problems`.
        """
        found = await self.list_of(connection, draft.audience, draft.unit)
        columns = () if found is None else found.columns
        refuse_all(problems_of(draft, self.config, columns=columns, now=None if is_start else self.now()))

    async def check_list(self, connection: Connection, broadcast: Broadcast, *, begins: datetime | None = None) -> None:
        """See whether the list can be sent to at the moment that it `begins`; None: the planned one, or now.

        Raises:
            BroadcastRefused: list_unknown, list_not_ready, list_empty, list_expires.
        """
        found = await self.list_of(connection, broadcast.audience, broadcast.unit)
        if found is None:
            return
        if found.state != "ready" or found.digest is None:
            refuse("list_not_ready", state=found.state)
        if not found.good:
            refuse("list_empty")
        if found.expires_at <= (begins or broadcast.scheduled_at or self.now()):
            refuse("list_expires", expires_at=found.expires_at)

    async def note(self, held: Held, verb: str, **detail: Any) -> None:
        """Write the audit log, in the transaction of the action."""
        await self.note_as(held.connection, held.actor.actor, held.broadcast, verb, **detail)

    async def note_as(self, connection: Connection, actor: str, broadcast: Broadcast, verb: str, **detail: Any) -> None:
        """Write the audit log in the name of `actor`, such as `system`."""
        entry = Entry(actor, f"broadcast.{verb}", broadcast.number, broadcast.unit, detail, self.address)
        await audit.write(connection, entry)


_ANY: Final = frozenset(Role)
MAY_COUNT: Final = STOPS | WRITES


def must_be(broadcast: Broadcast, *states: str) -> None:
    """Refuse unless it is in one of the states.

    Raises:
        BroadcastRefused: wrong_state.
    """
    if broadcast.state not in states:
        refuse("wrong_state", state=broadcast.state)


def moved(after: Broadcast | None, before: Broadcast) -> Broadcast:
    """Return what a change of state gave.

    Raises:
        BroadcastRefused: wrong_state: somebody was first.
    """
    if after is None:
        refuse("wrong_state", state=before.state)
    return after
