"""The retry decision as a table: every class of error, at every rung, with and without another channel."""

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
SMS = ("sms_esms",)
BOTH = ("zalo_template", "sms_esms")

NOT_SENT = [errors.NotSent("x"), errors.PlatformDown("connect"), errors.PoolBusy("pool")]
FINAL = [
    errors.RecipientUnreachable("-118"),
    errors.RecipientRefused("-141", try_other_channel=False),
    errors.BadMessage("-132"),
    errors.UnknownCode("-99999"),
]


def judge(
    error: errors.ChannelError | NoRoute,
    *,
    tries: int = 0,
    age: timedelta = timedelta(0),
    now: datetime = NOW,
    kind: str = "accepted",
    **facts,
) -> Decision:
    notice = NoticeFacts(kind=kind, since=now - age, tries=tries, **facts)
    return decide(error, notice=notice, now=now, config=CONFIG)


def went_on(decision: Decision) -> bool:
    return (decision.state, decision.next_step, decision.due_in_seconds, decision.tries, decision.not_sent) == (
        "pending",
        "next_channel",
        0,
        0,
        True,
    )


def test_the_ladder_is_the_one_of_the_design() -> None:
    assert list(RETRY_LADDER_SECONDS) == LADDER


@pytest.mark.parametrize("others", [(), SMS], ids=["last channel", "another left"])
@pytest.mark.parametrize("tries", RUNGS)
def test_a_temporary_refusal_climbs_the_ladder_and_then_goes_on_or_fails(tries: int, others: tuple[str, ...]) -> None:
    decision = judge(errors.Temporary("-100"), tries=tries, others=others)
    if tries < len(LADDER):
        assert (decision.state, decision.due_in_seconds, decision.tries) == ("pending", LADDER[tries], tries + 1)
        assert decision.next_step is None
    elif others:
        assert went_on(decision)
    else:
        assert (decision.state, decision.reason, decision.due_in_seconds) == ("failed", "temporary:-100", None)
    assert decision.outcome == "refused"


@pytest.mark.parametrize("tries", RUNGS)
def test_a_temporary_refusal_keeps_to_its_own_limit(tries: int) -> None:
    assert judge(errors.Temporary("-32", max_retries=2), tries=tries).state == ("pending" if tries < 2 else "failed")
    assert went_on(judge(errors.Temporary("-200", max_retries=1), tries=tries, others=SMS)) is (tries >= 1)


