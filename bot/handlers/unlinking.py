"""Taking links back: one, or all."""

from __future__ import annotations

from bot.answers import NO, YES, Choice, Option
from bot.context import Context
from bot.linking.finding import find_link
from bot.linking.reading import means_all, wants_unlinking
from bot.router import PASS, Passed, Router
from bot.texts.linking import words_of
from bot.understanding import Label
from dossiers import DossierCodeError, find_dossier_codes, normalise_dossier_code
from storage import links

router = Router("unlinking")

MAX_NAMED = 3
# As what such words are read: there is no label of their own.
_LIKELY = (
    Label.LINK_DOSSIER,
    Label.STOP_NOTIFICATIONS,
    Label.DELETE_DATA,
    Label.LIST_DOSSIERS,
    Label.DOSSIER_STATUS,
    Label.HELP,
    Label.OUT_OF_SCOPE,
)


@router.command("unlink")
async def unlink(context: Context, argument: str) -> None:
    """Take back the link to the dossier that is named, or ask which."""
    if argument:
        await _unlink_one(context, argument)
    else:
        await _ask_which(context)


@router.command("unlink_all")
async def unlink_all(context: Context, argument: str) -> None:
    """Take back all links, after asking once."""
    words = words_of(context.language)
    if argument == "yes":
        count = await links.revoke_all(context.database, context.citizen.id, entry_id=context.entry_id)
        context.leave()
        text = words.unlinked_all.format(count=count) if count else words.unlink_none
        await context.answer(text, Choice(words.button_link, "#link"))
        return
    known = await links.current(context.database, context.citizen.id)
    if not known:
        await context.answer(words.unlink_none, Choice(words.button_link, "#link"))
        return
    await context.answer(
        words.unlink_all_sure.format(count=len(known)),
        Choice(words.button_unlink_sure, "#unlink_all yes", YES),
        Choice(words.button_no, "#mine", NO),
    )


async def asks_to_unlink(context: Context) -> bool:
    """Filter: the words are about ending links."""
    return wants_unlinking(context.text)


@router.intent(*_LIKELY, filters=(asks_to_unlink,))
async def hear_unlinking(context: Context) -> None:
    """Do what the words say."""
    if codes := find_dossier_codes(context.text):
        await _unlink_one(context, codes[0])
    elif means_all(context.text):
        await unlink_all(context, "")
    else:
        await _ask_which(context)


@router.unclear()
async def hear_unclear_unlinking(context: Context) -> Passed | None:
    """As above, where the label was not clear."""
    if not wants_unlinking(context.text):
        return PASS
    await hear_unlinking(context)
    return None


async def _ask_which(context: Context) -> None:
    words = words_of(context.language)
    known = await links.current(context.database, context.citizen.id)
    if not known:
        await context.answer(words.unlink_none, Choice(words.button_link, "#link"))
        return
    options: list[Option] = [
        Choice(words.button_unlink_one.format(code=one.dossier.code), f"#unlink {one.dossier.id}")
        for one in known[:MAX_NAMED]
    ]
    if len(known) > 1:
        options.append(Choice(words.button_unlink_all, "#unlink_all"))
    await context.answer(words.unlink_which, *options, Choice(words.button_no, "#mine", NO))


async def _unlink_one(context: Context, argument: str) -> None:
    words = words_of(context.language)
    code = await _revoke(context, argument)
    if code is None:
        await find_link(context, argument)  # counted: somebody may be trying codes here as well
        await context.answer(words.not_linked, Choice(words.button_list, "#mine"))
        return
    await context.answer(words.unlinked.format(code=code), Choice(words.button_list, "#mine"))


async def _revoke(context: Context, argument: str) -> str | None:
    text, citizen_id, entry_id = argument.strip(), context.citizen.id, context.entry_id
    if text.isascii() and text.isdecimal() and len(text) <= 18:
        return await links.revoke(context.database, citizen_id, entry_id=entry_id, dossier_id=int(text))
    try:
        code = normalise_dossier_code(text)
    except DossierCodeError:
        return None
    return await links.revoke(context.database, citizen_id, entry_id=entry_id, code=code)
