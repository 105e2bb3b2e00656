"""All that a person has linked: code, procedure, state; and the way for those who forgot the code."""

from __future__ import annotations

from bot.answers import Choice, Option
from bot.context import Context
from bot.handlers.linking import link_phone, until
from bot.linking.news import ended_links
from bot.linking.reading import has_forgotten
from bot.router import Router
from bot.texts import words_for
from bot.texts.dossier import MAX_PROCEDURE_CHARS
from bot.texts.linking import words_of
from bot.understanding import Label
from dossiers import Status, shorten
from dossiers.sensitive import is_sensitive_procedure
from storage import links
from storage.links import Link

router = Router("mine")

PAGE = 5
MAX_LISTED = 200
_NAMED_BY_BUTTONS = 2


@router.command("mine")
async def mine(context: Context, argument: str) -> None:
    """List the linked dossiers, from the page that a button names."""
    page = int(argument) if argument.isascii() and argument.isdecimal() and len(argument) < 3 else 1
    await _list(context, max(page, 1))


@router.intent(Label.LIST_DOSSIERS)
async def want_list(context: Context) -> None:
    """List them; who forgot a code and has nothing linked is led to the phone."""
    if has_forgotten(context.text) and not await links.current(context.database, context.citizen.id, limit=1):
        await link_phone(context, "")
    else:
        await _list(context, 1)


async def _list(context: Context, page: int) -> None:
    words = words_of(context.language)
    news = await ended_links(context)
    known = await links.current(context.database, context.citizen.id, limit=MAX_LISTED)
    if not known:
        options = (Choice(words.button_link, "#link"), Choice(words.button_phone, "#link_phone"))
        await context.answer("\n\n".join([*news, words.list_empty]), *options)
        return
    first = (page - 1) * PAGE if (page - 1) * PAGE < len(known) else 0
    shown = known[first : first + PAGE]
    blocks = [*news, words.list_head.format(count=len(known)), *(_item(context, one) for one in shown)]
    if len(known) > PAGE:
        blocks.append(words.list_more.format(shown=f"{first + 1}-{first + len(shown)}", count=len(known)))
    await context.answer("\n\n".join(blocks), *_options(context, shown, first + len(shown), len(known)))


def _options(context: Context, shown: list[Link], reached: int, count: int) -> list[Option]:
    words = words_of(context.language)
    options: list[Option] = [
        Choice(words.button_status.format(code=one.dossier.code), f"#status {one.dossier.code}")
        for one in shown[:_NAMED_BY_BUTTONS]
    ]
    if reached < count:
        options.append(Choice(words.button_more, f"#mine {reached // PAGE + 1}"))
    return [*options, Choice(words.button_link, "#link"), Choice(words.button_unlink, "#unlink")]


def _item(context: Context, link: Link) -> str:
    words, dossier, common = words_of(context.language), link.dossier, words_for(context.language)
    is_hidden = is_sensitive_procedure(
        dossier.procedure_code, dossier.procedure_name, context.services.config.sensitive_procedures
    )
    state = common.labels[Status(dossier.status)]
    if dossier.procedure_name is None or is_hidden:
        text = f"{dossier.code}\n{state}"
    else:
        name = shorten(dossier.procedure_name, MAX_PROCEDURE_CHARS)
        text = words.list_item.format(code=dossier.code, procedure=name, state=state)
    return text if link.expires_at is None else f"{text} ({words.list_relative.format(until=until(context, link))})"
