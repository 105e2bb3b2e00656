"""Announcements by category: who asks for one in the chat gets it, on the phone that was proved there."""

from __future__ import annotations

import re
from typing import Final

from bot.answers import Choice
from bot.context import Context
from bot.router import PASS, Passed, Router
from bot.texts.subscriptions import EN, VI, WORDING, words_of
from bot.understanding import Label
from dossiers.masking import mask_phone
from dossiers.text import fold
from storage import agreements, preferences, subscriptions
from storage.agreements import Purpose

router = Router("subscriptions")

_ASKS: Final = re.compile(
    r"(?:toi )?(?:muon )?dang ky (?:nhan )?(?:tin|thong bao|chu de)\b(?: tuc| ve| chu de)*(?P<what>.*)"
)
_ENDS: Final = re.compile(
    r"(?:toi )?(?:muon )?(?:bo|huy) dang ky (?:nhan )?(?:tin|thong bao|chu de)\b(?: ve| chu de)*(?P<what>.*)"
)
_MAX_BUTTONS: Final = 4
MAX_WORDS: Final = 12
"""A longer sentence is about something else: "đăng ký" begins the names of many procedures."""


async def asks(context: Context) -> bool:
    """The text asks for announcements, or to end them: "đăng ký nhận tin bão", "hủy đăng ký tin"."""
    text = fold(context.text)
    return len(text.split()) <= MAX_WORDS and (_ASKS.match(text) or _ENDS.match(text)) is not None


@router.intent(*Label, filters=(asks,))
async def answer_words(context: Context) -> None:
    """Do what the words ask, or show the topics."""
    text = fold(context.text)
    ends = _ENDS.match(text)
    found = ends or _ASKS.match(text)
    topic = _find_topic(context, found["what"]) if found else None
    if topic is None:
        await show(context, "")
    elif ends:
        await unsubscribe(context, topic)
    else:
        await subscribe(context, topic)


@router.unclear()
async def answer_unclear_words(context: Context) -> Passed | None:
    """The same, where the words are understood as nothing else."""
    if not await asks(context):
        return PASS
    await answer_words(context)
    return None


@router.command("topics")
async def show(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Say what there is, and what is wanted now."""
    words = words_of(context.language)
    context.leave()
    phones = await _phones(context)
    if not phones:
        await context.answer(f"{words.ask}\n{words.needs_phone}", Choice(words.link, "#link"))
        return
    wanted = await subscriptions.of_phones(context.database, context.services.cipher, phones)
    names = ", ".join(_name(context, one) for one in wanted)
    now = words.wanted.format(topics=names) if wanted else words.nothing_wanted
    await context.answer(f"{words.ask}\n{now}", *_choices(context, set(wanted)))


def _choices(context: Context, wanted: set[str]) -> list[Choice]:
    words = words_of(context.language)
    shown = [
        Choice(words.off.format(topic=_name(context, one)), f"#topic_off {one}")
        if one in wanted
        else Choice(words.on.format(topic=_name(context, one)), f"#topic_on {one}")
        for one in context.services.config.categories[:_MAX_BUTTONS]
    ]
    return [*shown, Choice(words.none, "#topic_off")] if wanted else shown


@router.command("topic_on")
async def subscribe(context: Context, argument: str) -> None:
    """`#topic_on TOPIC`: an explicit yes, for the phones that were proved, with the wording that was shown."""
    words, topic = words_of(context.language), argument.strip()
    context.leave()
    if topic not in context.services.config.categories:
        await context.answer(words.unknown, *_choices(context, set()))
        return
    phones = await _phones(context)
    if not phones:
        await context.answer(words.needs_phone, Choice(words.link, "#link"))
        return
    # Consent first: a crash in between leaves an agreement without a topic, never a topic without an agreement.
    await agreements.give(
        context.database, context.citizen.id, Purpose.ANNOUNCEMENTS, wording=WORDING, entry_id=context.entry_id
    )
    async with context.database.transaction() as connection:
        for phone in phones:
            proof = f"chat:{context.entry_id}"
            await subscriptions.subscribe(connection, context.services.cipher, phone, topic, proof=proof)
    masked = ", ".join(map(mask_phone, phones))
    said = words.subscribed.format(topic=_name(context, topic), phones=masked, wording=WORDING)
    await context.answer(said, Choice(words.off.format(topic=_name(context, topic)), f"#topic_off {topic}"))


@router.command("topic_off")
async def unsubscribe(context: Context, argument: str) -> None:
    """`#topic_off TOPIC`, or all without one; with the last the agreement ends."""
    words, topic = words_of(context.language), argument.strip() or None
    context.leave()
    cipher, phones = context.services.cipher, await _phones(context)
    ended: set[str] = set()
    async with context.database.transaction() as connection:
        for phone in phones:
            ended |= set(await subscriptions.unsubscribe(connection, cipher, phone, topic))
    if not await subscriptions.of_phones(context.database, cipher, phones):
        await agreements.withdraw(context.database, context.citizen.id, Purpose.ANNOUNCEMENTS)
    names = ", ".join(_name(context, one) for one in sorted(ended))
    await context.answer(words.unsubscribed.format(topic=names) if ended else words.nothing_wanted)


async def _phones(context: Context) -> list[str]:
    """The phones over which this person proved control, relatives' left out."""
    return await preferences.own_phones(context.database, context.services.cipher, context.citizen.id)


def _name(context: Context, topic: str) -> str:
    return words_of(context.language).topics.get(topic, topic)


def _find_topic(context: Context, what: str) -> str | None:
    """Return the topic that folded words name, in either language."""
    for topic in context.services.config.categories:
        names = [topic, VI.topics.get(topic, topic), EN.topics.get(topic, topic)]
        parts = [part.strip() for name in names for part in fold(name).split(",")]
        if any(re.search(rf"\b{re.escape(part)}\b", what) for part in parts if part):
            return topic
    return None
