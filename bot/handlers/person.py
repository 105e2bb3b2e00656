"""Talking with a person: into the queue, and out of it again."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from bot.answers import Call, Choice
from bot.context import Context
from bot.handover import (
    HOTLINE,
    describe_handover,
    format_hours,
    handover_options,
    open_handover,
    wants_to_end,
)
from bot.router import PASS, Passed, Router
from bot.texts.person import words_of
from bot.understanding import Label
from dossiers.text import fold
from storage import handovers, tickets
from storage.handovers import Ending

router = Router("person")

ASKED: Final = "asked"
_JUST: Final = timedelta(minutes=2)
_NUMBER_WANTED = re.compile(
    r"\b(so dien thoai|sdt|so dt|so phone|hotline|duong day nong|tong dai|dau so|phone number|call center)\b"
)
_CHAT_WANTED = re.compile(r"\b(gap|noi chuyen|chat|tu van|ket noi|chuyen|goi lai|talk|speak|call me)\b")


async def waits_and_ends(context: Context) -> bool:
    """Whether somebody who waits for an officer says that none is needed any more."""
    conversation = context.conversation
    if conversation is None or conversation.mode == "bot":
        return False
    return wants_to_end(context.text, is_talking=conversation.mode == "officer")


@router.intent(*Label, filters=(waits_and_ends,))
async def end_by_words(context: Context) -> None:
    """End the hand-over."""
    await end(context, "")


@router.unclear()
async def end_by_unclear_words(context: Context) -> Passed | None:
    """End the hand-over, by words that mean nothing else."""
    if not await waits_and_ends(context):
        return PASS
    return await end(context, "")


@router.intent(Label.TALK_TO_OFFICER)
async def ask_for_person(context: Context) -> None:
    """Tell the hotline to who asked for a number; others go into the queue."""
    said = fold(context.text)
    if not _NUMBER_WANTED.search(said) or _CHAT_WANTED.search(said):
        await queue_up(context, "")
        return
    words, rules = words_of(context.language), context.services.config.tickets
    hours = format_hours(rules.officer_calendar.office_hours)
    await context.answer(
        words.phone_hours.format(hours=hours), Call(words.call, HOTLINE), Choice(words.wait, "#person")
    )


@router.command("person")
async def queue_up(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Put the citizen into the queue, and say what is promised."""
    context.leave()
    opened = await open_handover(context, reason=ASKED)
    await context.answer(describe_handover(opened, context.language), *handover_options(context.language))


@router.command("end")
async def end(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """End the hand-over; what the officer has not sent yet stays unsent."""
    words = words_of(context.language)
    current = await handovers.current(context.database, context.citizen.id)
    has_ended = current is not None and await handovers.close(
        context.database, context.services.cipher, current.id, ending=Ending.BY_CITIZEN
    )
    is_over = has_ended or await _has_just_ended(context)
    await context.answer(words.ended if is_over else words.nothing_to_end)


async def _has_just_ended(context: Context) -> bool:
    """Whether this very message may have ended it, before a crash."""
    last = await tickets.of_citizen(
        context.database, context.services.cipher, context.citizen.id, kinds=("handover",), limit=1
    )
    if not last or last[0].state != "cancelled" or last[0].closed_at is None:
        return False
    return context.now - last[0].closed_at < _JUST
