"""No more messages: none at all, none about one dossier, none at some hours, none for a while; and messages again.

What a phone gets is its owner's to stop: who proved control of it by a link or a one-time code, or who answers a
message that was sent to it. Everybody may quieten their own chat.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from bot import linking
from bot.answers import NO, YES, Choice
from bot.context import Context
from bot.handlers.linking import wait_for_code
from bot.linking import Asked, Proof, Target, when_proved
from bot.router import PASS, Passed, Router
from bot.texts.stopping import StoppingWords, words_of
from bot.understanding import LOW_CONFIDENCE, Label
from bot.wishes import MAX_PAUSE, is_wrong_number, read_pause, read_quiet_hours, wants_hours, wants_start
from dossiers.calendar import format_date_en, format_date_vi
from dossiers.contact import normalise_phone
from dossiers.masking import mask_phone
from dossiers.text import fold
from storage import links, mutes, preferences

router = Router("stopping")

PURPOSE: Final = "stop"
WRONG: Final = "wrong_number"
CHANNELS_OF_PHONE: Final = ("zalo_template", "sms_esms", "sms_speedsms")
"""By which a stranger's phone gets nothing about somebody's dossier."""
MAX_BUTTONS: Final = 4
_HOURS = {"8-17": (time(17), time(8)), "7-20": (time(20), time(7))}


class Stopping(StrEnum):
    """What is asked for."""

    HOURS = "stopping.hours"
    PHONE = "stopping.phone"


async def asks_for_messages(context: Context) -> bool:
    """Whether the whole text is a word for getting messages again."""
    return wants_start(context.text)


@router.intent(*Label, filters=(asks_for_messages,))
async def start_by_words(context: Context) -> None:
    """Messages come again."""
    await start(context, "")


@router.unclear()
async def read_unclear_words(context: Context) -> Passed | None:
    """Messages again, or at some hours, by words that mean nothing else."""
    if wants_start(context.text):
        await start(context, "")
    elif wants_hours(context.text):
        await _set_hours(context, read_quiet_hours(context.text))
    else:
        return PASS
    return None


@router.intent(Label.STOP_NOTIFICATIONS)
async def stop_by_words(context: Context) -> None:
    """An opt-out word stops everything at once; a sentence says what, or is asked."""
    meaning, words = context.meaning, words_of(context.language)
    if meaning is not None and meaning.is_opt_out:
        if _is_unclear(context) and _was_asked(context):
            await context.answer(words.ask_unclear, *_yes_or_no(words))
        else:
            await stop_all(context, "")
    elif is_wrong_number(context.text):
        await stop_wrong_number(context, "")
    elif quiet := read_quiet_hours(context.text):
        await _set_hours(context, quiet)
    elif pause_for := read_pause(context.text):
        await pause(context, str(pause_for.days))
    elif meaning is not None and meaning.entities.dossier_codes:
        await stop_dossier(context, meaning.entities.dossier_codes[0])
    else:
        await ask_what(context, "")


def _is_unclear(context: Context) -> bool:
    """Whether the word may mean something else: "hủy" with its accents may be about what is being done just now."""
    meaning = context.meaning
    return meaning is not None and (meaning.is_unclear_opt_out or fold(context.text).strip(" .!") == "huy")


def _was_asked(context: Context) -> bool:
    """Whether the word may answer a question: "dung" is also "đúng", yes (docs: public-services 6.4)."""
    return context.standing.state is not None or bool(context.standing.choices)


@router.command("stop")
async def ask_what(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Offer what may be stopped."""
    words = words_of(context.language)
    context.leave()
    await context.answer(
        words.ask,
        Choice(words.all_messages, "#stop_all"),
        Choice(words.one_dossier, "#stop_one"),
        Choice(words.some_hours, "#hours"),
        Choice(words.a_week, "#pause 7"),
        Choice(words.keep, "#keep", NO),
    )


