"""Where one's own tickets stand, and taking one back. Others' numbers look like unknown ones."""

from __future__ import annotations

from typing import Final

from bot.answers import Choice
from bot.context import Context
from bot.feedback.reading import asks_for_state, find_number
from bot.router import PASS, Passed, Router
from bot.texts.feedback import FeedbackWords, words_of
from bot.understanding import Label
from storage import outgoing, tickets
from storage.tickets import Ticket

router = Router("tickets")

MAX_LISTED: Final = 5


async def names_ticket(context: Context) -> bool:
    """Whether a text holds the number of a ticket."""
    return find_number(context.text) is not None


@router.intent(*Label, filters=(names_ticket,))
async def answer_number(context: Context) -> None:
    """Say where the ticket stands whose number is in the text."""
    await show(context, context.text)


@router.unclear()
async def answer_bare_number(context: Context) -> Passed | None:
    """The same, for a text that means nothing else."""
    if not await names_ticket(context):
        return PASS
    await show(context, context.text)
    return None


@router.intent(Label.FEEDBACK)
async def answer_question(context: Context) -> Passed | None:
    """Say where one's own tickets stand, to who asks for it."""
    if not asks_for_state(context.text):
        return PASS
    await show(context, "")
    return None


@router.command("ticket")
async def show(context: Context, argument: str) -> None:
    """Say where a ticket stands, or all of them without a number."""
    words = words_of(context.language)
    if not argument:
        await _list(context, words)
        return
    ticket = await _find_own(context, argument)
    if ticket is None:
        await context.answer(words.not_yours)
        return
    options = []
    if ticket.kind == "feedback" and ticket.is_open:
        options.append(Choice(words.withdraw, f"#ticket_withdraw {ticket.number}"))
    await context.answer(describe_ticket(ticket, context), *options)


@router.command("ticket_withdraw")
async def withdraw(context: Context, argument: str) -> None:
    """Take an own ticket of feedback back, and tell the one-stop system."""
    words, cipher = words_of(context.language), context.services.cipher
    ticket = await _find_own(context, argument)
    if ticket is None:
        await context.answer(words.not_yours)
        return
    async with context.database.transaction() as connection:
        if await tickets.withdraw(connection, ticket.number, citizen_id=context.citizen.id):
            data = {"number": ticket.number, "kind": ticket.kind}
            await outgoing.add(
                connection,
                cipher,
                type="hoso.ticket.withdrawn",
                subject=ticket.number,
                data=data,
                entry_id=context.entry_id,
            )
    ticket = await _find_own(context, argument) or ticket
    is_withdrawn = ticket.kind == "feedback" and ticket.state == "cancelled"
    said = words.withdrawn.format(number=ticket.number) if is_withdrawn else describe_ticket(ticket, context)
    await context.answer(said)


def describe_ticket(ticket: Ticket, context: Context) -> str:
    """Return a ticket in words: number, when it was sent, its state, what is promised, the answer."""
    words = words_of(context.language)
    kind = words.kinds[ticket.kind]
    lines = [words.ticket.format(number=ticket.number, kind=kind, opened=words.format_moment(ticket.created_at))]
    lines.append(words.states[ticket.state])
    if ticket.is_open and ticket.due_at is not None:
        is_late = ticket.due_at < context.now
        lines.append(words.overdue if is_late else words.due.format(due=words.format_moment(ticket.due_at)))
    if ticket.answer:
        lines.append(words.answer.format(answer=ticket.answer))
    return "\n".join(lines)


async def _list(context: Context, words: FeedbackWords) -> None:
    found = await tickets.of_citizen(context.database, context.services.cipher, context.citizen.id, limit=MAX_LISTED)
    if not found:
        await context.answer(words.no_tickets, Choice(words.new, "#feedback"))
        return
    if len(found) == 1:
        await show(context, found[0].number)
        return
    blocks = [f"{describe_ticket(one, context)}" for one in found]
    choices = [Choice(words.see.format(number=one.number), f"#ticket {one.number}") for one in found]
    await context.answer("\n\n".join([words.tickets, *blocks]), *choices)


async def _find_own(context: Context, text: str) -> Ticket | None:
    number = find_number(text)
    if number is None:
        return None
    return await tickets.find(context.database, context.services.cipher, number, citizen_id=context.citizen.id)
