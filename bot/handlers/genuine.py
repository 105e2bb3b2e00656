"""Is this message really from the city? What we know of it, how to tell, and where to report a fraud."""

from __future__ import annotations

import re
import uuid

from bot.answers import Call, Choice
from bot.asking_genuine import asks_if_genuine
from bot.context import Context
from bot.handlers.linking import Linking
from bot.handlers.timeline import name_channel
from bot.linking import find_linked
from bot.menu import whole_menu
from bot.router import PASS, Passed, Router
from bot.texts.genuine import GenuineWords, words_of
from bot.texts.status import words_of as status_words
from bot.texts.timeline import words_of as timeline_words
from bot.understanding import Label
from dossiers import find_dossier_codes
from storage import notices, sent_messages, timelines

router = Router("genuine")

_NOTICE_ID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_SENT = frozenset({"accepted", "delivered", "read"})
_POLICE = "113"


async def asks(context: Context) -> bool:
    """The text asks whether a message is true."""
    return asks_if_genuine(context.text, is_quoting=context.update.quote_message_id is not None)


@router.state(Linking.WHICH, asks)
@router.state(Linking.CODE, asks)
@router.intent(*Label, filters=(asks,))
async def answer_question(context: Context) -> None:
    """Say whether the message that is quoted or named was ours, then how to tell; also in the midst of linking."""
    await explain(context)


@router.unclear()
async def answer_unclear_question(context: Context) -> Passed | None:
    """The same, where the words are understood as nothing else."""
    if not await asks(context):
        return PASS
    await explain(context)
    return None


@router.command("genuine")
async def answer_command(context: Context, argument: str) -> None:
    """`#genuine`, perhaps with a code."""
    await explain(context, argument)


async def explain(context: Context, asked: str | None = None) -> None:
    """Answer from what we know of the message; nothing of what belongs to others. `asked`: instead of the text."""
    words, config = words_of(context.language), context.services.config
    said = context.text if asked is None else asked
    codes = find_dossier_codes(said)
    known = await _what_we_know(context, words, said, codes)
    how = words.how_to_tell.format(domain=config.official_domain)
    if name := await sent_messages.account_name(context.database, context.update.account_id):
        how = f"{how}\n{words.account.format(name=name)}"
    text = "\n\n".join((*known, how, words.report.format(hotline=config.hotline)))
    link = [Choice(status_words(context.language).link_this, f"#link {codes[0]}")] if codes and known else []
    calls = (
        Call(words.call_hotline.format(hotline=config.hotline), config.hotline),
        Call(words.call_police, _POLICE),
    )
    await context.answer(text, *calls, *link, whole_menu(context.language))


async def _what_we_know(context: Context, words: GenuineWords, said: str, codes: list[str]) -> list[str]:
    quoted = context.update.quote_message_id
    if quoted is not None:
        return [await _about_quoted(context, words, quoted)]
    if found := _NOTICE_ID.search(said):
        return [await _about_notice(context, words, uuid.UUID(found[0]))]
    return [await _about_dossier(context, words, codes[0])] if codes else []


async def _about_quoted(context: Context, words: GenuineWords, message_id: str) -> str:
    found = await sent_messages.find(context.database, context.citizen.id, message_id)
    if found is None:
        return words.unknown
    return (
        words.theirs if found.author == "citizen" else words.ours.format(moment=context.words.format_moment(found.at))
    )


async def _about_notice(context: Context, words: GenuineWords, identifier: uuid.UUID) -> str:
    """Of a notice's id, which cannot be guessed, nothing but that we sent it, and when."""
    notice = await notices.get(context.database, identifier)
    if notice is None or notice.state not in _SENT:
        return words.unknown
    return words.ours.format(moment=context.words.format_moment(notice.accepted_at or notice.created_at))


async def _about_dossier(context: Context, words: GenuineWords, code: str) -> str:
    dossier = await find_linked(context, code)
    if dossier is None:
        return words.not_linked.format(code=code)
    told = await timelines.told_of(context.database, dossier.id)
    if not told:
        return words.nothing_told.format(code=dossier.code)
    channel = name_channel(told[-1].channel, timeline_words(context.language))
    moment = context.words.format_moment(told[-1].at)
    return words.told.format(code=dossier.code, count=len(told), moment=moment, channel=channel)
