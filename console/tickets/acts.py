"""Answering a ticket: resolved, refused, or asked for more; with the citizens' words and the audit log."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from console.answering import ANSWERING
from console.desk import DESK
from console.fields import typed
from console.rendering import words_of
from console.tickets.desk import DECISIONS, entry_of
from console.visitor import visitor_of
from console.words import LANGUAGES, translator
from storage import ticket_answers
from storage.chat_window import MAX_TEXT_CHARS
from storage.ticket_answers import Answered, Decision
from storage.ticket_desk import DeskTicket


def citizens_words(key: str) -> Mapping[str, str]:
    """Return words for citizens by language, with their places still open."""
    return {language: translator(language)(f"tickets.citizen.{key}") for language in LANGUAGES}


def full_text(found: DeskTicket, decision: str, text: str) -> str:
    """Return an answer as its sender reads it: what it is, in their language, and the officer's words."""
    if decision == DECISIONS[0]:
        return text
    words = citizens_words("asked" if decision == "ask" else "refused")
    return words.get(found.language or "vi", words["vi"]).format(text=text)


def check(request: web.Request, found: DeskTicket, decision: str, text: str) -> list[tuple[str, str]]:
    """Return what is wrong with an answer: (field, message)."""
    t = words_of(request)
    if decision not in DECISIONS or (found.ticket.kind == "data" and decision != DECISIONS[0]):
        return [("decision", t("tickets.errors.decision"))]
    if not text:
        return [("text", t("tickets.errors.empty"))]
    most = MAX_TEXT_CHARS - (len(full_text(found, decision, "")))
    if len(text) > most:
        return [("text", t("tickets.errors.too_long", limit=most, chars=len(text)))]
    return []


async def give(request: web.Request, found: DeskTicket, decision: str, text: str) -> Answered | None:
    """Give an answer or ask for more; None when it has ended, or another officer has it."""
    desk, answering = request.config_dict[DESK], request.config_dict[ANSWERING]
    login, number, said = visitor_of(request).officer.login, found.ticket.number, full_text(found, decision, text)
    if decision == "ask":
        return await ticket_answers.ask_more(
            desk.database,
            desk.cipher,
            number,
            officer=login,
            text=said,
            words=citizens_words("asked_notice"),
            rules=answering.rules,
            now=desk.now(),
            form=typed(request, "form")[:64],
            entry=entry_of(request, "ticket.ask", found, chars=len(text)),
        )
    is_refused = decision == "refuse"
    return await ticket_answers.give(
        desk.database,
        desk.cipher,
        number,
        officer=login,
        text=said,
        words=answering.answered(),
        rules=answering.rules,
        now=desk.now(),
        is_own=True,
        decision=Decision.REFUSED if is_refused else Decision.RESOLVED,
        entry=entry_of(request, "ticket.refuse" if is_refused else "ticket.answer", found, chars=len(text)),
    )
