"""Opening a hand-over to a person, and saying what it promises: for every handler that needs a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.answers import Call, Choice, Option
from bot.texts.person import words_of
from dossiers.calendar import Shift
from dossiers.text import fold
from storage import handovers
from storage.handovers import Handover

if TYPE_CHECKING:
    from bot.context import Context

HOTLINE = "1022"
"""Extension 3 for public services. docs: public-services 8."""
END_COMMAND = "#end"
_ENDINGS = frozenset(
    {
        "thoi", "thoi khoi", "thoi khong can", "thoi khong can nua", "khong can nua", "khoi can", "thoi bo di",
        "ket thuc", "ket thuc tro chuyen", "ket thuc chat", "toi khong can gap nua", "khoi gap", "khoi gap nua",
        "thoi khoi gap nua", "never mind", "nevermind", "end chat", "end the chat", "no need",
    }
)  # fmt: skip
_ENDINGS_OF_TALK = frozenset({"ket thuc", "ket thuc tro chuyen", "ket thuc chat", "end chat", "end the chat"})


@dataclass(frozen=True, slots=True)
class Opened:
    """A hand-over as its citizen is told of it; moments are local."""

    handover: Handover
    is_new: bool
    place: int
    """In the queue, from 1; 0 once an officer has it"""
    opens_at: datetime | None
    """When officers are there; None while they are"""
    promised_at: datetime
    is_today: bool
    """Whether the promised moment is on this day"""
    minutes: int
    """Until the turn comes, of office hours"""


async def open_handover(context: Context, *, reason: str) -> Opened:
    """Put the citizen into the queue for an officer; who waits or talks already stays where they are.

    The assistant goes on answering while they wait, and is silent once an officer has taken it. `reason` is one word
    for the officers: asked, danger (goes first), not_understood. Safe to run again for the same inbox entry.
    """
    rules, database = context.services.config.tickets, context.database
    now = context.now.astimezone(context.services.config.zone)
    queue = await handovers.queue(database)
    promised = rules.promise(now, queue.waiting + 1, queue.minutes)
    handover, is_new = await handovers.request(
        database,
        context.services.cipher,
        citizen_id=context.citizen.id,
        entry_id=context.entry_id,
        reason=reason,
        due_at=promised,
    )
    place = await handovers.place(database, handover.id)
    opens_at = rules.opens_at(now)
    if not is_new and handover.due_at is not None:
        promised = handover.due_at.astimezone(now.tzinfo)
    return Opened(
        handover=handover,
        is_new=is_new,
        place=place,
        opens_at=None if opens_at == now else opens_at,
        promised_at=promised,
        is_today=promised.date() == now.date(),
        minutes=rules.minutes_until(max(place, 1), queue.minutes),
    )


def describe_handover(opened: Opened, language: str) -> str:
    """Return what the citizen is told: number, place, promised time or hours, the hotline."""
    words = words_of(language)
    values = {"number": opened.handover.number, "place": str(opened.place)}
    until = words.format_moment(opened.promised_at)
    if opened.handover.state == "claimed":
        return words.with_officer.format(**values)
    if opened.opens_at is not None:
        said = words.queued_later.format(**values, opens=words.format_moment(opened.opens_at))
    elif not opened.is_new:
        said = words.still_waiting.format(**values, until=until)
    elif not opened.is_today:
        said = words.queued_past_closing.format(**values, until=until)
    else:
        said = words.queued.format(**values, minutes=str(opened.minutes), until=until)
    return f"{said}\n{words.meanwhile}\n{words.by_phone}"


def handover_options(language: str) -> tuple[Option, ...]:
    """Return the buttons under a hand-over: call, or never mind."""
    words = words_of(language)
    return (Call(words.call, HOTLINE), Choice(words.end, END_COMMAND))


def wants_to_end(text: str, *, is_talking: bool = False) -> bool:
    """Return whether a whole message says that no officer is needed any more.

    While an officer talks, "thôi khỏi" may be an answer to something they said: only plainer words count.
    """
    said = fold(text).strip(" .!,")
    return said in (_ENDINGS_OF_TALK if is_talking else _ENDINGS)


def format_hours(shifts: tuple[Shift, ...]) -> str:
    """Return ``07:30-11:30, 13:30-17:30``."""
    return ", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in shifts)
