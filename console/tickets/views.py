"""Feedback and data requests: the list by what is due first, a ticket, and what officers do with it."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from console.colleagues import names_of_officers
from console.desk import DESK
from console.errors import NotFound
from console.fields import read_id, typed
from console.permissions import Permission
from console.pictures import send_picture
from console.rendering import flash, page, words_of
from console.tickets import acts
from console.tickets.deadlines import Step, soonest_first
from console.tickets.desk import DECISIONS, ROOT, Draft, entry_of, find_ticket, show_ticket, step_of
from console.views import Views
from console.visitor import visitor_of
from storage import audit, talks, ticket_desk, tickets
from storage.ticket_answers import Answered
from storage.ticket_desk import ENDED, OPEN, DeskTicket

views = Views("/tickets")
KINDS: Final = ("feedback", "data")
TOPICS: Final = ("complaint", "petition", "praise", "export", "erase", "withdrew")
STATES: Final = ("due", "mine", "open", "claimed", "unpublished", "ended")
MAX_OPEN: Final = 500
PAGE: Final = 50
MAX_PHOTOS: Final = 999


@views.get("", permission=Permission.SEE_TALKS)
async def list_tickets(request: web.Request) -> web.StreamResponse:
    """Show tickets by what is due first, or those that have ended."""
    wanted = _wanted(request)
    found = await _search(request, wanted)
    limit = PAGE if wanted["state"] == "ended" else MAX_OPEN
    desk, visitor = request.config_dict[DESK], visitor_of(request)
    rows: list[tuple[DeskTicket, Step | None]] = [(one, step_of(request, one)) for one in found[:limit]]
    names = await names_of_officers(request)
    return page(
        request,
        "tickets/list.html.j2",
        rows=rows if wanted["state"] == "ended" else soonest_first(rows),
        wanted=wanted,
        kinds=KINDS,
        topics=TOPICS,
        states=STATES,
        units=await ticket_desk.units_with_tickets(desk.database, visitor.units(Permission.SEE_TALKS)),
        more=found[limit - 1].ticket.id if len(found) > limit else None,
        holders={one.ticket.number: names.get(one.ticket.officer or "", one.ticket.officer) for one in found},
        root=ROOT,
    )


def _wanted(request: web.Request) -> dict[str, str]:
    """Return the filters of the address; what makes no sense is left out."""
    query = request.query
    return {
        "state": query["state"] if query.get("state") in STATES else STATES[0],
        "kind": query["kind"] if query.get("kind") in KINDS else "",
        "topic": query["topic"] if query.get("topic") in TOPICS else "",
        "unit": query.get("unit", "")[:60],
        "before": query["before"] if read_id(query.get("before", "")) is not None else "",
    }


async def _search(request: web.Request, wanted: dict[str, str]) -> list[DeskTicket]:
    desk, visitor, state = request.config_dict[DESK], visitor_of(request), wanted["state"]
    by_state: dict[str, dict[str, Any]] = {
        "due": {"states": OPEN},
        "mine": {"states": OPEN, "officer": visitor.officer.login},
        "open": {"states": OPEN[:1]},
        "claimed": {"states": OPEN[1:]},
        "unpublished": {"states": ENDED[:1], "is_unpublished": True},
        "ended": {"states": ENDED, "before": int(wanted["before"]) if wanted["before"] else None},
    }
    return await ticket_desk.search(
        desk.database,
        desk.cipher,
        units=visitor.units(Permission.SEE_TALKS),
        kind=wanted["kind"] or None,
        topic=wanted["topic"] or None,
        unit=wanted["unit"] or None,
        limit=(PAGE if state == "ended" else MAX_OPEN) + 1,
        **by_state[state],
    )


@views.get("/{number}", permission=Permission.SEE_TALKS)
async def show(request: web.Request) -> web.StreamResponse:
    """Show a ticket."""
    return await show_ticket(request, await find_ticket(request))


@views.post("/{number}/reveal", permission=Permission.TALK)
async def reveal(request: web.Request) -> web.StreamResponse:
    """Show the numbers in a ticket; who looked is kept."""
    found = await find_ticket(request, Permission.TALK)
    await audit.note(request.config_dict[DESK].database, entry_of(request, "ticket.reveal", found))
    return await show_ticket(request, found, is_revealed=True)


@views.get("/{number}/photos/{position}", permission=Permission.SEE_TALKS)
async def photo(request: web.Request) -> web.StreamResponse:
    """Send a picture of a ticket."""
    found, desk, position = (
        await find_ticket(request),
        request.config_dict[DESK],
        read_id(request.match_info["position"]),
    )
    if position is None or not 1 <= position <= MAX_PHOTOS:
        raise NotFound
    kept = await ticket_desk.photo(desk.database, desk.cipher, found.ticket.id, position)
    if kept is None:
        raise NotFound
    # People send pictures of their identity cards: a look at one is like a look at a number.
    await audit.note(desk.database, entry_of(request, "ticket.photo", found, position=position))
    return send_picture(kept.content, kept.kind, f"{found.ticket.number}-{position}")


@views.post("/{number}/claim", permission=Permission.TALK)
async def claim(request: web.Request) -> web.StreamResponse:
    """Take a ticket that nobody has; who comes second is told who was first."""
    found = await find_ticket(request, Permission.TALK)
    number, login = found.ticket.number, visitor_of(request).officer.login
    entry = entry_of(request, "ticket.claim", found)
    if await tickets.claim(request.config_dict[DESK].database, number, officer=login, entry=entry):
        flash(request, "ok", "tickets.flash.claimed", number=number)
    else:
        await _say_who(request)
    raise web.HTTPSeeOther(f"{ROOT}/{number}")


@views.post("/{number}/take-over", permission=Permission.TALK)
async def take_over(request: web.Request) -> web.StreamResponse:
    """Take a ticket from an officer who is not there."""
    found = await find_ticket(request, Permission.TALK)
    ticket, login, holder = found.ticket, visitor_of(request).officer.login, typed(request, "holder")
    entry = entry_of(request, "ticket.take_over", found, holder=holder)
    if holder and await ticket_desk.take_over(
        request.config_dict[DESK].database, ticket.number, officer=login, holder=holder, entry=entry
    ):
        flash(request, "ok", "tickets.flash.claimed", number=ticket.number)
    else:
        await _say_who(request)
    raise web.HTTPSeeOther(f"{ROOT}/{ticket.number}")


async def _say_who(request: web.Request) -> None:
    """Say on the next page why something was not done."""
    found = await find_ticket(request)
    if not found.ticket.is_open:
        flash(request, "note", "tickets.flash.ended", number=found.ticket.number)
        return
    names = await names_of_officers(request)
    holder = names.get(found.ticket.officer or "", found.ticket.officer or "–")
    flash(request, "note", "tickets.flash.taken", number=found.ticket.number, name=holder)


@views.post("/{number}/answer", permission=Permission.TALK)
async def answer(request: web.Request) -> web.StreamResponse:
    """Answer, refuse, or ask for more; the words go into the chat where that is possible."""
    found = await find_ticket(request, Permission.TALK)
    decision, text = typed(request, "decision"), typed(request, "text")
    kept = decision if decision in DECISIONS else DECISIONS[0]
    if wrong := acts.check(request, found, decision, text):
        return await show_ticket(request, found, draft=Draft(text, kept, wrong), status=422)
    given = await acts.give(request, found, decision, text)
    if given is None:
        return await _not_given(request, text, kept)
    _say_given(request, found, decision, given)
    raise web.HTTPSeeOther(f"{ROOT}/{found.ticket.number}")


async def _not_given(request: web.Request, text: str, decision: str) -> web.Response:
    """Return the page as it is now: somebody was first, or it is the same form once more."""
    found, visitor, t = await find_ticket(request, Permission.TALK), visitor_of(request), words_of(request)
    same = acts.full_text(found, decision, text)
    if (
        found.ticket.state == "answered"
        and found.ticket.officer == visitor.officer.login
        and found.ticket.answer == same
    ):
        flash(request, "note", "tickets.flash.done_already", number=found.ticket.number)
        raise web.HTTPSeeOther(f"{ROOT}/{found.ticket.number}")
    wrong = [("text", t("tickets.errors.not_given"))]
    return await show_ticket(request, found, draft=Draft(text, decision, wrong), status=422)


def _say_given(request: web.Request, found: DeskTicket, decision: str, given: Answered) -> None:
    word = {"resolve": "answered", "ask": "asked", "refuse": "refused"}[decision]
    flash(request, "ok", f"tickets.flash.{word}", number=found.ticket.number)
    if given.is_told:
        flash(request, "ok", "tickets.flash.told")
    else:
        flash(request, "note", f"tickets.untold.{given.why_not.value if given.why_not else 'nobody'}")


@views.post("/{number}/published", permission=Permission.TALK)
async def publish(request: web.Request) -> web.StreamResponse:
    """Note that an answer was made public."""
    found = await find_ticket(request, Permission.TALK)
    number, entry = found.ticket.number, entry_of(request, "ticket.publish", found)
    done = await ticket_desk.publish(request.config_dict[DESK].database, number, entry=entry)
    flash(request, "ok" if done else "note", f"tickets.flash.{'published' if done else 'not_published'}", number=number)
    raise web.HTTPSeeOther(f"{ROOT}/{number}")


@views.post("/{number}/unit", permission=Permission.TALK)
async def move(request: web.Request) -> web.StreamResponse:
    """Put a ticket before the officers of another unit."""
    found, database = await find_ticket(request, Permission.TALK), request.config_dict[DESK].database
    number, unit = found.ticket.number, typed(request, "unit")
    if unit not in await talks.answering_units(database):
        raise NotFound
    entry = entry_of(request, "ticket.move", found, to=unit)
    if await ticket_desk.move(database, number, officer=visitor_of(request).officer.login, unit=unit, entry=entry):
        flash(request, "ok", "tickets.flash.moved", number=number, unit=unit)
    else:
        await _say_who(request)
    raise web.HTTPSeeOther(ROOT)
