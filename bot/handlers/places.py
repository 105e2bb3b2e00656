"""Where and when: a named ward, a sent position, the hours, a day, the place of a procedure, a district of old."""

from __future__ import annotations

import re
from datetime import datetime

from bot.answers import Call, Choice, Option
from bot.catalogue.finding import SURE_SCORE, find
from bot.catalogue.telling import source_line, where_line
from bot.catalogue.telling_places import tell_day, tell_former, tell_hours, tell_near, tell_unit
from bot.context import Context
from bot.handlers.procedures import Asking
from bot.router import PASS, Passed, Router
from bot.texts.places import words_of
from bot.texts.procedures import words_of as procedure_words
from bot.understanding import Label
from bot.updates import UpdateKind
from dossiers.code import find_procedure_codes
from dossiers.names import shorten
from dossiers.text import clean, fold
from storage import places, procedures
from storage.places import Unit
from storage.procedures import Procedure

router = Router("places")

MAX_UNITS = 4
"""Asked about in one answer; a button each."""
_OLD_LEVELS = re.compile(r"\b(quận|huyện)\b", re.IGNORECASE)
_OLD_OFFICES = re.compile(r"\b(ubnd|uy ban|cong an|mot cua) (quan|huyen)\b")
_WHERE = re.compile(r"\b(o dau|cho nao|dia chi|duong nao|o mo|where|address)\b")
_POLICE = re.compile(r"\b(cong an|police)\b")


@router.command("where")
async def show(context: Context, argument: str) -> None:
    """The menu's button, or `#where 1.001193` for a procedure."""
    if find_procedure_codes(argument):
        procedure = await procedures.get(context.database, argument)
        if procedure is not None:
            await _tell_procedure(context, procedure)
            return
    await _tell_general(context, argument)


@router.command("unit")
async def show_unit(context: Context, argument: str) -> None:
    """`#unit 20242`: one place."""
    unit = await places.get(context.database, argument)
    if unit is None:
        await _tell_general(context, "")
        return
    await _tell_unit(context, unit)


@router.state(Asking.SHOWN)
async def hear_more(context: Context) -> Passed | None:
    """After a procedure was shown, "nộp ở đâu" is about that one, unless a place or another one is named."""
    meaning = context.meaning
    if meaning is None or meaning.label is not Label.WHERE_WHEN or meaning.entities.dates:
        return PASS
    if await places.named_in(context.database, context.text) or await _procedure_named(context):
        return PASS
    shown = await procedures.get(context.database, str(context.standing.data.get("code")))
    if shown is None:
        return PASS
    await _tell_procedure(context, shown)
    return None


@router.intent(Label.WHERE_WHEN)
async def answer(context: Context) -> None:
    """The most telling thing that the message names: a place, a procedure, a day; else the hours in general."""
    named = await places.named_in(context.database, context.text)
    if len(named) == 1:
        await _tell_unit(context, named[0])
        return
    if named:
        words = words_of(context.language)
        await context.answer(words.many, *(_unit_button(unit) for unit in named[:MAX_UNITS]))
        return
    procedure = None if _days_said(context) else await _procedure_named(context)
    if procedure is not None:
        await _tell_procedure(context, procedure)
        return
    await _tell_general(context, context.text)


@router.intent(Label.OUT_OF_SCOPE)
async def answer_named_place(context: Context) -> Passed | None:
    """A question that looks like anything, but asks where one of our places is."""
    if _WHERE.search(fold(context.text)) is None or not await places.named_in(context.database, context.text):
        return PASS
    await answer(context)
    return None


@router.on(UpdateKind.LOCATION)
async def answer_position(context: Context) -> Passed | None:
    """The places nearest to a position; it is not kept."""
    if context.update.location is None:
        return PASS
    config, words = context.services.config, words_of(context.language)
    found = await places.nearest(context.database, *context.update.location)
    lines = tell_near(found, context.language, hotline=config.hotline)
    lines += tell_hours("office", context.language, now=_local_now(context), calendar=config.calendar)
    buttons = (Choice(words.center, "#where"), Call(words.call.format(phone=config.hotline), config.hotline))
    await context.answer("\n".join(lines), *buttons)
    return None


