"""Feedback: what it is about, pictures, one confirmation, a number; and where one's own tickets stand."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from bot.answers import Choice, Option
from bot.context import Context
from bot.feedback.photos import Kept, keep_photos
from bot.feedback.reading import (
    Topic,
    asks_for_state,
    find_topic,
    has_substance,
    is_plain_question,
    says_no,
    says_yes,
)
from bot.router import PASS, Passed, Router
from bot.texts.feedback import FeedbackWords, words_of
from bot.understanding import Label
from bot.updates import UpdateKind
from dossiers.text import fold
from storage import dossiers, outgoing, tickets
from storage.dossiers import Dossier
from storage.tickets import NewTicket, Ticket

router = Router("feedback")

MAX_TEXT_CHARS: Final = 3000
"""Of one ticket; what a person writes in two long messages."""
MAX_QUOTED_CHARS: Final = 300
MAX_OWN_DOSSIERS: Final = 50
MAX_OFFERED_DOSSIERS: Final = 2
SURE: Final = 0.85
"""From here on a message in the middle of it is taken for another wish."""
OTHER_WISHES: Final = frozenset(
    {
        Label.TALK_TO_OFFICER,
        Label.LIST_DOSSIERS,
        Label.STOP_NOTIFICATIONS,
        Label.DELETE_DATA,
        Label.HELP,
        Label.LINK_DOSSIER,
    }
)
QUESTIONS: Final = frozenset(
    {Label.DOSSIER_STATUS, Label.WHERE_WHEN, Label.PROCEDURE_PAPERS, Label.FEE, Label.POSTAL_DELIVERY}
)
QUESTIONS_BESIDE_A_DRAFT: Final = frozenset({Label.DOSSIER_STATUS, Label.WHERE_WHEN})
"""Answered while a draft waits; the others remember a procedure in its place."""
SURE_OF_A_QUESTION: Final = 0.9


class Feedback(StrEnum):
    """Where the writing of feedback stands."""

    TEXT = "feedback.text"
    CONFIRM = "feedback.confirm"


@router.intent(Label.FEEDBACK)
async def begin(context: Context) -> Passed | None:
    """Take what the first message tells, or ask; a question about one's own ticket is another matter."""
    if asks_for_state(context.text):
        return PASS
    await _begin(context, context.text if has_substance(context.text) else "")
    return None


@router.command("feedback")
async def begin_by_button(context: Context, argument: str) -> None:
    """As `begin`, with words or without."""
    await _begin(context, argument if has_substance(argument) else "")


async def _begin(context: Context, text: str) -> None:
    await tickets.drop_loose_photos(context.database, context.citizen.id)
    if text:
        await _confirm(context, await _draft(context, text))
        return
    context.go(Feedback.TEXT)
    await context.answer(words_of(context.language).ask, _stop_button(context))


@router.state(Feedback.TEXT)
async def take_text(context: Context) -> Passed | None:
    """Take the words, or let another wish have its way."""
    if says_no(context.text):
        await stop(context, "")
        return None
    if await _is_something_else(context):
        return PASS
    await _confirm(context, await _draft(context, context.text))
    return None


@router.state(Feedback.CONFIRM)
async def take_decision(context: Context) -> Passed | None:
    """Send, drop, or add what is written."""
    if says_yes(context.text):
        await send(context, "")
        return None
    if says_no(context.text):
        await stop(context, "")
        return None
    if await _is_something_else(context):
        return PASS
    draft = dict(context.standing.data)
    draft["text"] = f"{draft.get('text', '')}\n{context.text}".strip()[:MAX_TEXT_CHARS]
    await _confirm(context, draft)
    return None


