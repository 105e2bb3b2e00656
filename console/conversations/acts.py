"""What officers do in a talk: the storage's functions with this city's words, rules and the audit log."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from console.answering import ANSWERING
from console.conversations.desk import entry_of, max_answer_chars
from console.desk import DESK
from console.fields import typed
from console.permissions import Permission
from console.rendering import words_of
from console.visitor import visitor_of
from console.words import LANGUAGES, translator
from dossiers.masking import contains_personal_number
from storage import audit, canned, handovers, talks
from storage.chat_window import MAX_TEXT_CHARS, Refusal
from storage.handovers import Ending, Handover
from storage.talks import Talk


async def claim(request: web.Request, talk: Talk) -> Handover | None:
    """Take a talk; return it as `storage.handovers.claim` does."""
    desk = request.config_dict[DESK]
    return await handovers.claim(
        desk.database,
        desk.cipher,
        talk.handover.number,
        officer=visitor_of(request).officer.login,
        announcement=await _if_open(request, talk, request.config_dict[ANSWERING].joined()),
        unit=talk.unit,
        entry=entry_of(request, "conversation.claim", talk),
    )


async def say(request: web.Request, talk: Talk, text: str) -> str | None:
    """Say something; return what is wrong, in words, or None when it is on its way."""
    t, desk, answering = words_of(request), request.config_dict[DESK], request.config_dict[ANSWERING]
    if not text:
        return t("conversations.errors.empty")
    number, form = talk.handover.number, typed(request, "form")[:64]
    outcome = await handovers.say(
        desk.database,
        desk.cipher,
        number,
        officer=visitor_of(request).officer.login,
        text=answering.said(talk.handover.language, text),
        rules=answering.rules,
        now=desk.now(),
        form=form or None,
        entry=entry_of(request, "conversation.say", talk, chars=len(text)),
    )
    if isinstance(outcome, Refusal):
        limit = max_answer_chars(request, talk.handover.language)
        return t(f"conversations.refusal.{outcome.value}", limit=limit, chars=len(text))
    return None


async def with_canned(request: web.Request, text: str) -> str:
    """Return what was typed with the chosen short answer after it."""
    chosen = typed(request, "canned")
    units = visitor_of(request).units(Permission.TALK)
    found = [
        one for one in await canned.search(request.config_dict[DESK].database, units=units) if str(one.id) == chosen
    ]
    return "\n".join(part for part in (text, *(one.text for one in found)) if part)


async def with_earlier(request: web.Request, talk: Talk, text: str) -> str:
    """Return what was typed with an earlier message after it that failed, or of which nobody knows whether it went out.

    It has the words around it already, so they are taken off again. Numbers in it are shown, and so that is kept.
    """
    desk, chosen = request.config_dict[DESK], typed(request, "message")
    before, _, after = request.config_dict[ANSWERING].said(talk.handover.language, "\0").partition("\0")
    for one in await talks.unsent(desk.database, desk.cipher, talk.handover.id):
        if str(one.id) == chosen and one.officer is not None and one.text is not None:
            if contains_personal_number(one.text):
                await audit.note(desk.database, entry_of(request, "conversation.reveal", talk, message=one.id))
            return "\n".join(part for part in (text, one.text.removeprefix(before).removesuffix(after)) if part)
    return text


def check_closing(request: web.Request, summary: str, note: str) -> list[tuple[str, str]]:
    """Return what is wrong with the words at the end of a talk: (field, message)."""
    t, wrong = words_of(request), []
    if not summary:
        wrong.append(("summary", t("conversations.errors.no_summary")))
    if len(summary) > MAX_TEXT_CHARS:
        wrong.append(("summary", t("conversations.errors.long_summary", limit=MAX_TEXT_CHARS, chars=len(summary))))
    limit = max_note_chars(request)
    if len(note) > limit:
        wrong.append(("note", t("conversations.errors.long_summary", limit=limit, chars=len(note))))
    return wrong


def max_note_chars(request: web.Request) -> int:
    """Return how long a note to the citizen may be, so that the whole fits into one message."""
    around = request.config_dict[ANSWERING].ended("").values()
    return MAX_TEXT_CHARS - max(len(text) for text in around)


async def end(request: web.Request, talk: Talk, *, summary: str | None, note: str | None, action: str) -> bool | None:
    """End one's own talk; return whether the citizen is told, None when it is not one's own any more."""
    desk = request.config_dict[DESK]
    told = await _if_open(request, talk, request.config_dict[ANSWERING].ended(note or None))
    is_ended = await handovers.close(
        desk.database,
        desk.cipher,
        talk.handover.id,
        ending=Ending.BY_OFFICER,
        summary=summary,
        announcement=told,
        officer=visitor_of(request).officer.login,
        entry=entry_of(request, action, talk, is_told=told is not None),
    )
    return told is not None if is_ended else None


async def release(request: web.Request, talk: Talk, unit: str | None) -> bool:
    """Put a talk back into the queue; False when another officer has it, or it has ended."""
    desk = request.config_dict[DESK]
    words = {language: translator(language)("conversations.citizen.passed_on") for language in LANGUAGES}
    return await handovers.release(
        desk.database,
        desk.cipher,
        talk.handover.number,
        officer=visitor_of(request).officer.login,
        unit=unit,
        announcement=await _if_open(request, talk, words),
        entry=entry_of(request, "conversation.release", talk, to=unit),
    )


async def _if_open(request: web.Request, talk: Talk, words: Mapping[str, str]) -> Mapping[str, str] | None:
    """Return the words, or None where the window takes none: the rules hold for our own words too."""
    desk, rules = request.config_dict[DESK], request.config_dict[ANSWERING].rules
    standing = await talks.standing(desk.database, talk.handover, rules=rules, now=desk.now())
    return None if standing.refusal is not None else words