async def _tell_unit(context: Context, unit: Unit) -> None:
    config, words = context.services.config, words_of(context.language)
    if unit.kind == "former":
        successors = await places.get_many(context.database, unit.successors)
        lines = tell_former(unit, successors, context.language)
        await context.answer("\n".join(lines), *(_unit_button(one) for one in successors[:MAX_UNITS]))
        return
    lines = tell_unit(unit, context.language, now=_local_now(context), calendar=config.calendar, hotline=config.hotline)
    lines += _asked_days(context, unit.kind, unit)
    if _asks_police(context.text):
        lines += tell_hours("police", context.language, now=_local_now(context), calendar=config.calendar)
    elif unit.kind in ("ward", "commune"):
        lines.append(words.any_office)
    phone = _dialled(unit.phone) or config.hotline
    await context.answer("\n".join(lines), Call(words.call.format(phone=phone), phone))


async def _tell_procedure(context: Context, procedure: Procedure) -> None:
    """Where one procedure is handed in, and the hours there."""
    config, words = context.services.config, words_of(context.language)
    texts = procedure_words(context.language)
    is_police = texts.at_police in (where_line(procedure, context.language) or "")
    lines = [texts.title.format(name=shorten(procedure.short_name, 160), code=procedure.code)]
    lines += [line] if (line := where_line(procedure, context.language)) else []
    lines += [] if is_police else [words.any_office]
    kind = "police" if is_police else "office"
    lines += tell_hours(kind, context.language, now=_local_now(context), calendar=config.calendar)
    lines += [words.ask_place, source_line(procedure, context.language)]
    context.go(Asking.SHOWN, code=procedure.code)
    await context.answer("\n".join(lines), *await _centers(context))


async def _tell_general(context: Context, text: str) -> None:
    """The hours, the days that were asked about, the city's centre, and how to find a place."""
    config, words = context.services.config, words_of(context.language)
    kind = "police" if _asks_police(text) else "office"
    lines = [words.no_districts] if _asks_district(text) else []
    lines += _asked_days(context, kind)
    centers = await places.of_kind(context.database, "center", limit=1)
    if kind == "office" and centers:
        lines += tell_unit(
            centers[0], context.language, now=_local_now(context), calendar=config.calendar, hotline=config.hotline
        )
    else:
        lines += tell_hours(kind, context.language, now=_local_now(context), calendar=config.calendar)
    lines += [words.appointment, words.ask_place]
    await context.answer("\n".join(lines), Call(words.call.format(phone=config.hotline), config.hotline))


async def _procedure_named(context: Context) -> Procedure | None:
    """The procedure that a question about a place is for, when it clearly names one."""
    result = await find(context.database, context.text)
    sure = result.found and result.found[0].score >= SURE_SCORE
    return result.found[0].procedure if sure else None


async def _centers(context: Context) -> list[Option]:
    return [_unit_button(unit) for unit in await places.of_kind(context.database, "center", limit=2)]


def _unit_button(unit: Unit) -> Choice:
    return Choice(shorten(unit.name, 80), f"#unit {unit.code}")


def _days_said(context: Context) -> bool:
    return context.meaning is not None and any(said.day for said in context.meaning.entities.dates)


def _asked_days(context: Context, kind: str, unit: Unit | None = None) -> list[str]:
    """A line for each day that the message names, at most three."""
    if context.meaning is None:
        return []
    calendar = context.services.config.calendar
    days = [said.day for said in context.meaning.entities.dates if said.day is not None]
    return [tell_day(day, kind, context.language, calendar=calendar, unit=unit) for day in days[:3]]


def _asks_police(text: str) -> bool:
    return _POLICE.search(fold(text)) is not None


def _asks_district(text: str) -> bool:
    return _OLD_LEVELS.search(clean(text)) is not None or _OLD_OFFICES.search(fold(text)) is not None


def _dialled(phone: str | None) -> str | None:
    """A phone as the dialler takes it, None when it is not plainly one."""
    digits = re.sub(r"[ .\-()]", "", phone or "")
    return digits if re.fullmatch(r"\d{3,12}", digits) else None


def _local_now(context: Context) -> datetime:
    return context.now.astimezone(context.services.config.zone)
