"""What becomes of a silent notice: the whole table, and which channels are given up with one."""

import itertools

import pytest

from status_bridge.route_history import read_history
from workers.silence import ASK_AGAIN_SECONDS, NO_RECEIPT, NOT_DELIVERED, Heard, Verdict, give_up_step, judge

ALL_ANSWERS = [None, *Heard]
ALL_CHECKS = range(1, len(ASK_AGAIN_SECONDS) + 3)


def _expected(heard: Heard | None, checks: int, demands_action: bool, has_other: bool) -> Verdict:
    match heard:
        case Heard.DELIVERED:
            return Verdict("delivered")
        case Heard.FAILED:
            return Verdict("pending", NOT_DELIVERED) if has_other else Verdict("failed", NOT_DELIVERED)
        case None | Heard.WAITING if checks == 1:
            return Verdict("accepted", None, 300.0)
        case None | Heard.WAITING if checks == 2:
            return Verdict("accepted", None, 1800.0)
        case None | Heard.WAITING if checks == 3:
            return Verdict("accepted", None, 7200.0)
    return Verdict("pending", NO_RECEIPT) if demands_action and has_other else Verdict("accepted", NO_RECEIPT)


@pytest.mark.parametrize("heard", ALL_ANSWERS)
def test_every_answer_with_everything_else_leads_to_one_verdict(heard: Heard | None) -> None:
    for checks, action, other in itertools.product(ALL_CHECKS, (False, True), (False, True)):
        verdict = judge(heard, checks=checks, demands_action=action, has_other=other)
        assert verdict == _expected(heard, checks, action, other), (checks, action, other)


def test_nobody_who_need_not_act_is_told_twice_because_of_silence() -> None:
    for heard, checks in itertools.product([None, Heard.NOTHING, Heard.WAITING], ALL_CHECKS):
        assert judge(heard, checks=checks, demands_action=False, has_other=True).state == "accepted"


@pytest.mark.parametrize("heard", [Heard.NOTHING, Heard.WAITING, None])
def test_silence_gives_the_channel_up_as_silent(heard: Heard | None) -> None:
    step = give_up_step("sms_esms", heard)
    history = read_history([step])
    assert (history.gave_up, history.silent_on) == ({"sms_esms"}, {"sms_esms"})
    assert step["why"] == NO_RECEIPT


def test_a_confirmed_failure_is_no_silence() -> None:
    step = give_up_step("sms_esms", Heard.FAILED)
    history = read_history([step])
    assert (history.gave_up, history.silent_on) == ({"sms_esms"}, set())
    assert step["why"] == NOT_DELIVERED
