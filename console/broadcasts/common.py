"""What the pages about broadcasts share: the broadcast of a path, what an officer may do with it, and its refusals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from aiohttp import web

from console.broadcasts.office import OFFICE, Office
from console.broadcasts.refusals import raise_for, say
from console.deeds import deed
from console.errors import NotFound
from console.live import stream
from console.permissions import Permission
from console.rendering import flash, render
from console.sessions import address_of
from console.visitor import Visitor, visitor_of
from storage.audit import Entry
from storage.broadcasts import OPEN, Broadcast, BroadcastRefused

PREFIX: Final = "/broadcasts"
ROOT: Final = "/console/broadcasts"
NUMBER: Final = "/{number}"
"""The part of an address that names a broadcast; addresses with names of their own are declared before."""
STOPPABLE: Final = frozenset({"preparing", "canary", "sending"})
STOPPED: Final = frozenset({"paused", "halted"})
FINAL: Final = frozenset({"done", "cancelled"})
T = TypeVar("T")


def office_of(request: web.Request) -> Office:
    """Return the desk, whose deeds carry the request's address, and its facts."""
    office = request.config_dict[OFFICE]
    return replace(office, desk=office.desk.at(address_of(request)))


def address(broadcast: Broadcast | str, step: str = "") -> str:
    """Return the address of a broadcast's page, or of a step of it."""
    number = broadcast if isinstance(broadcast, str) else broadcast.number
    return f"{ROOT}/{number}{step}"


async def find(request: web.Request) -> Broadcast:
    """Return the broadcast of the path; raises NotFound when there is none in the officer's units."""
    units = visitor_of(request).units(Permission.SEE_BROADCASTS)
    found = await office_of(request).desk.find(request.match_info["number"], units=units)
    if found is None:
        raise NotFound
    return found


async def attempt(request: web.Request, broadcast: Broadcast, work: Awaitable[T], step: str = "") -> T:
    """Do what the desk may refuse; a refusal is told on the broadcast's page (or that `step` of it), or on its own."""
    try:
        return await work
    except BroadcastRefused as refused:
        raise_for(refused)
        flash(request, "bad", "broadcasts.flash.refused", text=say(request, refused.word, refused.values))
        raise web.HTTPSeeOther(address(broadcast, step)) from refused


async def live_part(
    request: web.Request,
    template: str,
    context: Callable[[web.Request, Broadcast], Awaitable[Mapping[str, Any]]],
    *,
    every_seconds: float,
) -> web.StreamResponse:
    """Send a part of a broadcast's page again whenever it has changed.

    Whoever loses the unit's role meanwhile is sent nothing more of it.
    """
    await find(request)

    async def fragment() -> str:
        try:
            broadcast = await find(request)
        except NotFound:
            return ""
        return render(request, template, **await context(request, broadcast))

    return await stream(request, fragment, permission=Permission.SEE_BROADCASTS, every_seconds=every_seconds)


def entry(request: web.Request, verb: str, broadcast: Broadcast, **detail: Any) -> Entry:
    """Return what the audit log keeps of a look that the desk does not write down itself."""
    return deed(request, f"broadcast.{verb}", broadcast.number, broadcast.unit, **detail)


@dataclass(frozen=True, slots=True)
class Able:
    """What an officer can do with a broadcast now: which buttons there are. The desk judges again."""

    edit: bool
    estimate: bool
    preview: bool
    test: bool
    submit: bool
    decide: bool
    start: bool
    pause: bool
    resume: bool
    cancel: bool


def able(visitor: Visitor, broadcast: Broadcast) -> Able:
    """Return what an officer can do with a broadcast; pure."""
    unit, state = broadcast.unit, broadcast.state
    writes = visitor.may(Permission.WRITE_BROADCASTS, unit)
    approves = visitor.may(Permission.APPROVE_BROADCASTS, unit)
    stops = writes or approves or visitor.may(Permission.ADMINISTER, unit)
    is_own = visitor.officer.login in (broadcast.author, *broadcast.authors)
    return Able(
        edit=writes and state in OPEN,
        estimate=stops and state == "draft",
        preview=stops,
        test=writes and state in OPEN,
        submit=writes and state == "draft",
        decide=approves and state == "submitted" and not is_own,
        start=(writes or approves) and state == "approved",
        pause=stops and state in STOPPABLE,
        resume=(writes or approves) and state in STOPPED,
        cancel=stops and state not in FINAL,
    )
