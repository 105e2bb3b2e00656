"""How an attempt is written down."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.base import OutgoingMessage, Recipient, SendReceipt
from status_bridge.routing import NoRoute, Routed, Skipped
from tests.unit.status_bridge.routing_case import NOW, claimed
from workers.outcomes import accepted, decided, expired, held, new_step
from workers.retry import Decision, NoticeFacts

MESSAGE = OutgoingMessage(reference="n-1", recipient=Recipient(), text="x")
ROUTED = Routed("sms_esms", MESSAGE, "zalo_unreachable", 1000, [Skipped("zalo_template", "given_up")])
AGAIN = Decision("pending", "refused", 1, "temporary:-100", 30.0, not_sent=True)


@pytest.mark.parametrize(("told", "cost"), [(None, 1000), (500, 500), (0, 0)])
def test_an_acceptance_costs_what_the_platform_says_or_what_was_expected(told: int | None, cost: int) -> None:
    outcome = accepted(claimed(), ROUTED, SendReceipt(message_id="m", cost_vnd=told), latency_ms=3, due_in_seconds=60.0)
    assert (outcome.cost_vnd, outcome.message_id, outcome.due_in_seconds) == (cost, "m", 60.0)
    assert outcome.step == {
        "channel": "sms_esms",
        "why": "zalo_unreachable",
        "skipped": [["zalo_template", "given_up"]],
        "outcome": "accepted",
        "cost_vnd": cost,
    }


def written(notice, decision=AGAIN, routed=ROUTED):
    return decided(notice, decision, code="-100", routed=routed, due_in_seconds=30.0, latency_ms=None)


def test_the_first_step_that_puts_a_notice_back_says_since_when_it_waits() -> None:
    due = NOW + timedelta(hours=9)
    first = written(claimed(due_at=due))
    assert first.step is not None
    assert first.step["since"] == due.isoformat()
    again = claimed(due_at=due + timedelta(days=1), route=[first.step])
    assert NoticeFacts.of(again).since == due, "what a retry waits for does not make it younger"
    assert written(again).step is None, "a repeat is not written again"
    other = written(again, Decision("failed", "refused", 1, "temporary:-100"))
    assert other.step is None


def test_a_step_of_another_outcome_is_written() -> None:
    first = written(claimed())
    step = new_step(claimed(route=[first.step]), ROUTED, outcome="accepted", cost_vnd=1000)
    assert step is not None
    assert "since" not in step


def test_the_hour_at_which_a_notice_came_due_counts_and_never_one_before_it_was_made() -> None:
    assert NoticeFacts.of(claimed(due_at=None)).since == NOW
    assert NoticeFacts.of(claimed(due_at=datetime(2020, 1, 1, tzinfo=UTC))).since == NOW
    assert NoticeFacts.of(claimed(due_at=NOW + timedelta(days=9))).since == NOW + timedelta(days=9)


def test_a_refusal_to_respect_and_a_repeat_are_on_the_route() -> None:
    until = NOW + timedelta(hours=23)
    refused = Decision("pending", "refused", 0, "r", 0.0, not_sent=True, next_step="next_channel", is_refused=True)
    doubt = Decision("pending", "in_doubt", 1, "r", 0.0, next_step="same_channel", repeat_until=until)
    first, second = written(claimed(), refused).step, written(claimed(), doubt).step
    assert first is not None
    assert second is not None
    assert (first["next"], first["closed"]) == ("next_channel", "refused")
    assert (second["next"], second["until"]) == ("same_channel", until.isoformat())


def test_without_a_way_the_step_names_what_was_skipped() -> None:
    nothing = NoRoute("no_mobile", [Skipped("zalo_template", "no_mobile")])
    outcome = written(claimed(), Decision("no_mobile", "not_sent", 0, "no_mobile", not_sent=True), nothing)
    assert outcome.channel is None
    assert outcome.step == {"skipped": [["zalo_template", "no_mobile"]], "outcome": "not_sent", "code": "-100"}


def test_what_was_not_tried_takes_its_send_back() -> None:
    for outcome, state in ((held(claimed(), 60.0), "held"), (expired(claimed()), "expired")):
        assert (outcome.state, outcome.not_sent, outcome.channel, outcome.step) == (state, True, None, None)
