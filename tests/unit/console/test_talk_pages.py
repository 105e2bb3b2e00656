"""What officers are told before they write, and what is due next about a ticket."""

from datetime import UTC, datetime, timedelta

import pytest

from console.answering import Terms
from console.conversations.window import describe
from console.tickets.deadlines import next_step, soonest_first
from storage.chat_window import Refusal, Standing
from storage.ticket_desk import DeskTicket
from storage.tickets import Ticket

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("standing", "pays", "word", "tone", "left"),
    [
        (Standing(None, NOW + HOUR, NOW + 9 * HOUR, 3, 8), False, "free", "good", 5),
        (Standing(None, NOW + HOUR, NOW + 9 * HOUR, 3, 0), True, "free_then_paid", "good", None),
        (Standing(None, NOW - HOUR, NOW + 9 * HOUR, 3, 8), True, "paid", "warn", 5),
        (Standing(Refusal.PAID_WINDOW, NOW - HOUR, NOW + HOUR, 0, 8), False, "paid_not_allowed", "bad", 0),
        (Standing(Refusal.QUOTA_USED, NOW + HOUR, NOW + HOUR, 8, 8), False, "quota_used", "bad", 0),
        (Standing(Refusal.WINDOW_OVER, NOW - HOUR, NOW - HOUR, 0, 8), True, "over", "bad", 0),
        (Standing(Refusal.WINDOW_OVER, None, None, 0, 0), True, "never", "bad", 0),
        (Standing(None, None, None, 0, 0), False, "open", "good", None),
    ],
)
def test_the_window_is_told_as_it_stands(
    standing: Standing, pays: bool, word: str, tone: str, left: int | None
) -> None:
    seen = describe(standing, pays=pays, now=NOW)
    assert (seen.word, seen.tone, seen.left) == (word, tone, left)


def ticket(
    state: str, *, kind: str = "feedback", topic: str = "complaint", due: bool = True, number: int = 1
) -> DeskTicket:
    due_at = NOW + timedelta(days=20) if due else None
    closed_at = NOW if state == "answered" else None
    inner = Ticket(
        number, f"PA-{number}", kind, state, topic, None, None, 1, None, NOW, due_at, closed_at, text=None, answer=None
    )
    return DeskTicket(inner, None, None, None, None, None, "vi", "zalo", NOW, {})


def step(one: DeskTicket) -> tuple[str, datetime | None] | None:
    found = next_step(
        one,
        terms=lambda at: Terms(at + timedelta(days=2), at + timedelta(days=5)),
        publish_by=lambda at: at + timedelta(days=2),
    )
    return None if found is None else (found.word, found.due_at)


def test_each_state_of_a_ticket_has_its_next_step() -> None:
    assert step(ticket("open")) == ("decide", NOW + timedelta(days=2))
    assert step(ticket("claimed")) == ("resolve", NOW + timedelta(days=20))
    assert step(ticket("answered")) == ("publish", NOW + timedelta(days=2))
    assert step(ticket("answered", topic="praise")) is None
    assert step(ticket("cancelled")) is None
    assert step(ticket("open", topic="praise", due=False)) == ("pass_on", None)
    assert step(ticket("open", kind="data")) == ("answer", NOW + timedelta(days=20))


def test_what_has_no_date_comes_last() -> None:
    praise, fresh, old = ticket("open", due=False, number=1), ticket("open", number=2), ticket("claimed", number=3)
    found = [
        (one, next_step(one, terms=lambda at: Terms(at, at), publish_by=lambda at: at)) for one in (praise, old, fresh)
    ]
    assert [one.ticket.id for one, _ in soonest_first(found)] == [2, 3, 1]
