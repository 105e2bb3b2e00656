"""The retry decision as a table: every class of error, at every rung."""

from datetime import UTC, datetime, timedelta

import pytest

from channels import errors
from channels.later import Until
from status_bridge.routing import NoRoute
from workers.config import RETRY_LADDER_SECONDS, DeliveryConfig
from workers.retry import Decision, NoticeFacts, decide

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # 10:00 in Vietnam
CONFIG = DeliveryConfig()
LADDER = [0, 30, 120, 600, 1800, 7200, 21600, 43200]
RUNGS = range(len(LADDER) + 1)

NOT_SENT = [errors.NotSent("x"), errors.PlatformDown("connect"), errors.PoolBusy("pool")]
FINAL = [
    errors.RecipientUnreachable("-118"),
    errors.RecipientRefused("-141", try_other_channel=False),
    errors.BadMessage("-132"),
    errors.UnknownCode("-99999"),
]


def judge(error: errors.ChannelError | NoRoute, *, tries: int = 0, age: timedelta = timedelta(0), **facts) -> Decision:
    notice = NoticeFacts(kind="accepted", created_at=NOW - age, tries=tries, **facts)
    return decide(error, notice=notice, now=NOW, config=CONFIG)


def test_the_ladder_is_the_one_of_the_design() -> None:
    assert list(RETRY_LADDER_SECONDS) == LADDER


@pytest.mark.parametrize("tries", RUNGS)
def test_a_temporary_refusal_climbs_the_ladder_and_then_fails(tries: int) -> None:
    decision = judge(errors.Temporary("-100"), tries=tries)
    if tries < len(LADDER):
        assert (decision.state, decision.due_in_seconds, decision.tries) == ("pending", LADDER[tries], tries + 1)
    else:
        assert (decision.state, decision.reason, decision.due_in_seconds) == ("failed", "temporary:-100", None)
    assert decision.outcome == "refused"


@pytest.mark.parametrize("tries", RUNGS)
def test_a_temporary_refusal_keeps_to_its_own_limit(tries: int) -> None:
    assert judge(errors.Temporary("-32", max_retries=2), tries=tries).state == ("pending" if tries < 2 else "failed")