@router.command("keep")
async def keep(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Leave everything as it is."""
    context.leave()
    await context.answer(words_of(context.language).kept)


@router.command("stop_all")
async def stop_all(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Stop all messages of ours on Zalo, as far as the phones are known to be this person's; say so once."""
    words = words_of(context.language)
    context.leave()
    await preferences.stop_chat(context.database, context.citizen.id)
    phones = await _phones(context)
    for phone in phones:
        await preferences.stop(context.database, context.services.cipher, phone)
    await _confirm_stop(context, words, phones)


async def _confirm_stop(context: Context, words: StoppingWords, phones: Sequence[str]) -> None:
    start_again = Choice(words.start, "#start")
    if phones:
        said = words.stopped.format(phones=_masked(phones))
        await context.answer(f"{said}\n{words.duty}\n{words.back}", start_again)
    else:
        await context.answer(
            f"{words.stopped_chat}\n{words.duty}\n{words.back}",
            Choice(words.for_phone, "#stop_phone"),
            start_again,
        )


@router.command("wrong_number")
async def stop_wrong_number(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """A message came to a stranger: nothing more goes there, by no means, and officers look at the number."""
    words = words_of(context.language)
    context.leave()
    phone = await _quoted_phone(context)
    if phone is None:
        await preferences.stop_chat(context.database, context.citizen.id)
        await context.answer(words.wrong_number_ask, Choice(words.for_phone, "#wrong_phone"))
        return
    await _note_wrong_number(context, phone)


async def _note_wrong_number(context: Context, phone: str) -> None:
    words = words_of(context.language)
    await preferences.note_wrong_number(context.database, context.services.cipher, phone, channels=CHANNELS_OF_PHONE)
    await context.answer(words.wrong_number.format(phones=mask_phone(phone)))


@router.command("stop_one")
async def ask_which(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Offer the linked dossiers."""
    words = words_of(context.language)
    context.leave()
    linked = await links.current(context.database, context.citizen.id, limit=MAX_BUTTONS)
    if not linked:
        await context.answer(words.nothing_linked, Choice(words.link, "#link"), Choice(words.all_messages, "#stop_all"))
        return
    choices = [Choice(one.dossier.code, f"#stop_dossier {one.dossier.code}") for one in linked]
    await context.answer(words.which_dossier, *choices, Choice(words.all_messages, "#stop_all"))


@router.command("stop_dossier")
async def stop_dossier(context: Context, argument: str) -> None:
    """`#stop_dossier CODE`: no more messages about one linked dossier."""
    words = words_of(context.language)
    context.leave()
    dossier = await linking.find_linked(context, argument)
    if dossier is None:
        await context.answer(words.not_linked, Choice(words.all_messages, "#stop_all"))
        return
    phones = await _phones(context)
    for phone in phones:
        await mutes.add(context.database, context.services.cipher, phone, dossier.id)
    if phones:
        said = "\n".join((words.stopped_dossier.format(code=dossier.code), words.duty))
        await context.answer(said, Choice(words.start, f"#start_dossier {dossier.code}"))
    else:
        said = words.dossier_without_phone.format(code=dossier.code)
        await context.answer(said, Choice(words.for_phone, "#stop_phone"), Choice(words.link, "#link"))


@router.command("start_dossier")
async def start_dossier(context: Context, argument: str) -> None:
    """`#start_dossier CODE`: messages about it come again."""
    words = words_of(context.language)
    dossier = await linking.find_linked(context, argument)
    if dossier is None:
        await context.answer(words.not_linked)
        return
    for phone in await _phones(context):
        await mutes.remove(context.database, context.services.cipher, phone, dossier.id)
    await context.answer(words.started_dossier.format(code=dossier.code))


@router.command("hours")
async def choose_hours(context: Context, argument: str) -> None:
    """`#hours`, `#hours 8-17`, `#hours off`: when messages may come."""
    words = words_of(context.language)
    if argument == "off":
        await _set_hours(context, None)
    elif argument in _HOURS:
        await _set_hours(context, _HOURS[argument])
    else:
        context.go(Stopping.HOURS)
        await context.answer(
            words.hours_ask,
            Choice(words.office_hours, "#hours 8-17"),
            Choice(words.day_hours, "#hours 7-20"),
            Choice(words.any_hour, "#hours off"),
            Choice(words.keep, "#keep", NO),
        )


@router.state(Stopping.HOURS)
async def take_hours(context: Context) -> Passed | None:
    """Read the hours; somebody who changed the subject is let go."""
    if quiet := read_quiet_hours(context.text):
        await _set_hours(context, quiet)
        return None
    if _speaks_of_something_else(context):
        context.leave()
        return PASS
    words = words_of(context.language)
    await context.answer(words.hours_unread, Choice(words.any_hour, "#hours off"), Choice(words.keep, "#keep", NO))
    return None


async def _set_hours(context: Context, quiet: tuple[time, time] | None) -> None:
    words = words_of(context.language)
    context.leave()
    phones = await _phones(context)
    if not phones:
        await context.answer(words.needs_phone, Choice(words.link, "#link"), Choice(words.all_messages, "#stop_all"))
        return
    for phone in phones:
        await preferences.set_hours(context.database, context.services.cipher, phone, quiet)
    if quiet is None:
        await context.answer(words.hours_off)
        return
    until, since = quiet
    said = words.hours_set.format(start=f"{since:%H:%M}", end=f"{until:%H:%M}")
    await context.answer(f"{said}\n{words.urgent}", Choice(words.any_hour, "#hours off"))


@router.command("pause")
async def pause(context: Context, argument: str) -> None:
    """`#pause DAYS`: nothing on Zalo for a while."""
    words = words_of(context.language)
    context.leave()
    days = int(argument) if argument.isascii() and argument.isdecimal() and len(argument) <= 3 else 7
    phones = await _phones(context)
    if not phones:
        await context.answer(words.needs_phone, Choice(words.link, "#link"), Choice(words.all_messages, "#stop_all"))
        return
    until = context.now + min(timedelta(days=max(days, 1)), MAX_PAUSE)
    for phone in phones:
        await preferences.pause(context.database, context.services.cipher, phone, until)
    said = words.paused.format(until=_moment(context, until))
    await context.answer(f"{said}\n{words.duty}", Choice(words.start, "#start"))


@router.command("start")
async def start(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Take every stop back that this person may take back."""
    words = words_of(context.language)
    context.leave()
    await preferences.start_chat(context.database, context.citizen.id)
    phones = await _phones(context)
    for phone in phones:
        await preferences.start(context.database, context.services.cipher, phone)
        await mutes.remove(context.database, context.services.cipher, phone)
    if phones:
        await context.answer(words.started.format(phones=_masked(phones)))
    else:
        await context.answer(words.started_chat, Choice(words.link, "#link"))


@router.command("stop_phone")
async def ask_phone(context: Context, argument: str) -> None:
    """`#stop_phone`, `#stop_phone NUMBER`: stop for a phone, once its owner is proved by a one-time code."""
    await _begin(context, argument, PURPOSE)


@router.command("wrong_phone")
async def ask_wrong_phone(context: Context, argument: str) -> None:
    """The same for a number that gets somebody else's messages."""
    await _begin(context, argument, WRONG)


async def _begin(context: Context, argument: str, purpose: str) -> None:
    if argument:
        await _send_code(context, argument, purpose)
    else:
        context.go(Stopping.PHONE, purpose=purpose)
        words = words_of(context.language)
        await context.answer(words.phone_ask, Choice(words.keep, "#keep", NO))


@router.state(Stopping.PHONE)
async def take_phone(context: Context) -> Passed | None:
    """Read the phone; somebody who changed the subject is let go."""
    if normalise_phone(context.text) is None and _speaks_of_something_else(context):
        context.leave()
        return PASS
    await _send_code(context, context.text, str(context.standing.data.get("purpose", PURPOSE)))
    return None


async def _send_code(context: Context, text: str, purpose: str) -> None:
    words = words_of(context.language)
    phone = normalise_phone(text)
    if phone is None:
        context.go(Stopping.PHONE, purpose=purpose)
        await context.answer(words.phone_unread, Choice(words.keep, "#keep", NO))
        return
    asked = await linking.ask_code(context, purpose=purpose, target=Target(phone=phone))
    if asked is Asked.TOO_MANY:
        context.leave()
        await context.answer(words.too_many)
        return
    await wait_for_code(context, words.code_sent)


@when_proved(PURPOSE)
async def stop_proved(context: Context, proof: Proof) -> None:
    """The phone is theirs: stop."""
    await preferences.stop(context.database, context.services.cipher, proof.phone)
    await _confirm_stop(context, words_of(context.language), [proof.phone])


@when_proved(WRONG)
async def note_proved(context: Context, proof: Proof) -> None:
    """The phone is theirs, and the dossier is not."""
    await _note_wrong_number(context, proof.phone)


async def _phones(context: Context) -> list[str]:
    """The phones that are this person's: by links, or because a message to it is answered here."""
    own = await preferences.own_phones(context.database, context.services.cipher, context.citizen.id)
    quoted = await _quoted_phone(context)
    return list(dict.fromkeys([*own, *([quoted] if quoted else [])]))


async def _quoted_phone(context: Context) -> str | None:
    message_id = context.update.quote_message_id
    if message_id is None:
        return None
    return await preferences.phone_of_message(context.database, context.services.cipher, message_id)


def _speaks_of_something_else(context: Context) -> bool:
    meaning = context.meaning
    if meaning is not None and meaning.is_opt_out:
        return True
    if meaning is None or meaning.confidence < LOW_CONFIDENCE:
        return False
    return meaning.label not in (Label.STOP_NOTIFICATIONS, Label.WHERE_WHEN, Label.OUT_OF_SCOPE, Label.LINK_DOSSIER)


def _yes_or_no(words: StoppingWords) -> tuple[Choice, Choice]:
    return Choice(words.all_messages, "#stop_all", YES), Choice(words.keep, "#keep", NO)


def _masked(phones: Sequence[str]) -> str:
    return ", ".join(mask_phone(phone) for phone in phones)


def _moment(context: Context, moment: datetime) -> str:
    zone = context.services.config.zone
    return format_date_en(moment, zone) if context.language == "en" else format_date_vi(moment, zone)
