"""Finding a ticket for whoever asks, and all that its page shows."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from console.answering import ANSWERING
from console.colleagues import names_of_officers
from console.deeds import deed
from console.desk import DESK
from console.errors import NotFound
from console.permissions import Permission
from console.rendering import page
from console.tickets.deadlines import Step, next_step
from console.visitor import visitor_of
from dossiers.masking import contains_personal_number, redact
from storage import talks, ticket_desk
from storage.audit import Entry
from storage.ticket_desk import DeskTicket

ROOT: Final = "/console/tickets"
DECISIONS: Final = ("resolve", "ask", "refuse")


@dataclass(frozen=True, slots=True)
class Draft:
    """What an officer has typed, and what is wrong with it: (field, message)."""

    text: str = ""
    decision: str = DECISIONS[0]
    errors: Sequence[tuple[str, str]] = ()


async def find_ticket(request: web.Request, permission: Permission = Permission.SEE_TALKS) -> DeskTicket:
    """Return the ticket that the address names.

    Raises:
        NotFound: there is none, or it belongs to others.
        Forbidden: it may be seen, but not acted on.
    """
    desk = request.config_dict[DESK]
    found = await ticket_desk.find(desk.database, desk.cipher, request.match_info["number"])
    if found is None:
        raise NotFound
    visitor_of(request).require(permission, found.unit_code, sees=Permission.SEE_TALKS)
    return found


def entry_of(request: web.Request, action: str, found: DeskTicket, **detail: Any) -> Entry:
    """Return what the audit log is told of an action on a ticket."""
    return deed(request, action, found.ticket.number, found.unit_code, **detail)


def step_of(request: web.Request, found: DeskTicket) -> Step | None:
    """Return what is to be done next about a ticket."""
    answering = request.config_dict[ANSWERING]
    return next_step(found, terms=answering.terms, publish_by=answering.publish_by)


async def show_ticket(
    request: web.Request,
    found: DeskTicket,
    *,
    draft: Draft | None = None,
    status: int = 200,
    is_revealed: bool = False,
) -> web.Response:
    """Return the page of a ticket, with what was typed."""
    desk, visitor, answering = request.config_dict[DESK], visitor_of(request), request.config_dict[ANSWERING]
    ticket, login = found.ticket, visitor_of(request).officer.login
    names = await names_of_officers(request)
    may_talk = visitor.may(Permission.TALK, found.unit_code)
    texts = [text for text in (ticket.text, ticket.answer, *_questions(found)) if text]
    sees_dossier = found.dossier_unit is not None and visitor.may(Permission.SEE_DOSSIERS, found.dossier_unit)
    return page(
        request,
        "tickets/ticket.html.j2",
        status=status,
        found=found,
        ticket=ticket,
        draft=draft or Draft(),
        shown=(lambda text: text) if is_revealed else _hidden,
        hides_numbers=not is_revealed and any(contains_personal_number(text) for text in texts),
        step=step_of(request, found),
        terms=answering.terms(ticket.created_at) if ticket.kind == "feedback" and ticket.due_at else None,
        done_by=_moment(found.details.get("done_by")),
        asked=[(_moment(one.get("at")), one.get("text", "")) for one in found.details.get("asked", ())],
        is_refused=found.details.get("decision") == "refused",
        photos=await ticket_desk.count_photos(desk.database, ticket.id),
        told=await ticket_desk.told(desk.database, ticket.id),
        holder=names.get(ticket.officer or "", ticket.officer),
        is_mine=ticket.officer == login,
        may_talk=may_talk,
        may_answer=may_talk and ticket.is_open and ticket.officer in (None, login),
        may_administer=visitor.may_somewhere(Permission.ADMINISTER),
        dossier_code=found.dossier_code if sees_dossier else None,
        units=[(unit, unit) for unit in await talks.answering_units(desk.database)] if may_talk else [],
        form_id=secrets.token_urlsafe(16),
        max_chars=1800,
        root=ROOT,
    )


def _questions(found: DeskTicket) -> list[str]:
    return [str(one.get("text", "")) for one in found.details.get("asked", ())]


def _hidden(text: str | None) -> str | None:
    return None if text is None else redact(text)


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
