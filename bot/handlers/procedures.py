"""What a procedure needs: found by the citizen's own words, narrowed by buttons, told page by page."""

from __future__ import annotations

from enum import StrEnum

from bot.answers import Choice, Option, Page
from bot.catalogue.finding import SURE_SCORE, Search, find
from bot.catalogue.telling import tell_papers
from bot.context import Context
from bot.router import PASS, Passed, Router
from bot.texts.procedures import ProcedureWords, words_of
from bot.understanding import LOW_CONFIDENCE, Label
from dossiers.names import shorten
from storage import procedures
from storage.procedure_words import read_query
from storage.procedures import Found, Procedure

router = Router("procedures")

MAX_TITLE_CHARS = 80
MIN_LONE_CHARS = 6
"""A lone word so long is a name ("passport"); a shorter one may be a filler that we do not know."""


class Asking(StrEnum):
    """Which procedure, was asked; or one was shown, and what follows may be about it."""

    PAPERS = "procedures.papers"
    SHOWN = "procedures.shown"


@router.command("procedures")
async def ask(context: Context, argument: str) -> None:
    """The menu's button: ask for the name, or search for the words that came with it."""
    if argument:
        await _search(context, argument)
        return
    context.go(Asking.PAPERS)
    await context.answer(words_of(context.language).ask)


@router.command("papers")
async def show(context: Context, argument: str) -> None:
    """`#papers 1.001193`, or with a page `#papers 1.001193 2`."""
    code, _, page = argument.partition(" ")
    procedure = await procedures.get(context.database, code)
    if procedure is None:
        await say_gone(context, code)
        return
    await _tell(context, procedure, page=int(page) if page.isdecimal() and len(page) < 4 else 1)


@router.state(Asking.PAPERS)
async def hear_name(context: Context) -> Passed | None:
    """The name that was asked for; somebody who clearly wants something else gets that."""
    if has_changed_subject(context, Label.PROCEDURE_PAPERS, Label.WHERE_WHEN, Label.FEE):
        context.leave()
        return PASS
    await _search(context, context.text)
    return None


@router.state(Asking.SHOWN)
async def hear_more(context: Context) -> Passed | None:
    """After a procedure was shown, "cần giấy tờ gì" is about that one, unless another is named."""
    meaning = context.meaning
    if meaning is None or meaning.label is not Label.PROCEDURE_PAPERS:
        return PASS
    if names_another(context.text) or (await find(context.database, context.text)).found:
        return PASS
    shown = await procedures.get(context.database, str(context.standing.data.get("code")))
    if shown is None:
        return PASS
    await _tell(context, shown)
    return None


@router.intent(Label.PROCEDURE_PAPERS)
async def answer(context: Context) -> None:
    """Search for what the message names."""
    await _search(context, context.text)


async def _search(context: Context, words: str) -> None:
    result = await find(context.database, words)
    if result.is_sure:
        await _tell(context, result.found[0].procedure, others=result.found[1:])
    elif result.found:
        context.go(Asking.PAPERS)
        await offer(context, result, "papers")
    else:
        await say_nothing_found(context, words)


async def _tell(context: Context, procedure: Procedure, *, page: int = 1, others: tuple[Found, ...] = ()) -> None:
    config = context.services.config
    pages = tell_papers(
        procedure,
        context.language,
        domain=config.official_domain,
        hotline=config.hotline,
        today=context.now.astimezone(config.zone).date(),
        is_retired=await procedures.is_retired(context.database, procedure.code),
    )
    number = min(max(page, 1), len(pages))
    context.go(Asking.SHOWN, code=procedure.code)
    await context.answer(pages[number - 1], *_options(context, procedure, number, len(pages), others))


def _options(
    context: Context, procedure: Procedure, number: int, total: int, others: tuple[Found, ...]
) -> tuple[Option, ...]:
    words = words_of(context.language)
    options: list[Option] = []
    if number < total:
        options.append(Choice(words.more, f"#papers {procedure.code} {number + 1}"))
    options.append(Choice(words.fee_button, f"#fee {procedure.code}"))
    options.append(Choice(words.where_button, f"#where {procedure.code}"))
    options += [_or_is_it(words, other) for other in others[:1]]
    if "online" in procedure.channels and len(options) < 4:
        options.append(Page(words.portal, f"https://{context.services.config.official_domain}/"))
    options.append(Choice(words.another, "#procedures"))
    return tuple(options[:5])


def _or_is_it(words: ProcedureWords, other: Found) -> Choice:
    name = shorten(other.procedure.short_name, MAX_TITLE_CHARS - 20)
    return Choice(words.or_is_it.format(name=name), f"#papers {other.procedure.code}")


async def offer(context: Context, result: Search, command: str) -> None:
    """Ask which of several procedures is meant; each button goes on with `#<command> CODE`."""
    words = words_of(context.language)
    choices = [
        Choice(shorten(one.procedure.short_name, MAX_TITLE_CHARS), f"#{command} {one.procedure.code}")
        for one in result.found
    ]
    is_likely = result.found[0].score >= SURE_SCORE
    question = words.which if is_likely else words.unsure
    await context.answer(question, *choices, Choice(words.none_of_these, "#procedures"))


async def say_nothing_found(context: Context, words: str) -> None:
    """Say that nothing fits, or ask for the name when none was given, and wait for it."""
    texts = words_of(context.language)
    hotline = context.services.config.hotline
    context.go(Asking.PAPERS)
    await context.answer(texts.nothing.format(hotline=hotline) if names_something(words) else texts.ask)


async def say_gone(context: Context, code: str) -> None:
    """Say that there is no procedure of this code."""
    texts = words_of(context.language)
    hotline = context.services.config.hotline
    await context.answer(texts.gone.format(code=shorten(code, 20) or "-", hotline=hotline))


def names_something(words: str) -> bool:
    """Return whether the words say more than that something is asked."""
    return bool(read_query(words).phrases)


def names_another(words: str) -> bool:
    """Return whether words after a procedure was shown name something: another one, be it one that we do not have."""
    named = max((phrase.split() for phrase in read_query(words).phrases), key=len, default=[])
    return len(named) > 1 or any(len(word) >= MIN_LONE_CHARS for word in named)


def has_changed_subject(context: Context, *expected: Label) -> bool:
    """Return whether somebody who was asked for a procedure's name clearly wants something else."""
    meaning = context.meaning
    return (
        meaning is not None
        and meaning.confidence >= max(LOW_CONFIDENCE, 0.8)
        and meaning.label not in (*expected, Label.OUT_OF_SCOPE)
    )
