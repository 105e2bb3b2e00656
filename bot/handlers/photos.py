"""Photos of a receipt: its code begins the linking; alone it proves nothing. Identity cards are refused."""

from __future__ import annotations

import asyncio

import structlog

from bot.answers import NO, Choice, Option
from bot.context import Context
from bot.downloads import DownloadError, DownloadFailed, TooLarge
from bot.handlers.linking import Linking, begin, refuse_identity
from bot.linking import limits, metrics
from bot.linking.asking import Target
from bot.linking.pictures import Seen, UnreadablePicture, has_identity_number, look_at
from bot.linking.reading import is_about_relative
from bot.router import Router
from bot.texts import linking as linking_texts
from bot.texts.photos import words_of
from bot.updates import UpdateKind
from storage import guesses

router = Router("photos")
_log = structlog.get_logger()

MAX_PHOTOS = 3
MAX_NAMED = 4


@router.on(UpdateKind.PHOTO)
@router.state(Linking.WHICH, kinds=(UpdateKind.PHOTO,))
@router.state(Linking.CODE, kinds=(UpdateKind.PHOTO,))
async def read_photo(context: Context) -> None:
    """Look for dossier codes, and go on as if they had been typed."""
    if has_identity_number(context.text):
        metrics.PHOTOS.labels("identity_number").inc()
        await refuse_identity(context)
        return
    if not await _may_look(context):
        metrics.PHOTOS.labels("too_many").inc()
        await context.answer(linking_texts.words_of(context.language).too_many)
        return
    try:
        seen = await _look(context)
    except TooLarge:
        await _ask_again(context, words_of(context.language).too_large, "too_large")
    except DownloadError as error:
        _log.info("photo_not_loaded", error=type(error).__name__)
        await _ask_again(context, words_of(context.language).failed, "failed")
    except UnreadablePicture:
        await _ask_again(context, words_of(context.language).unreadable, "unreadable")
    else:
        await _go_on(context, seen)


async def _may_look(context: Context) -> bool:
    citizen = limits.citizen_subject(context.citizen.id)
    async with context.database.transaction() as connection:
        await guesses.lock(connection, context.services.cipher, (citizen,))
        return await limits.may_show_photo(connection, context.services, citizen)


async def _look(context: Context) -> Seen:
    """Return what the photos hold together; the bytes go as soon as they were looked at."""
    codes: list[str] = []
    has_codes, ends_at = False, context.services.downloads.deadline()
    for url in context.update.photos[:MAX_PHOTOS]:
        try:
            async with asyncio.timeout_at(ends_at):
                seen = await look_at(await context.services.downloads.fetch(url))
        except TimeoutError:
            raise DownloadFailed("too slow, all together") from None
        if seen.is_identity_card:
            return seen
        codes += seen.dossier_codes
        has_codes = has_codes or seen.has_codes
    return Seen(tuple(dict.fromkeys(codes)), has_codes)


async def _go_on(context: Context, seen: Seen) -> None:
    words = words_of(context.language)
    if seen.is_identity_card:
        metrics.PHOTOS.labels("identity_card").inc()
        if context.transcript is not None:
            context.transcript.forget()
        await context.answer(words.identity_card)
    elif not seen.dossier_codes:
        text = words.no_dossier_code if seen.has_codes else words.unreadable
        await _ask_again(context, text, "no_dossier_code" if seen.has_codes else "unreadable")
    elif len(seen.dossier_codes) > 1:
        metrics.PHOTOS.labels("several").inc()
        options: list[Option] = [
            Choice(words.button_dossier.format(code=code), f"#link {code}") for code in seen.dossier_codes[:MAX_NAMED]
        ]
        await context.answer(words.several, *options)
    else:
        metrics.PHOTOS.labels("read").inc()
        is_relative = bool(context.standing.data.get("relative")) if _is_linking(context) else False
        await begin(
            context,
            Target(code=seen.dossier_codes[0]),
            is_relative=is_relative or is_about_relative(context.text),
        )


async def _ask_again(context: Context, text: str, outcome: str) -> None:
    metrics.PHOTOS.labels(outcome).inc()
    own = linking_texts.words_of(context.language)
    if context.standing.state is None:
        context.go(Linking.WHICH)
    await context.answer(text, Choice(own.button_phone, "#link_phone"), Choice(own.button_cancel, "#link_stop", NO))


def _is_linking(context: Context) -> bool:
    return context.standing.state in set(Linking)
