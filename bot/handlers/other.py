"""Stickers, voices, files, cards, groups: a fitting answer, never silence.

Photos and places come here only when no task took them before.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.answers import Choice, Option
from bot.asking_genuine import asks_if_genuine
from bot.context import Context
from bot.handlers.genuine import explain
from bot.menu import main_menu, whole_menu
from bot.router import Router
from bot.texts.menu import words_of as menu_words
from bot.texts.other import words_of
from bot.updates import MESSAGES, UpdateKind

router = Router("other")

_SAID: Mapping[UpdateKind, str] = {
    # kind → field of OtherWords
    UpdateKind.STICKER: "sticker",
    UpdateKind.GIF: "sticker",
    UpdateKind.VOICE: "voice",
    UpdateKind.VIDEO: "video",
    UpdateKind.PHOTO: "picture",
    UpdateKind.FILE: "file",
    UpdateKind.CONTACT: "contact",
    UpdateKind.CONTACT_SHARED: "shared_phone",
    UpdateKind.LOCATION: "location",
    UpdateKind.TEXT: "empty",
}
_ABOUT_LINKING = frozenset({UpdateKind.CONTACT, UpdateKind.CONTACT_SHARED})


@router.on(UpdateKind.GROUP)
async def answer_group(context: Context) -> None:
    """Answer impersonally, once an hour: everybody in the group reads it, and not every word there is for us."""
    if not context.services.groups.is_time(f"{context.update.platform}:{context.update.chat_id}"):
        return
    await context.answer(words_of(context.language).group)


@router.on(UpdateKind.LINK)
async def answer_link(context: Context) -> None:
    """Never open an address; most people who forward one want to know whether it is true."""
    if asks_if_genuine(context.text, is_quoting=context.update.quote_message_id is not None):
        await explain(context)
        return
    domain = context.services.config.official_domain
    genuine = Choice(menu_words(context.language).genuine, "#genuine")
    await context.answer(words_of(context.language).link.format(domain=domain), genuine, whole_menu(context.language))


async def answer_anything(context: Context) -> None:
    """Say what can be made of it, and what may be done instead."""
    words = words_of(context.language)
    said: str = getattr(words, _SAID.get(context.update.kind, "other"))
    await context.answer(said, *_options(context))


def _options(context: Context) -> tuple[Option, ...]:
    words, kind = menu_words(context.language), context.update.kind
    if kind in _ABOUT_LINKING:
        return (Choice(words.link, "#link"), whole_menu(context.language))
    if kind is UpdateKind.LOCATION:
        return (Choice(words.where, "#where"), whole_menu(context.language))
    return main_menu(context.language)


for _kind in sorted(MESSAGES - {UpdateKind.GROUP, UpdateKind.LINK}):
    router.on(_kind)(answer_anything)
