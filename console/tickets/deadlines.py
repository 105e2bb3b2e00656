"""What is to be done next about a ticket, and until when; pure (Decision 766; docs: public-services 6.2, 6.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from console.answering import Terms
from storage.ticket_desk import DeskTicket


@dataclass(frozen=True, slots=True)
class Step:
    """The next step: decide, resolve, publish, answer (a data request) or pass_on (praise), and its last moment."""

    word: str
    due_at: datetime | None

    def is_late(self, now: datetime) -> bool:
        """Whether the last moment is over."""
        return self.due_at is not None and self.due_at < now


def next_step(
    desk_ticket: DeskTicket, *, terms: Callable[[datetime], Terms], publish_by: Callable[[datetime], datetime]
) -> Step | None:
    """Return what is to be done next; None: nothing any more."""
    ticket = desk_ticket.ticket
    if not ticket.is_open:
        return _after_answer(desk_ticket, publish_by)
    if ticket.kind == "data":
        return Step("answer", ticket.due_at)
    if ticket.due_at is None:
        return Step("pass_on", None)
    if ticket.state == "open":
        return Step("decide", terms(ticket.created_at).refuse_by)
    return Step("resolve", ticket.due_at)


def _after_answer(desk_ticket: DeskTicket, publish_by: Callable[[datetime], datetime]) -> Step | None:
    ticket = desk_ticket.ticket
    is_public_matter = ticket.kind == "feedback" and ticket.state == "answered" and ticket.topic != "praise"
    if not is_public_matter or desk_ticket.published_at is not None or ticket.closed_at is None:
        return None
    return Step("publish", publish_by(ticket.closed_at))


def soonest_first(found: Iterable[tuple[DeskTicket, Step | None]]) -> list[tuple[DeskTicket, Step | None]]:
    """Return tickets by what is due first; what has no date comes last, in the order of its coming."""

    def key(one: tuple[DeskTicket, Step | None]) -> tuple[bool, float, int]:
        ticket, step = one
        due_at = None if step is None else step.due_at
        return (due_at is None, 0.0 if due_at is None else due_at.timestamp(), ticket.ticket.id)

    return sorted(found, key=key)
