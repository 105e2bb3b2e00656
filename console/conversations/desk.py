"""Finding a talk for whoever asks, and all that its page shows."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from console.answering import ANSWERING
from console.colleagues import names_of_officers
from console.conversations import timeline, window
from console.deeds import deed
from console.desk import DESK
from console.errors import ConsoleError, NotFound
from console.permissions import Permission
from console.rendering import page, render, words_of
from console.visitor import visitor_of
from storage import canned, talks
from storage.audit import Entry
from storage.chat_window import MAX_TEXT_CHARS
from storage.talks import Talk

ROOT: Final = "/console/conversations"


class Gone(ConsoleError):
    """Its citizen was erased meanwhile: nothing of the talk is kept."""

    status = 404
    word = "conversations.errors.gone"


@dataclass(frozen=True, slots=True)
class Draft:
    """What an officer has typed, and what is wrong with it: (field, message)."""

    text: str = ""
    summary: str = ""
    note: str = ""
    errors: Sequence[tuple[str, str]] = ()


async def find_talk(request: web.Request, permission: Permission = Permission.SEE_TALKS) -> Talk:
    """Return the talk that the address names.

    Raises:
        NotFound: there is none, or it belongs to others.
        Forbidden: it may be seen, but not acted on.
        Gone: its citizen was erased.
    """
    database, visitor = request.config_dict[DESK].database, visitor_of(request)
    number = request.match_info["number"]
    talk = await talks.find(database, number)
    if talk is None:
        unit = await talks.gone(database, number)
        if unit is not None and visitor.may(Permission.SEE_TALKS, unit[0]):
            raise Gone
        raise NotFound
    visitor.require(permission, talk.unit, sees=Permission.SEE_TALKS)
    return talk


def entry_of(request: web.Request, action: str, talk: Talk, **detail: Any) -> Entry:
    """Return what the audit log is told of an action on a talk."""
    return deed(request, action, talk.handover.number, talk.unit, **detail)


async def show_talk(
    request: web.Request, talk: Talk, *, draft: Draft | None = None, status: int = 200, is_revealed: bool = False
) -> web.Response:
    """Return the page of a talk, with what was typed."""
    desk, visitor, handover = request.config_dict[DESK], visitor_of(request), talk.handover
    live_part = await _live_part(request, talk, is_revealed=is_revealed)
    may_talk = live_part["may_talk"]
    sees_dossier = talk.dossier_unit is not None and visitor.may(Permission.SEE_DOSSIERS, talk.dossier_unit)
    return page(
        request,
        "conversations/talk.html.j2",
        status=status,
        draft=draft or Draft(),
        is_live=handover.is_open and not is_revealed,
        dossier_code=talk.dossier_code if sees_dossier else None,
        canned=await _canned_options(request) if may_talk else [],
        units=[(unit, unit) for unit in await talks.answering_units(desk.database)] if may_talk else [],
        form_id=secrets.token_urlsafe(16),
        max_chars=max_answer_chars(request, handover.language),
        **live_part,
    )


async def render_live(request: web.Request) -> str:
    """Return what changes by itself on a talk's page; words of goodbye when it may not be seen any more."""
    try:
        talk = await find_talk(request)
    except ConsoleError as error:
        return render(request, "conversations/_gone.html.j2", message=words_of(request)(error.word))
    return render(request, "conversations/_talk.html.j2", **await _live_part(request, talk))


async def _live_part(request: web.Request, talk: Talk, *, is_revealed: bool = False) -> dict[str, Any]:
    desk, visitor, answering = request.config_dict[DESK], visitor_of(request), request.config_dict[ANSWERING]
    handover = talk.handover
    names = await names_of_officers(request)
    lines = await talks.lines(desk.database, desk.cipher, handover)
    unsent = await talks.unsent(desk.database, desk.cipher, handover.id)
    standing = await talks.standing(desk.database, handover, rules=answering.rules, now=desk.now())
    return {
        "talk": talk,
        "handover": handover,
        "items": timeline.build(lines, unsent, names=names, is_revealed=is_revealed),
        "hides_numbers": not is_revealed and timeline.hides_numbers(lines, unsent),
        "window": window.describe(standing, pays=answering.rules.pays, now=desk.now()),
        "is_mine": handover.state == "claimed" and handover.officer == visitor.officer.login,
        "holder": names.get(handover.officer or "", handover.officer),
        "may_talk": visitor.may(Permission.TALK, talk.unit),
        "root": ROOT,
    }


async def _canned_options(request: web.Request) -> list[tuple[int, str]]:
    units = visitor_of(request).units(Permission.TALK)
    return [(one.id, one.title) for one in await canned.search(request.config_dict[DESK].database, units=units)]


def max_answer_chars(request: web.Request, language: str) -> int:
    """Return how long an answer may be: what is put before it counts."""
    return MAX_TEXT_CHARS - len(request.config_dict[ANSWERING].said(language, ""))