@pytest.mark.parametrize("error", NOT_SENT, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("tries", RUNGS)
def test_what_never_left_is_pending_again_and_takes_its_send_back(error: errors.NotSent, tries: int) -> None:
    decision = judge(error, tries=tries)
    assert (decision.state, decision.outcome, decision.not_sent) == ("pending", "not_sent", True)
    assert decision.due_in_seconds == min(LADDER[min(tries, 8 - 1)], 600)
    assert decision.tries == max(tries, min(tries + 1, 3)), "an outage must not use the ladder up"


def test_a_platform_that_names_a_pause_gets_it_and_the_lane_slows_down() -> None:
    down = judge(errors.PlatformDown("http_503", retry_after_seconds=90))
    fast = judge(errors.RateLimited("http_429", retry_after_seconds=45), tries=3)
    assert (down.due_in_seconds, down.pause_seconds) == (90, 90)
    assert (fast.due_in_seconds, fast.pause_seconds, fast.tries, fast.not_sent) == (45, 45, 3, True)


@pytest.mark.parametrize("tries", RUNGS)
def test_what_may_be_out_waits_for_its_receipt(tries: int) -> None:
    decision = judge(errors.OutcomeUnknown("timeout"), tries=tries)
    assert (decision.state, decision.outcome, decision.due_in_seconds) == ("in_doubt", "in_doubt", 300)
    assert (decision.not_sent, decision.tries) == (False, tries)


@pytest.mark.parametrize("tries", RUNGS)
def test_later_waits_for_its_hour_without_climbing(tries: int) -> None:
    decision = judge(errors.Later("-144", until=Until.NEXT_DAY), tries=tries)
    assert (decision.state, decision.tries, decision.not_sent) == ("pending", tries, True)
    assert decision.due_in_seconds == timedelta(hours=14, minutes=5).total_seconds()  # 00:05 in Vietnam


@pytest.mark.parametrize("tries", RUNGS)
def test_a_refused_token_is_tried_again_soon_and_not_for_ever(tries: int) -> None:
    decision = judge(errors.TokenRejected("-124"), tries=tries)
    if tries < len(LADDER):
        assert (decision.state, decision.due_in_seconds) == ("pending", LADDER[max(tries, 1)])
    else:
        assert decision.state == "failed"
    assert decision.needs_alert


@pytest.mark.parametrize("tries", RUNGS)
def test_a_missing_token_is_tried_again_soon(tries: int) -> None:
    decision = judge(errors.TokenUnavailable("busy"), tries=tries)
    assert (decision.state, decision.not_sent) == ("pending", True)
    assert decision.due_in_seconds == LADDER[min(max(tries, 1), 3)]


@pytest.mark.parametrize("error", [errors.NeedsHuman("-136"), errors.NeedsAuthorization("dead")])
@pytest.mark.parametrize("tries", RUNGS)
def test_what_needs_a_person_waits_on_the_slow_rungs_and_calls(error: errors.NeedsHuman, tries: int) -> None:
    decision = judge(error, tries=tries)
    if tries < len(LADDER):
        assert (decision.state, decision.due_in_seconds) == ("pending", LADDER[max(tries, 3)])
    else:
        assert decision.state == "failed"
    assert decision.needs_alert
    assert decision.reason is not None
    assert decision.reason.endswith(f":{error.code}")


def test_one_try_before_the_person_is_granted_where_the_table_says_so() -> None:
    assert judge(errors.NeedsHuman("-137", retry_once=True)).due_in_seconds == 30
    assert judge(errors.NeedsHuman("-137", retry_once=True), tries=2).due_in_seconds == 600


@pytest.mark.parametrize("error", FINAL, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("tries", RUNGS)
def test_what_cannot_get_better_is_never_retried(error: errors.ChannelError, tries: int) -> None:
    decision = judge(error, tries=tries)
    assert (decision.state, decision.outcome, decision.due_in_seconds) == ("failed", "refused", None)
    assert decision.not_sent is False, "a late receipt may still mend it"
    assert decision.needs_alert is isinstance(error, errors.BadMessage | errors.UnknownCode)


def test_once_more_tomorrow_means_once() -> None:
    error = errors.RecipientUnreachable("-114", retry_tomorrow_once=True)
    first, second = judge(error), judge(error, had_next_day=True)
    assert (first.state, first.due_in_seconds, first.next_step) == ("pending", 86400, "next_day")
    assert (second.state, second.reason) == ("failed", "recipient_unreachable:-114")


def test_without_a_route_the_notice_ends_where_an_officer_sees_it() -> None:
    assert judge(NoRoute("no_mobile")).state == "no_mobile"
    assert judge(NoRoute("nothing_left")).state == "failed"


def test_a_missing_setting_waits_for_a_person_instead_of_failing() -> None:
    decision = judge(NoRoute("template_not_configured"))
    assert (decision.state, decision.due_in_seconds, decision.needs_alert) == ("pending", 600, True)


@pytest.mark.parametrize(
    "error",
    [*NOT_SENT, errors.Temporary("-100"), errors.RateLimited("http_429"), errors.Later("-144", until=Until.NEXT_MONTH)],
    ids=lambda error: type(error).__name__,
)
def test_what_would_be_too_old_by_its_next_attempt_goes_to_the_officers(error: errors.ChannelError) -> None:
    decision = judge(error, tries=3, age=timedelta(days=3))
    assert decision.state == "failed"
    assert str(decision.reason).startswith("too_old:")


def test_an_unknown_class_is_judged_by_what_it_says_of_itself() -> None:
    class Odd(errors.ChannelError):
        pass

    class MaybeOut(errors.ChannelError):
        is_sent_possible = True

    class Patient(errors.ChannelError):
        retryable = True

    assert [judge(kind("x")).state for kind in (Odd, MaybeOut, Patient)] == ["failed", "in_doubt", "pending"]


def all_errors(kind: type[errors.ChannelError] = errors.ChannelError) -> list[type[errors.ChannelError]]:
    return [
        kind,
        *(found for sub in kind.__subclasses__() if sub.__module__ == kind.__module__ for found in all_errors(sub)),
    ]


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("tries", RUNGS)
def test_no_class_escapes_and_none_that_may_be_out_is_sent_again(kind: type[errors.ChannelError], tries: int) -> None:
    needed = {"Later": {"until": Until.MORNING}, "RecipientRefused": {"try_other_channel": True}}
    decision = judge(kind("code", **needed.get(kind.__name__, {})), tries=tries)
    assert decision.state in {"pending", "in_doubt", "failed"}
    assert (decision.state == "in_doubt") is kind.is_sent_possible
    assert decision.tries <= len(LADDER)
