"""What do you know about me, a copy of it, what I agreed to, and erasing all of it (docs: public-services 6.3).

An erasure is asked for here, with a number and a receipt, and done a moment later by `hoso/erasing.py`: when this very
message is answered and written down there is nothing left that could be written after it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.answers import NO, YES, Choice
from bot.context import Context
from bot.privacy import describe_subject, say_moment
from bot.router import PASS, Passed, Router
from bot.texts.privacy import WORDING, words_of
from bot.understanding import Label
from bot.updates import UpdateKind
from bot.wishes import DataWish, read_data_wish
from storage import agreements, erasure, retention, tickets
from storage.agreements import Purpose
from storage.tickets import NewTicket, Ticket

router = Router("privacy")

ANSWER_HOURS: Final = 16.0
"""Two working days: the law's time for an answer to a request (docs: public-services 6.3)."""
COPY_TERM: Final = timedelta(days=10)
ERASE_TERM: Final = timedelta(days=20)
COPY, ERASE, WITHDREW = "export", "erase", "withdrew"
"""Topics of tickets."""


class Privacy(StrEnum):
    """What is asked for."""

    ERASING = "privacy.erasing"


@router.intent(Label.DELETE_DATA)
async def read_wish(context: Context) -> None:
    """The label holds several wishes; what is not clear is asked about before anything is erased."""
    match read_data_wish(context.text):
        case DataWish.KNOW:
            await tell(context, "")
        case DataWish.COPY:
            await ask_copy(context, "")
        case DataWish.WITHDRAW:
            await show_consents(context, "")
        case DataWish.ERASE:
            await ask_erase(context, "")