@router.state(Feedback.TEXT, kinds=(UpdateKind.PHOTO,))
@router.state(Feedback.CONFIRM, kinds=(UpdateKind.PHOTO,))
async def take_photos(context: Context) -> None:
    """Keep pictures for the ticket; a caption is part of the words."""
    words, draft = words_of(context.language), dict(context.standing.data)
    for kept in dict.fromkeys(await keep_photos(context)):
        if kept is not Kept.KEPT:
            await context.answer(_explain(kept, words, context.services.config.tickets.max_photos))
    if context.text:
        draft = await _draft(context, f"{draft.get('text', '')}\n{context.text}".strip(), draft)
    if draft.get("text"):
        await _confirm(context, draft)
        return
    photos = await tickets.count_loose_photos(context.database, context.citizen.id)
    if photos:
        await context.answer(words.ask_words.format(photos=photos), _stop_button(context))


@router.command("feedback_about")
async def choose_dossier(context: Context, argument: str) -> None:
    """Say which of one's own dossiers it is about."""
    draft = dict(context.standing.data)
    found = [one for one in await _own_dossiers(context) if argument in (str(one.id), one.code)]
    if not draft.get("text"):
        await begin_by_button(context, "")
        return
    if found:
        draft |= _about(found[0])
    await _confirm(context, draft)


