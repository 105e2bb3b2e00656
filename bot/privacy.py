"""What is known of a person, put into lines for the chat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.context import Context
from bot.texts.privacy import PrivacyWords, words_of
from dossiers.calendar import format_date_en, format_date_vi
from dossiers.masking import mask_phone
from storage import agreements, mutes, preferences, subject
from storage.agreements import Purpose
from storage.preferences import Preferences
from storage.subject import Summary


async def describe_subject(context: Context) -> str:
    """Return what the system keeps about the person who asks, line by line."""
    database, cipher, words = context.database, context.services.cipher, words_of(context.language)
    known = await subject.summary(database, context.citizen.id)
    agreed = await agreements.current(database, context.citizen.id)
    phones = await preferences.own_phones(database, cipher, context.citizen.id)
    lines = [words.known, *_lines_of_chat(context, known, is_remembered=Purpose.CHAT_MEMORY in agreed)]
    if phones:
        lines.append(words.known_phones.format(phones=", ".join(mask_phone(phone) for phone in phones)))
    notices = 0
    codes: list[str] = []
    wishes: list[str] = []
    for phone in phones:
        notices += await subject.count_notices(database, cipher, phone)
        codes += (await mutes.codes_of(database, cipher, phone)).values()
        wishes += _lines_of_wishes(context, await preferences.of_phone(database, cipher, phone))
    if notices:
        lines.append(words.known_notices.format(notices=notices))
    if known.stopped_at is not None and words.stops not in wishes:
        wishes.insert(0, words.stops)
    lines += dict.fromkeys(wishes)
    if codes:
        lines.append(words.muted.format(codes=", ".join(dict.fromkeys(codes))))
    lines.append(_agreed(words, agreed))
    return "\n".join((*lines, words.known_end))


def _lines_of_chat(context: Context, known: Summary, *, is_remembered: bool) -> Iterator[str]:
    words, config = words_of(context.language), context.services.config
    yield words.known_chat.format(since=say_moment(context, known.created_at))
    if known.links:
        yield words.known_links.format(links=known.links)
    if known.oldest_message is None:
        yield words.known_no_messages
    else:
        yield words.known_messages.format(messages=known.messages, since=say_moment(context, known.oldest_message))
    if is_remembered:
        yield words.kept_long.format(days=config.retention.days)
    else:
        yield words.kept_short.format(days=min(config.short_retention, config.retention).days)
    if known.tickets:
        yield words.known_tickets.format(tickets=known.tickets, open=known.open_tickets)
    if known.ratings:
        yield words.known_ratings.format(ratings=known.ratings)
    if known.wishes:
        yield words.known_wishes.format(wishes=known.wishes)


def _lines_of_wishes(context: Context, wanted: Preferences) -> Iterator[str]:
    words = words_of(context.language)
    if wanted.opted_out_at is not None:
        yield words.stops
    if wanted.paused_until is not None and wanted.paused_until > context.now:
        yield words.paused.format(until=say_moment(context, wanted.paused_until))
    if wanted.quiet_from is not None and wanted.quiet_to is not None:
        yield words.hours.format(start=f"{wanted.quiet_to:%H:%M}", end=f"{wanted.quiet_from:%H:%M}")


def _agreed(words: PrivacyWords, agreed: dict[str, agreements.Agreement]) -> str:
    if not agreed:
        return words.no_consents
    return words.known_consents.format(purposes=", ".join(words.purposes[one] for one in agreed))


def say_moment(context: Context, moment: datetime) -> str:
    """Return a moment in the city's time and the person's language."""
    zone = context.services.config.zone
    return format_date_en(moment, zone) if context.language == "en" else format_date_vi(moment, zone)