@router.command("mydata")
async def tell(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Say what is known."""
    words = words_of(context.language)
    context.leave()
    await context.answer(
        await describe_subject(context),
        Choice(words.get_copy, "#copy"),
        Choice(words.see_consents, "#consents"),
        Choice(words.erase, "#erase"),
    )


@router.command("copy")
async def ask_copy(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Note the request, with its number and the law's times."""
    context.leave()
    ticket = await _open_ticket(context, COPY, COPY_TERM)
    said = words_of(context.language).copy.format(
        number=ticket.number,
        answer=say_moment(context, ticket.due_at or context.now),
        done=say_moment(context, ticket.created_at + COPY_TERM),
    )
    await context.answer(said)


@router.command("erase")
async def ask_erase(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Say what goes and what stays, and ask."""
    words = words_of(context.language)
    context.go(Privacy.ERASING)
    said = f"{words.erase_ask}\n{words.erase_stays}\n{words.erase_open}\n{words.erase_sure}"
    await context.answer(said, *_sure_or_not(context))


@router.state(Privacy.ERASING)
async def ask_again(context: Context) -> Passed | None:
    """To "dung", which is yes, don't or stop, the question again; everything else is another matter."""
    if context.meaning is None or not context.meaning.is_unclear_opt_out:
        return PASS
    await context.answer(words_of(context.language).erase_sure, *_sure_or_not(context))
    return None


def _sure_or_not(context: Context) -> tuple[Choice, Choice]:
    words = words_of(context.language)
    return Choice(words.erase_yes, "#erase_yes", YES), Choice(words.keep, "#erase_no", NO)


@router.command("erase_no")
async def keep(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Erase nothing."""
    context.leave()
    await context.answer(words_of(context.language).kept)


@router.command("erase_yes")
async def erase(context: Context, argument: str) -> None:
    """Take the erasure up; who was not asked is asked first."""
    if context.standing.state != Privacy.ERASING and not await _was_asked_for(context):
        await ask_erase(context, argument)
        return
    words = words_of(context.language)
    context.leave()
    ticket = await _ask_for_erasure(context, ERASE)
    if context.transcript is not None:
        context.transcript.forget()
    head = words.erased.format(number=ticket.number, now=say_moment(context, ticket.created_at))
    lines = (head, words.erased_when, words.erased_what, words.erased_stop, words.erased_keep)
    await context.answer("\n".join(lines))


async def _was_asked_for(context: Context) -> bool:
    """Whether this very message took it up before, and the state is lost since."""
    return await tickets.of_entry(context.database, context.services.cipher, context.entry_id) is not None


@router.on(UpdateKind.WITHDREW)
async def note_withdrawal(context: Context) -> None:
    """Consent was withdrawn on the platform: the same, without a word, for nobody may be written to any more."""
    await _ask_for_erasure(context, WITHDREW)


async def _ask_for_erasure(context: Context, topic: str) -> Ticket:
    ticket = await _open_ticket(context, topic, ERASE_TERM)
    await erasure.request(
        context.database, number=ticket.number, citizen_id=context.citizen.id, entry_id=context.entry_id
    )
    return ticket


async def _open_ticket(context: Context, topic: str, term: timedelta) -> Ticket:
    config = context.services.config
    answer_by: datetime = config.calendar.add_working_hours(context.now.astimezone(config.zone), ANSWER_HOURS)
    new = NewTicket(
        kind="data",
        citizen_id=context.citizen.id,
        entry_id=context.entry_id,
        topic=topic,
        details={"done_by": (context.now + term).isoformat()},
        due_at=answer_by,
    )
    ticket, _ = await tickets.open_ticket(context.database, context.services.cipher, new)
    return ticket


@router.command("consents")
async def show_consents(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Show what is agreed to, and offer each purpose by itself."""
    words, config = words_of(context.language), context.services.config
    context.leave()
    agreed = await agreements.current(context.database, context.citizen.id)
    lines = [words.consents if agreed else words.consents_none]
    for one in agreed.values():
        since = say_moment(context, one.given_at)
        lines.append(words.consent_line.format(purpose=words.purposes[one.purpose], since=since, wording=one.wording))
    lines.append(words.consents_offer)
    short = min(config.short_retention, config.retention).days
    lines += [words.details[purpose].format(days=config.retention.days, short=short) for purpose in Purpose]
    choices = [_choice(context, one, is_agreed=one in agreed) for one in Purpose]
    if len(agreed) > 1:
        choices.append(Choice(words.withdraw_all, "#withdraw all"))
    await context.answer("\n".join(lines), *choices)


@router.command("withdraw")
async def withdraw(context: Context, argument: str) -> None:
    """`#withdraw`: show them; `#withdraw PURPOSE` or `all`: take it back."""
    words = words_of(context.language)
    purpose = _purpose(argument)
    if not argument:
        await show_consents(context, "")
    elif purpose is None and argument != "all":
        await context.answer(words.unknown_purpose)
    else:
        await _withdraw(context, purpose)


async def _withdraw(context: Context, purpose: Purpose | None) -> None:
    words = words_of(context.language)
    context.leave()
    await agreements.withdraw(context.database, context.citizen.id, purpose)
    named = ", ".join(words.purposes[one] for one in ([purpose] if purpose else Purpose))
    lines = [words.withdrawn.format(purpose=named)]
    if purpose in (None, Purpose.CHAT_MEMORY):
        await retention.drop_transcript(context.database, context.citizen.id)
        lines.append(words.withdrawn_memory)
    await context.answer("\n".join(lines), Choice(words.see_consents, "#consents"))


@router.command("agree")
async def agree(context: Context, argument: str) -> None:
    """`#agree PURPOSE`: an explicit yes to one purpose, with the wording that was shown."""
    words = words_of(context.language)
    purpose = _purpose(argument)
    if purpose is None:
        await context.answer(words.unknown_purpose)
        return
    context.leave()
    await agreements.give(context.database, context.citizen.id, purpose, wording=WORDING, entry_id=context.entry_id)
    said = words.agreed.format(purpose=words.purposes[purpose], wording=WORDING)
    await context.answer(said, _choice(context, purpose, is_agreed=True))


def _purpose(argument: str) -> Purpose | None:
    return Purpose(argument) if argument in set(Purpose) else None


def _choice(context: Context, purpose: Purpose, *, is_agreed: bool) -> Choice:
    words = words_of(context.language)
    title = (words.withdraw if is_agreed else words.agree).format(purpose=words.purposes[purpose])
    return Choice(title, f"#{'withdraw' if is_agreed else 'agree'} {purpose}")
