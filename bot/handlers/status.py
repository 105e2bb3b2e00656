"""Where a linked dossier stands: since when, what is next, until when, and what to do.

Only linked dossiers are told of, and a code that is not linked gets the same words whatever the truth
(docs: public-services 3.1).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot import rating
from bot.answers import Choice, Option, Page
from bot.context import Context
from bot.dossier_details import detail_lines
from bot.linking import find_linked, is_guessing
from bot.linking.news import ended_links
from bot.linking.pictures import has_identity_number
from bot.menu import whole_menu
from bot.own_dossiers import narrow
from bot.router import Router
from bot.texts.dossier import describe_dossier, is_late, summarise_dossier
from bot.texts.linking import words_of as linking_words
from bot.texts.menu import words_of as menu_words
from bot.texts.status import StatusWords, words_of
from bot.understanding import Entities, Label
from bot.whose_code import Whose, whose_code
from dossiers import DossierCodeError, Status, normalise_dossier_code
from dossiers.masking import redact_and_truncate
from dossiers.sensitive import is_sensitive_procedure
from storage import dossiers, timelines
from storage.dossiers import Dossier
from storage.ratings import FINISHED

router = Router("status")

PAGE = 4
"""Dossiers of one answer; the fifth button leads to the rest (docs: zalo 4.2)."""
MAX_LINKED = 200
"""Of so many of somebody's dossiers the one that is named is looked for."""
MAX_CODES = 3
"""Codes of one message that are answered one by one."""
MAX_SHOWN_CHARS = 40

_WITH_DETAILS = frozenset({Status.REFUSED, Status.SUPPLEMENT_REQUIRED, Status.STOPPED, Status.FINISHED})
_WITH_PAPERS = frozenset({Status.REFUSED, Status.SUPPLEMENT_REQUIRED})
_WITH_OFFICER = frozenset(
    {Status.REFUSED, Status.SUPPLEMENT_REQUIRED, Status.STOPPED, Status.PAYMENT_REQUIRED, Status.WITHDRAWN}
)


@router.command("status")
async def tell_by_command(context: Context, argument: str) -> None:
    """`#status`, `#status CODE` (or our id of it), `#status +4`: the linked ones behind the first four."""
    await _tell_news(context)
    if argument.startswith("+"):
        skipped = argument[1:]
        await tell_linked(context, skipped=int(skipped) if skipped.isdecimal() and len(skipped) < 5 else 0)
    elif argument:
        await tell_by_code(context, argument)
    else:
        await tell_linked(context)


@router.intent(Label.DOSSIER_STATUS)
async def tell_by_words(context: Context) -> None:
    """Tell of the codes named, else of the linked dossiers that the words are about."""
    entities = context.meaning.entities if context.meaning is not None else Entities()
    if not entities.dossier_codes and has_identity_number(context.text):
        await _refuse_identity(context)
        return
    await _tell_news(context)
    if not entities.dossier_codes:
        await tell_linked(context, entities)
    for code in entities.dossier_codes[:MAX_CODES]:
        await tell_by_code(context, code)


async def tell_by_code(context: Context, code: str) -> None:
    """Tell of one dossier if it is linked, else offer to link it."""
    dossier = await find_linked(context, code)
    if dossier is not None:
        await _tell_one(context, dossier, has_others=True)
    else:
        await say_not_linked(context, code)


async def _tell_news(context: Context) -> None:
    """Say first which links ended without the person's doing: their dossiers are missing in what follows."""
    if news := await ended_links(context):
        await context.answer("\n\n".join(news))


async def say_not_linked(context: Context, code: str) -> None:
    """Say the same about every code that is not linked: wrong, unknown, or somebody else's.

    After very many of them, that it is enough for now: the same for all as well.
    """
    if await is_guessing(context):
        await context.answer(linking_words(context.language).too_many, whole_menu(context.language))
        return
    words, domain = words_of(context.language), context.services.config.official_domain
    try:
        shown = normalise_dossier_code(code)
        link = f"#link {shown}"
    except DossierCodeError:
        shown, link = redact_and_truncate(code, MAX_SHOWN_CHARS), "#link"
    lines = [words.not_linked.format(code=shown), *_whose_lines(shown, words, domain)]
    options: list[Option] = [Choice(words.link_this, link)]
    if len(lines) > 1:
        options.append(Page(words.look_up, f"https://{domain}/"))
    await context.answer("\n".join(lines), *options, whole_menu(context.language))


