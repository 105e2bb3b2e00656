"""The desk at which broadcasts are made, for the console, the command line and the API alike: one set of rules.

Every method that acts takes who acts (an `Officer`, or a `KeyActor`), writes the audit log in the transaction of what
it does, and says no by `BroadcastRefused` with a word of `refusals.WORDS`. A broadcast of another unit and one that
there is not look the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime

from status_bridge.broadcasts import approval, counting, reporting, running, writing
from status_bridge.broadcasts.actors import Actor
from status_bridge.broadcasts.approval import Decision
from status_bridge.broadcasts.config import BroadcastConfig
from status_bridge.broadcasts.counting import Preview
from status_bridge.broadcasts.refusals import refuse
from status_bridge.broadcasts.reporting import Outcome, Progress, Report
from status_bridge.broadcasts.rooms import Room, new_number, utc_now
from storage import approvals, audit, broadcasts
from storage.audit import Row
from storage.broadcasts import Approval, Broadcast, Draft
from storage.crypto import Cipher
from storage.database import Database


def _ring_nobody(_lane: str) -> None:
    """Leave it to the sweeper."""


def _show_nobody(_people: int) -> None:
    """Show nobody how far it has come."""


def _tell_nobody(_text: str) -> None:
    """Leave it to the pages."""


class BroadcastDesk:
    """Broadcasts of one site.

    Args:
        database: where they are.
        cipher: opens the recipients.
        config: the site's thresholds, domains, prices and limits.
        now: the present moment with its offset.
        number: makes a new broadcast's number.
        ring: rings the bell of a lane after something may go out.
        tell_staff: takes one line when nobody looks at a page; must not block or raise.
    """

    def __init__(
        self,
        database: Database,
        cipher: Cipher,
        config: BroadcastConfig,
        *,
        now: Callable[[], datetime] = utc_now,
        number: Callable[[], str] = new_number,
        ring: Callable[[str], None] = _ring_nobody,
        tell_staff: Callable[[str], None] = _tell_nobody,
    ) -> None:
        self._room = Room(database, cipher, config, now, number, ring, tell_staff)

    @property
    def config(self) -> BroadcastConfig:
        """The site's choices."""
        return self._room.config

    def at(self, address: str) -> BroadcastDesk:
        """Return the same desk for one request: what it writes into the audit log carries the request's address."""
        desk = copy(self)
        desk._room = replace(self._room, address=address)  # noqa: SLF001 - its own class
        return desk

    # -- writing

    async def create(self, draft: Draft, actor: Actor) -> Broadcast:
        """Write a new draft (see `writing.create`)."""
        return await writing.create(self._room, draft, actor)

    async def change(self, number: str, draft: Draft, actor: Actor) -> Broadcast:
        """Give it another content: a draft again, approvals void (see `writing.change`)."""
        return await writing.change(self._room, number, draft, actor)

    async def estimate(self, number: str, actor: Actor, *, tell: Callable[[int], None] = _show_nobody) -> Broadcast:
        """Count it and keep the count (see `counting.estimate`)."""
        return await counting.estimate(self._room, number, actor, tell)

    async def preview(self, number: str, actor: Actor, *, limit: int = 5) -> list[Preview]:
        """Return messages with real people's values (see `counting.preview`)."""
        return await counting.preview(self._room, number, actor, limit)

    async def test_send(self, number: str, phone: str, actor: Actor) -> uuid.UUID:
        """Send it to one phone, for a look (see `counting.test_send`)."""
        return await counting.test_send(self._room, number, phone, actor)

    # -- approval

    async def submit(self, number: str, actor: Actor) -> Broadcast:
        """Ask for approval (see `approval.submit`)."""
        return await approval.submit(self._room, number, actor)

    async def decide(
        self, number: str, actor: Actor, decision: Decision, content_hash: bytes | str, comment: str | None = None
    ) -> Broadcast:
        """Approve what was looked at, or send it back (see `approval.decide`)."""
        return await approval.decide(self._room, number, actor, decision, content_hash, comment)

    async def decisions(self, broadcast: Broadcast) -> list[Approval]:
        """Return every decision about it, oldest first, those about earlier contents too."""
        return await approvals.all_of(self._room.database, broadcast.id)

    # -- running

    async def start(self, number: str, actor: Actor, at: datetime | None = None) -> Broadcast:
        """Let it begin now, or at its moment (see `running.start`)."""
        return await running.start(self._room, number, actor, at)

    async def begin_due(self) -> list[str]:
        """Begin those whose moment has come; return their numbers (see `running.begin_due`)."""
        return await running.begin_due(self._room)

    async def pause(self, number: str, actor: Actor) -> Broadcast:
        """Stop for the time being (see `running.pause`)."""
        return await running.pause(self._room, number, actor)

    async def resume(self, number: str, actor: Actor) -> Broadcast:
        """Go on where it was (see `running.resume`)."""
        return await running.resume(self._room, number, actor)

    async def cancel(self, number: str, actor: Actor) -> Broadcast:
        """Stop for good (see `running.cancel`)."""
        return await running.cancel(self._room, number, actor)

    # -- looking

    async def find(self, number: str, *, units: Sequence[str] | None = None) -> Broadcast | None:
        """Return a broadcast of one of the units (None: of any), or None."""
        return await broadcasts.find(self._room.database, number, units=units)

    async def search(
        self, units: Sequence[str] | None, state: str | None = None, before: int | None = None, limit: int = 50
    ) -> list[Broadcast]:
        """Return broadcasts of these units, newest first; `before` is the id below which they lie."""
        return await broadcasts.search(self._room.database, units=units, state=state, before=before, limit=limit)

    async def history(self, broadcast: Broadcast, *, limit: int = 200) -> list[Row]:
        """Return what was done with it, newest first."""
        return await audit.search(self._room.database, object=broadcast.number, limit=limit)

    async def status(self, number: str, *, units: Sequence[str] | None = None) -> Progress:
        """Return how far it has come; cheap enough for every second.

        Raises:
            BroadcastRefused: unknown.
        """
        return reporting.progress_of(await self._seen(number, units))

    async def report(self, number: str, *, units: Sequence[str] | None = None) -> Report:
        """Count what became of it; seconds for a million people.

        Raises:
            BroadcastRefused: unknown.
        """
        return await reporting.report(self._room.database, await self._seen(number, units))

    async def outcomes(
        self, number: str, after_ordinal: int = 0, limit: int = 100, *, units: Sequence[str] | None = None
    ) -> list[Outcome]:
        """Return recipients with what became of them, those after an ordinal.

        Raises:
            BroadcastRefused: unknown.
        """
        seen = await self._seen(number, units)
        return await reporting.outcomes(
            self._room.database, self._room.cipher, seen, after_ordinal=after_ordinal, limit=limit
        )

    async def outcomes_of_phone(self, number: str, phone: str, actor: Actor) -> list[Outcome]:
        """Return what became of one phone; each look is in the audit log (see `reporting.outcomes_of_phone`)."""
        return await reporting.outcomes_of_phone(self._room, number, phone, actor)

    async def _seen(self, number: str, units: Sequence[str] | None) -> Broadcast:
        found = await self.find(number, units=units)
        if found is None:
            refuse("unknown")
        return found