@pytest.mark.parametrize("others", [(), SMS], ids=["last channel", "another left"])
@pytest.mark.parametrize("error", NOT_SENT, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("tries", RUNGS)
def test_what_never_left_is_pending_again_and_takes_its_send_back(
    error: errors.NotSent, tries: int, others: tuple[str, ...]
) -> None:
    decision = judge(error, tries=tries, others=others)
    assert (decision.state, decision.outcome, decision.not_sent) == ("pending", "not_sent", True)
    assert decision.due_in_seconds == min(LADDER[min(tries, 8 - 1)], 600)
    assert decision.tries == max(tries, min(tries + 1, 3)), "an outage must not use the ladder up"
    assert decision.next_step is None, "an outage of minutes is no reason to pay for a short message"


def test_a_platform_that_names_a_pause_gets_it_and_the_lane_slows_down() -> None:
    down = judge(errors.PlatformDown("http_503", retry_after_seconds=90))
    fast = judge(errors.RateLimited("http_429", retry_after_seconds=45), tries=3)
    assert (down.due_in_seconds, down.pause_seconds) == (90, 90)
    assert (fast.due_in_seconds, fast.pause_seconds, fast.tries, fast.not_sent) == (45, 45, 3, True)


@pytest.mark.parametrize("code", ["our_limit", "quota_reserved"])
def test_a_limit_of_our_own_makes_no_notice_old_and_holds_the_lane_for_a_minute_at_most(code: str) -> None:
    decision = judge(errors.RateLimited(code, retry_after_seconds=50_000), age=timedelta(days=9), others=SMS)
    assert (decision.state, decision.due_in_seconds, decision.pause_seconds) == ("pending", 50_000, 60)
    assert decision.next_step is None


@pytest.mark.parametrize("others", [(), BOTH], ids=["last channel", "others left"])
@pytest.mark.parametrize("tries", RUNGS)
def test_what_may_be_out_waits_for_its_receipt(tries: int, others: tuple[str, ...]) -> None:
    decision = judge(errors.OutcomeUnknown("timeout"), tries=tries, others=others, demands_action=True)
    assert (decision.state, decision.outcome, decision.due_in_seconds) == ("in_doubt", "in_doubt", 300)
    assert (decision.not_sent, decision.tries, decision.next_step) == (False, tries, None)


@pytest.mark.parametrize("tries", RUNGS)
def test_where_the_platform_knows_the_same_message_it_is_sent_there_again(tries: int) -> None:
    decision = judge(errors.OutcomeUnknown("timeout"), tries=tries, is_idempotent=True, others=("email",))
    if tries == len(LADDER):
        assert (decision.state, decision.due_in_seconds) == ("in_doubt", 300)
        return
    assert (decision.state, decision.outcome, decision.due_in_seconds) == ("pending", "in_doubt", LADDER[tries])
    assert decision.not_sent is False, "it may be out, so it counts"
    assert (decision.next_step, decision.repeat_until) == ("same_channel", NOW + timedelta(hours=23))


def test_it_is_known_for_a_day_from_the_first_time_and_not_from_the_last() -> None:
    until = NOW + timedelta(minutes=9)
    again = judge(errors.OutcomeUnknown("x"), is_idempotent=True, repeat_until=until, tries=2)
    over = judge(errors.OutcomeUnknown("x"), is_idempotent=True, repeat_until=until, tries=3)
    assert (again.state, again.repeat_until) == ("pending", until)
    assert over.state == "in_doubt", "ten minutes on it would be a second message"


@pytest.mark.parametrize(
    "error",
    [
        errors.RecipientUnreachable("99"),
        errors.RecipientRefused("-139", try_other_channel=True),
        errors.NeedsHuman("101"),
        errors.Temporary("199"),
        errors.PlatformDown("connect"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_may_be_out_here_goes_to_no_other_channel_whatever_comes_after(error: errors.ChannelError) -> None:
    decision = judge(error, tries=8, age=timedelta(days=9), others=BOTH, repeat_until=NOW + timedelta(hours=1))
    assert decision.next_step != "next_channel"


def test_a_day_later_only_a_receipt_tells() -> None:
    decision = judge(NoRoute("never_confirmed"))
    assert (decision.state, decision.due_in_seconds, decision.not_sent) == ("in_doubt", None, True)


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("tries", RUNGS)
def test_later_waits_for_its_hour_without_climbing(tries: int, hour: int) -> None:
    now = datetime(2026, 3, 2, hour, 30, tzinfo=UTC)
    local_hour = hour + 7  # in Vietnam; from 24 on it is tomorrow there
    night = judge(errors.Later("-133", until=Until.MORNING), tries=tries, now=now)
    quota = judge(errors.Later("-144", until=Until.NEXT_DAY), tries=tries, now=now)
    for decision in (night, quota):
        assert (decision.state, decision.tries, decision.not_sent) == ("pending", tries, True)
    days = local_hour // 24 + 1
    assert (
        quota.due_in_seconds == timedelta(days=days, minutes=5, hours=-7, seconds=-1800).total_seconds() - hour * 3600
    )
    morning = timedelta(days=days - 1 if local_hour % 24 < 6 else days, hours=6 - 7, minutes=5)
    assert night.due_in_seconds == (morning - timedelta(hours=hour, minutes=30)).total_seconds()


def test_a_window_that_has_closed_goes_on_to_the_template_and_waits_without_one() -> None:
    error = errors.Later("-311", until=Until.NEXT_DAY, try_other_channel=True)
    assert went_on(judge(error, others=BOTH))
    assert judge(error).next_step is None


@pytest.mark.parametrize("tries", RUNGS)
def test_a_refused_token_is_tried_again_soon_and_not_for_ever(tries: int) -> None:
    decision = judge(errors.TokenRejected("-124"), tries=tries)
    if tries < len(LADDER):
        assert (decision.state, decision.due_in_seconds) == ("pending", LADDER[max(tries, 1)])
    else:
        assert decision.state == "failed"
        assert went_on(judge(errors.TokenRejected("-124"), tries=tries, others=SMS))
    assert decision.needs_alert


@pytest.mark.parametrize("tries", RUNGS)
def test_a_missing_token_is_tried_again_soon(tries: int) -> None:
    decision = judge(errors.TokenUnavailable("busy"), tries=tries)
    assert (decision.state, decision.not_sent) == ("pending", True)
    assert decision.due_in_seconds == LADDER[min(max(tries, 1), 3)]


@pytest.mark.parametrize("others", [(), SMS], ids=["last channel", "another left"])
@pytest.mark.parametrize("error", [errors.NeedsHuman("-136"), errors.NeedsAuthorization("-14014")])
@pytest.mark.parametrize("tries", RUNGS)
def test_what_needs_a_person_waits_on_the_slow_rungs_and_calls(
    error: errors.NeedsHuman, tries: int, others: tuple[str, ...]
) -> None:
    decision = judge(error, tries=tries, others=others)
    if tries < len(LADDER):
        assert (decision.state, decision.due_in_seconds) == ("pending", LADDER[max(tries, 3)])
    else:
        assert went_on(decision) if others else decision.state == "failed"
    assert decision.needs_alert
    assert decision.reason is not None
    assert decision.reason.endswith(f":{error.code}")


@pytest.mark.parametrize("error", [errors.NeedsHuman("-249"), errors.BadMessage("-201")], ids=lambda error: error.code)
def test_a_fault_of_one_way_of_zalo_s_takes_another_one_at_once_and_calls_all_the_same(
    error: errors.ChannelError,
) -> None:
    decision = judge(error, others=BOTH)
    assert went_on(decision)
    assert decision.needs_alert


@pytest.mark.parametrize(
    "error",
    [errors.NeedsHuman("no_token"), errors.NeedsAuthorization("-14014"), errors.NeedsHuman("bug_KeyError")],
    ids=lambda error: error.code,
)
def test_a_fault_of_the_account_or_of_ours_gives_no_way_up(error: errors.ChannelError) -> None:
    assert judge(error, others=BOTH).next_step is None


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


@pytest.mark.parametrize(
    "error",
    [
        errors.RecipientUnreachable("-118"),
        errors.RecipientUnreachable("-114", retry_tomorrow_once=True),
        errors.RecipientRefused("-139", try_other_channel=True),
    ],
    ids=lambda error: error.code,
)
@pytest.mark.parametrize("demands_action", [True, False])
def test_a_person_whom_a_channel_does_not_reach_is_told_on_the_next_one(
    error: errors.ChannelError, demands_action: bool
) -> None:
    decision = judge(error, others=SMS, demands_action=demands_action)
    assert went_on(decision)
    assert decision.is_refused is False


@pytest.mark.parametrize(
    ("facts", "goes_on"),
    [
        ({"demands_action": True, "others": SMS}, True),
        ({"demands_action": True, "others": ("zalo_template_uid",)}, False),
        ({"demands_action": False, "others": SMS}, False),
        ({"demands_action": False, "others": BOTH}, False),
    ],
    ids=str,
)
def test_who_refused_our_messages_hears_on_another_way_what_must_be_acted_on_and_nothing_else(facts, goes_on) -> None:
    decision = judge(errors.RecipientRefused("-141", try_other_channel=False), **facts)
    assert went_on(decision) is goes_on
    assert decision.is_refused is goes_on
    assert decision.state == ("pending" if goes_on else "failed")


def test_a_wrong_number_is_wrong_for_every_channel_of_the_number() -> None:
    decision = judge(errors.RecipientUnreachable("-108", try_other_channel=False), others=SMS)
    assert (decision.state, decision.reason) == ("failed", "recipient_unreachable:-108")


def test_once_more_tomorrow_means_once_and_only_where_no_other_channel_is_left() -> None:
    error = errors.RecipientUnreachable("-114", retry_tomorrow_once=True)
    first, second = judge(error), judge(error, had_next_day=True)
    assert (first.state, first.due_in_seconds, first.next_step) == ("pending", 86400, "next_day")
    assert (second.state, second.reason) == ("failed", "recipient_unreachable:-114")
    assert judge(error, others=SMS).next_step == "next_channel"


@pytest.mark.parametrize(
    ("reason", "demands_action", "state"),
    [
        ("no_mobile", False, "no_mobile"),
        ("nothing_left", False, "failed"),
        ("recipient_refused", False, "failed"),
        ("opted_out", False, "suppressed"),
        ("opted_out", True, "failed"),
    ],
)
def test_without_a_route_the_notice_ends_where_it_belongs(reason: str, demands_action: bool, state: str) -> None:
    decision = judge(NoRoute(reason), demands_action=demands_action)
    assert (decision.state, decision.reason, decision.not_sent) == (state, reason, True)


@pytest.mark.parametrize("reason", ["template_not_configured", "channel_not_configured"])
def test_a_missing_setting_waits_for_a_person_instead_of_failing(reason: str) -> None:
    decision = judge(NoRoute(reason))
    assert (decision.state, decision.due_in_seconds, decision.needs_alert) == ("pending", 600, True)


OLD = [
    *NOT_SENT,
    errors.Temporary("-100"),
    errors.RateLimited("http_429"),
    errors.Later("-144", until=Until.NEXT_MONTH),
]


@pytest.mark.parametrize("error", OLD, ids=lambda error: type(error).__name__)
def test_what_would_be_too_old_by_its_next_attempt_goes_on_or_to_the_officers(error: errors.ChannelError) -> None:
    decision = judge(error, tries=3, age=timedelta(days=3))
    assert decision.state == "failed"
    assert str(decision.reason).startswith("too_old:")
    assert decision.needs_alert
    assert went_on(judge(error, tries=3, age=timedelta(days=3), others=SMS))


def test_a_next_channel_is_not_too_old_for_its_first_try() -> None:
    assert went_on(judge(errors.RecipientUnreachable("-118"), age=timedelta(days=9), others=SMS))


@pytest.mark.parametrize("error", [errors.PlatformDown("connect"), errors.Temporary("-100")], ids=str)
def test_a_code_is_tried_while_it_is_good_and_then_expires(error: errors.ChannelError) -> None:
    code = {"kind": "otp", "tries": 1}
    assert judge(error, urgent_until=NOW + timedelta(seconds=31), **code).state == "pending"
    late = judge(error, urgent_until=NOW + timedelta(seconds=30), others=SMS, **code)
    assert (late.state, late.due_in_seconds) == ("expired", None)
    assert str(late.reason).startswith("expired:")
    assert judge(error, **code).state == "expired", "without an end it is not good at all"


@pytest.mark.parametrize("is_idempotent", [True, False])
def test_a_code_in_doubt_is_never_sent_again(is_idempotent: bool) -> None:
    end = NOW + timedelta(minutes=5)
    decision = judge(errors.OutcomeUnknown("x"), kind="otp", urgent_until=end, is_idempotent=is_idempotent)
    assert (decision.state, decision.due_in_seconds, decision.next_step) == ("in_doubt", None, None)


def test_a_code_goes_to_the_next_channel_at_once() -> None:
    decision = judge(
        errors.RecipientRefused("-141", try_other_channel=False),
        kind="otp",
        urgent_until=NOW + timedelta(minutes=1),
        others=SMS,
    )
    assert went_on(decision)


def test_an_unknown_class_is_judged_by_what_it_says_of_itself() -> None:
    class Odd(errors.ChannelError):
        pass

    class MaybeOut(errors.ChannelError):
        is_sent_possible = True

    class Patient(errors.ChannelError):
        retryable = True

    class Elsewhere(errors.ChannelError):
        try_other_channel = True

    assert [judge(kind("x")).state for kind in (Odd, MaybeOut, Patient)] == ["failed", "in_doubt", "pending"]
    assert went_on(judge(Elsewhere("x"), others=SMS))
    assert judge(Elsewhere("x")).state == "failed"


def all_errors(kind: type[errors.ChannelError] = errors.ChannelError) -> list[type[errors.ChannelError]]:
    return [
        kind,
        *(found for sub in kind.__subclasses__() if sub.__module__ == kind.__module__ for found in all_errors(sub)),
    ]


@pytest.mark.parametrize("others", [(), BOTH], ids=["last channel", "others left"])
@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("tries", RUNGS)
def test_no_class_escapes_and_none_that_may_be_out_is_sent_again(
    kind: type[errors.ChannelError], tries: int, others: tuple[str, ...]
) -> None:
    needed = {"Later": {"until": Until.MORNING}, "RecipientRefused": {"try_other_channel": True}}
    decision = judge(kind("code", **needed.get(kind.__name__, {})), tries=tries, others=others)
    assert decision.state in {"pending", "in_doubt", "failed"}
    assert (decision.state == "in_doubt") is kind.is_sent_possible
    assert decision.tries <= len(LADDER)
    assert decision.next_step != "next_channel" or others