async def tell_linked(context: Context, entities: Entities | None = None, *, skipped: int = 0) -> None:
    """Tell of the linked dossier, or of the newest few with a button each."""
    linked = await dossiers.linked_to(context.database, context.citizen.id, limit=MAX_LINKED)
    if not linked:
        await _say_nothing_linked(context)
        return
    named = narrow(linked, entities, context.services.config.zone) if entities else None
    wanted = named or linked
    if len(wanted) == 1 and named != []:
        await _tell_one(context, wanted[0], has_others=len(linked) > 1)
    else:
        await _tell_several(context, wanted, skipped=skipped, nothing_fits=named == [])


async def _refuse_identity(context: Context) -> None:
    """Warn somebody who wants a dossier found by an identity number; nothing of it is written into the transcript."""
    if context.transcript is not None:
        context.transcript.forget()
    words = menu_words(context.language)
    warning = linking_words(context.language).identity_number
    await context.answer(warning, Choice(words.mine, "#mine"), Choice(words.link, "#link"))


async def _say_nothing_linked(context: Context) -> None:
    words = context.words
    link = Choice(menu_words(context.language).link, "#link")
    text = f"{words.introduction}\n\n{words.nothing_linked}\n\n{words.safety}"
    await context.answer(text, link, whole_menu(context.language))


async def _tell_several(context: Context, wanted: Sequence[Dossier], *, skipped: int, nothing_fits: bool) -> None:
    words, own = context.words, words_of(context.language)
    rest = wanted[skipped:] or wanted
    shown = rest if len(rest) <= PAGE + 1 else rest[:PAGE]
    blocks = [summarise_dossier(one, words, context.now, is_sensitive=is_sensitive(context, one)) for one in shown]
    buttons = [Choice(one.code, f"#status {one.code}") for one in shown]
    if len(shown) < len(rest):
        buttons.append(Choice(own.more, f"#status +{skipped + len(shown)}"))
        blocks.append(words.more_dossiers)
    heading = own.no_match if nothing_fits else words.linked
    await context.answer("\n\n".join((heading, *blocks, own.several, words.short_footer)), *buttons)


async def _tell_one(context: Context, dossier: Dossier, *, has_others: bool) -> None:
    words, own = context.words, words_of(context.language)
    status, sensitive = Status(dossier.status), is_sensitive(context, dossier)
    details: list[str] = []
    if status in _WITH_DETAILS and not sensitive:
        services = context.services
        events = await timelines.newest_details(services.database, services.cipher, dossier.id, dossier.status)
        details = detail_lines(status, events, own, words.format_moment)
    block = describe_dossier(dossier, words, context.now, details=details, is_sensitive=sensitive)
    if is_late(dossier, context.now):
        block = f"{block}\n{own.late_rights}"
    whose = _whose_lines(dossier.code, own, context.services.config.official_domain)
    text = "\n\n".join((words.linked, "\n".join((block, *whose)), words.short_footer))
    await context.answer(text, *_options(dossier, own, context, sensitive=sensitive, has_others=has_others))
    if status in FINISHED:
        await rating.ask_about(context, dossier.id, dossier.code)


def is_sensitive(context: Context, dossier: Dossier) -> bool:
    """Whether the dossier's procedure is not to be named."""
    listed = context.services.config.sensitive_procedures
    return is_sensitive_procedure(dossier.procedure_code, dossier.procedure_name, listed)


def _options(
    dossier: Dossier, words: StatusWords, context: Context, *, sensitive: bool, has_others: bool
) -> list[Option]:
    """Return what may be done next, what helps most first; never more than five."""
    status, late = Status(dossier.status), is_late(dossier, context.now)
    options: list[Option] = [Choice(words.timeline, f"#timeline {dossier.code}")]
    if status in _WITH_PAPERS and dossier.procedure_code and not sensitive:
        options.append(Choice(words.papers, f"#papers {dossier.procedure_code}"))
    if status is Status.FINISHED:
        options.append(Choice(words.post, f"#post {dossier.code}"))
    if late or status in _WITH_OFFICER:
        options.append(Choice(words.ask_officer, "#person"))
    if late:
        options.append(Choice(words.complain, "#feedback"))
    if has_others:
        options.append(Choice(words.all_of_mine, "#mine"))
    return options


def _whose_lines(code: str, words: StatusWords, domain: str) -> list[str]:
    """Return where else a code may be looked up, when the code itself says that the city does not answer for it."""
    whose, place = whose_code(code)
    if whose is Whose.MINISTRY:
        return [words.ministry.format(domain=domain)]
    return [words.other_place.format(place=place, domain=domain)] if whose is Whose.ELSEWHERE else []