@router.command("feedback_again")
async def write_again(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Ask for other words."""
    context.go(Feedback.TEXT)
    await context.answer(words_of(context.language).ask_again, _stop_button(context))


@router.command("feedback_stop")
async def stop(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Drop what was written."""
    await tickets.drop_loose_photos(context.database, context.citizen.id)
    context.leave()
    await context.answer(words_of(context.language).stopped)


@router.command("feedback_send")
async def send(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Open the ticket, tell the one-stop system, and say the number and what is promised."""
    draft = context.standing.data
    if context.standing.state != Feedback.CONFIRM or not draft.get("text"):
        # Worked on again, and the state is lost: it may be open already.
        opened = await tickets.of_entry(context.database, context.services.cipher, context.entry_id)
        if opened is not None:
            await context.answer(_say_sent(context, opened))
            return
        words = words_of(context.language)
        await context.answer(words.nothing_to_send, Choice(words.new, "#feedback"))
        return
    ticket = await _open(context, draft)
    context.leave()
    see = words_of(context.language).see.format(number=ticket.number)
    await context.answer(_say_sent(context, ticket), Choice(see, f"#ticket {ticket.number}"))


async def _open(context: Context, draft: Mapping[str, Any]) -> Ticket:
    services, citizen_id = context.services, context.citizen.id
    topic = Topic(draft["topic"])
    now = context.now.astimezone(services.config.zone)
    due_at = (
        None if topic is Topic.PRAISE else services.config.tickets.due_after(now, services.config.tickets.resolve_days)
    )
    new = NewTicket(
        kind="feedback",
        citizen_id=citizen_id,
        entry_id=context.entry_id,
        topic=topic.value,
        text=draft["text"],
        unit=draft.get("unit"),
        dossier_id=draft.get("dossier_id"),
        due_at=due_at,
    )
    async with context.database.transaction() as connection:
        ticket, is_new = await tickets.open_ticket(connection, services.cipher, new)
        if is_new:
            photos = await tickets.attach_photos(connection, ticket.id, citizen_id=citizen_id)
            await outgoing.add(
                connection,
                services.cipher,
                type="hoso.ticket.opened",
                subject=ticket.number,
                data=_tell(ticket, draft, photos),
                entry_id=context.entry_id,
            )
    return ticket


def _tell(ticket: Ticket, draft: Mapping[str, Any], photos: int) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "kind": ticket.kind,
        "topic": ticket.topic,
        "text": ticket.text,
        "unit": ticket.unit,
        "dossier_code": draft.get("code"),
        "photos": photos,
        "opened_at": ticket.created_at.isoformat(),
        "due_at": None if ticket.due_at is None else ticket.due_at.isoformat(),
    }


def _say_sent(context: Context, ticket: Ticket) -> str:
    words, rules = words_of(context.language), context.services.config.tickets
    lines = [words.sent[ticket.topic or Topic.COMPLAINT].format(number=ticket.number)]
    if ticket.due_at is not None:
        now = context.now.astimezone(context.services.config.zone)
        refuse, due = rules.due_after(now, rules.refuse_days), ticket.due_at
        lines.append(
            words.promise.format(
                refuse=words.format_moment(refuse),
                supplement_days=rules.supplement_days,
                due=words.format_moment(due),
            )
        )
    lines.append(words.how_to_ask.format(number=ticket.number))
    return "\n".join(lines)


async def _draft(context: Context, text: str, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a draft: the words, their kind, and what they name of our own."""
    draft: dict[str, Any] = {**(before or {}), "text": text[:MAX_TEXT_CHARS], "topic": find_topic(text).value}
    meaning = context.meaning
    if meaning is None:
        return draft
    if meaning.entities.dossier_codes:
        codes = set(meaning.entities.dossier_codes)
        found = [one for one in await _own_dossiers(context) if one.code in codes]
        if found:
            return draft | _about(found[0])
    if meaning.entities.places:
        draft["unit"] = meaning.entities.places[0]
    return draft


def _about(dossier: Dossier) -> dict[str, Any]:
    return {"dossier_id": dossier.id, "code": dossier.code, "unit": dossier.agency_name}


async def _own_dossiers(context: Context) -> list[Dossier]:
    return await dossiers.linked_to(context.database, context.citizen.id, limit=MAX_OWN_DOSSIERS)


async def _confirm(context: Context, draft: Mapping[str, Any]) -> None:
    words, text = words_of(context.language), str(draft["text"])
    photos = await tickets.count_loose_photos(context.database, context.citizen.id)
    quoted = text if len(text) <= MAX_QUOTED_CHARS else f"{text[:MAX_QUOTED_CHARS].rstrip()}…"
    lines = [words.confirm[draft["topic"]], words.quoted.format(text=quoted)]
    if draft.get("code"):
        lines.append(words.about_dossier.format(code=draft["code"]))
    if draft.get("unit"):
        lines.append(words.about.format(unit=draft["unit"]))
    if photos:
        lines.append(words.with_photos.format(photos=photos))
    context.go(Feedback.CONFIRM, **draft)
    await context.answer("\n".join([*lines, words.more_or_send]), *await _decisions(context, words, draft))


async def _decisions(context: Context, words: FeedbackWords, draft: Mapping[str, Any]) -> list[Option]:
    offered: list[Dossier] = []
    if not draft.get("code") and not draft.get("unit"):
        offered = (await _own_dossiers(context))[:MAX_OFFERED_DOSSIERS]
    return [
        Choice(words.send, "#feedback_send"),
        *(Choice(words.about_button.format(code=one.code), f"#feedback_about {one.id}") for one in offered),
        Choice(words.again, "#feedback_again"),
        _stop_button(context),
    ]


def _stop_button(context: Context) -> Choice:
    return Choice(words_of(context.language).stop, "#feedback_stop")


async def _is_something_else(context: Context) -> bool:
    """Whether a message in the middle of it is another wish; an opt-out ends the writing as well."""
    meaning = context.meaning
    if meaning is None:
        return False
    if meaning.is_opt_out and fold(context.text).strip(" .!") != "huy":
        await tickets.drop_loose_photos(context.database, context.citizen.id)
        context.leave()
        return True
    if meaning.label in OTHER_WISHES:
        return meaning.confidence >= SURE
    questions = QUESTIONS if context.standing.state == Feedback.TEXT else QUESTIONS_BESIDE_A_DRAFT
    return meaning.label in questions and meaning.confidence >= SURE_OF_A_QUESTION and is_plain_question(context.text)


def _explain(kept: Kept, words: FeedbackWords, limit: int) -> str:
    match kept:
        case Kept.TOO_MANY:
            return words.too_many_photos.format(limit=limit)
        case Kept.IDENTITY_CARD:
            return words.identity_card
        case _:
            return words.bad_photo
