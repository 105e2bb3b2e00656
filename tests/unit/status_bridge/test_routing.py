"""Routing as a table: every combination of what is known of a recipient, of the notice, and of what is set up."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from status_bridge.routing import NoRoute, Prices, Routed
from tests.unit.status_bridge.routing_case import CODE, EVERYTHING, NOW, PARAMS, claimed, routed

LINKED = {"user_id": "u1"}
IN_WINDOW = {"user_id": "u1", "last_interaction_at": NOW - timedelta(hours=47, minutes=59)}
GAVE_UP = "next_channel"
USERS: dict[str, dict[str, Any]] = {
    "nobody": {},
    "linked": LINKED,
    "in window": IN_WINDOW,
    "window over": {"user_id": "u1", "last_interaction_at": NOW - timedelta(hours=48)},
}


def given_up(*channels: str, **facts: str) -> list[dict[str, str]]:
    return [{"channel": name, "why": "w", "outcome": "refused", "next": GAVE_UP, **facts} for name in channels]


def expected(
    user: str, phone: bool, email: bool, opted_out: bool, closed: dict[str, str], sms: bool, is_duty: bool, gave_up: str
) -> list[str]:
    """The ways that are open, best first, said once more in other words."""
    zalo = not opted_out and "refused" not in closed.values()
    elsewhere = zalo or is_duty
    ways = []
    if zalo and user == "in window":
        ways.append("zalo_oa")
    if zalo and user != "nobody":
        ways.append("zalo_template_uid")
    if zalo and phone:
        ways.append("zalo_template")
    if elsewhere and phone and sms:
        ways.append("sms_esms")
    if elsewhere and email and (not phone or not zalo):
        ways.append("email")
    return [way for way in ways if way not in closed and way != gave_up]


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("sms_for", ["none", "action", "all"])
@pytest.mark.parametrize("demands_action", [True, False])
def test_every_combination_takes_the_best_way_that_is_open(user: str, sms_for: str, demands_action: bool) -> None:
    closings: list[dict[str, str]] = [
        {},
        {"zalo_template": "unreachable"},
        {"zalo_template": "refused"},
        {"zalo_template": "unreachable", "zalo_template_uid": "unreachable", "zalo_oa": "unreachable"},
        {"sms_esms": "unreachable"},
    ]
    whats = itertools.product(
        [True, False], [True, False], [True, False], closings, ["", "zalo_oa", "zalo_template", "sms_esms"]
    )
    for phone, email, opted_out, closed, gave_up in whats:
        if not phone and (user != "nobody" or closed or opted_out):
            continue  # whatever is known is known by the phone
        notice = claimed(
            known={**USERS[user], "opted_out": opted_out, "closed_channels": closed},
            demands_action=demands_action,
            phone="84905000001" if phone else None,
            email="a@example.vn" if email else None,
            route=given_up(gave_up) if gave_up else (),
        )
        sms = sms_for == "all" or (sms_for == "action" and demands_action)
        ways = expected(user, phone, email, opted_out, closed, sms, demands_action, gave_up)
        step = routed(notice, sms_for=sms_for)
        case = (phone, email, opted_out, closed, gave_up)
        if ways:
            assert isinstance(step, Routed), case
            assert (step.channel, step.others) == (ways[0], tuple(ways[1:])), case
            assert step.reason, case
            assert step.channel not in {one.channel for one in step.skipped}, case
        else:
            assert isinstance(step, NoRoute), case
            assert step.skipped, case


@pytest.mark.parametrize("left_out", sorted(EVERYTHING))
def test_what_is_not_set_up_is_never_taken(left_out: str) -> None:
    step = routed(claimed(known=IN_WINDOW, email="a@example.vn"), channels=EVERYTHING - {left_out})
    assert isinstance(step, Routed)
    assert left_out not in (step.channel, *step.others)
    assert left_out not in {one.channel for one in step.skipped}, "no fact of this notice"


@pytest.mark.parametrize(
    ("facts", "channel", "reason", "cost"),
    [
        ({"known": IN_WINDOW}, "zalo_oa", "in_window", 0),
        ({"known": LINKED}, "zalo_template_uid", "linked", 150),
        ({}, "zalo_template", "phone_in_dossier", 200),
        ({"known": {"closed_channels": {"zalo_template": "unreachable"}}}, "sms_esms", "zalo_unreachable", 500),
        ({"known": {"closed_channels": {"zalo_template": "refused"}}}, "sms_esms", "zalo_refused", 500),
        ({"known": {"opted_out": True}}, "sms_esms", "opted_out", 500),
        ({"route": given_up("zalo_template")}, "sms_esms", "zalo_unreachable", 500),
        ({"phone": None, "email": "a@example.vn"}, "email", "no_mobile", 0),
    ],
)
def test_a_step_says_why_and_what_it_costs(facts: dict[str, Any], channel: str, reason: str, cost: int) -> None:
    step = routed(claimed(**facts))
    assert isinstance(step, Routed)
    assert (step.channel, step.reason, step.cost_vnd) == (channel, reason, cost)


def test_skipped_channels_are_named_with_their_reasons() -> None:
    step = routed(
        claimed(
            known={"user_id": "u1", "closed_channels": {"zalo_template": "unreachable"}},
            route=[*given_up("zalo_template_uid")],
        )
    )
    assert isinstance(step, Routed)
    assert step.skipped == [
        ("zalo_oa", "outside_window"),
        ("zalo_template_uid", "given_up"),
        ("zalo_template", "unreachable"),
    ]


@pytest.mark.parametrize(
    ("by_phone", "by_user", "channel"),
    [(200, 150, "zalo_template_uid"), (200, 200, "zalo_template_uid"), (120, 150, "zalo_template")],
)
def test_of_two_templates_the_cheaper_one_goes(by_phone: int, by_user: int, channel: str) -> None:
    step = routed(claimed(known=LINKED), Prices(by_phone, by_user))
    assert isinstance(step, Routed)
    assert (step.channel, step.cost_vnd) == (channel, min(by_phone, by_user))


def test_no_window_is_free_when_the_setting_says_so() -> None:
    step = routed(claimed(known=IN_WINDOW), free_window=timedelta(0))
    assert isinstance(step, Routed)
    assert step.channel == "zalo_template_uid"


def test_a_text_too_long_for_a_chat_goes_as_a_template() -> None:
    step = routed(claimed(known=IN_WINDOW, content={"text": "x" * 2001, "params": PARAMS}))
    assert isinstance(step, Routed)
    assert (step.channel, step.skipped) == ("zalo_template_uid", [("zalo_oa", "too_long")])


def test_who_was_silent_on_one_template_is_not_asked_to_wait_for_the_other() -> None:
    silent = [{"channel": "zalo_template", "why": "no_receipt", "outcome": "silent", "next": GAVE_UP}]
    step = routed(claimed(known=LINKED, route=silent))
    assert isinstance(step, Routed)
    assert (step.channel, step.reason) == ("sms_esms", "zalo_silent")


def test_a_silent_chat_message_is_not_followed_by_a_template_to_the_same_phone() -> None:
    silent = [{"channel": "zalo_oa", "why": "no_receipt", "outcome": "silent", "next": GAVE_UP}]
    step = routed(claimed(known=IN_WINDOW, route=silent))
    assert isinstance(step, Routed)
    assert (step.channel, step.reason, step.others) == ("sms_esms", "zalo_silent", ())
    assert isinstance(routed(claimed(known=IN_WINDOW, route=silent), sms_for="none"), NoRoute)


def test_who_comes_to_the_chat_after_a_silent_template_is_told_there() -> None:
    silent = [{"channel": "zalo_template", "why": "no_receipt", "outcome": "silent", "next": GAVE_UP}]
    step = routed(claimed(known=IN_WINDOW, route=silent))
    assert isinstance(step, Routed)
    assert step.channel == "zalo_oa"


def test_a_notice_without_words_goes_by_no_letter_and_no_short_message() -> None:
    wordless = claimed(phone=None, email="a@example.vn", content={"params": PARAMS})
    assert isinstance(routed(wordless), NoRoute)
    content = {"template_id": "1", "sms": True}
    bare = claimed(lane="broadcast", kind="broadcast", content=content, route=given_up("zalo_template"))
    assert isinstance(routed(bare), NoRoute)


def test_a_repeat_that_surely_failed_is_free_to_go_elsewhere() -> None:
    until = (NOW + timedelta(hours=20)).isoformat()
    route = [
        {"channel": "sms_esms", "outcome": "in_doubt", "next": "same_channel", "until": until},
        {"channel": "sms_esms", "why": "not_delivered", "outcome": "refused", "next": GAVE_UP},
    ]
    step = routed(claimed(route=[*given_up("zalo_template"), *route], email="a@example.vn"), is_email_last_resort=True)
    assert isinstance(step, Routed)
    assert step.channel == "email"


def test_a_refusal_on_the_way_closes_all_of_zalo_before_it_is_in_the_database() -> None:
    step = routed(claimed(known=IN_WINDOW, route=given_up("zalo_template", closed="refused")))
    assert isinstance(step, Routed)
    assert step.channel == "sms_esms"
    assert routed(claimed(demands_action=False, route=given_up("zalo_template", closed="refused")), sms_for="all") == (
        NoRoute(
            "recipient_refused",
            [
                ("zalo_oa", "refused"),
                ("zalo_template_uid", "refused"),
                ("zalo_template", "given_up"),
                ("sms_esms", "refused"),
                ("email", "refused"),
            ],
        )
    )


@pytest.mark.parametrize(
    ("facts", "changes", "reason"),
    [
        ({"phone": None}, {}, "no_mobile"),
        ({"phone": None, "email": "a@example.vn"}, {"channels": {"zalo_template"}}, "no_mobile"),
        ({"kind": "other", "demands_action": False}, {}, "template_not_configured"),
        ({"demands_action": False}, {"channels": {"sms_esms"}}, "channel_not_configured"),
        ({"known": {"opted_out": True}, "demands_action": False}, {}, "opted_out"),
        ({"known": {"opted_out": True}}, {"sms_for": "none"}, "opted_out"),
        (
            {"known": {"closed_channels": {"zalo_template": "unreachable"}}},
            {"sms_for": "none"},
            "recipient_unreachable",
        ),
        ({"known": {"closed_channels": {"zalo_template": "refused"}}}, {"sms_for": "none"}, "recipient_refused"),
        ({"route": given_up("zalo_template")}, {"sms_for": "none"}, "nothing_left"),
    ],
)
def test_without_a_way_it_says_why(facts: dict[str, Any], changes: dict[str, Any], reason: str) -> None:
    step = routed(claimed(**facts), **changes)
    assert isinstance(step, NoRoute)
    assert step.reason == reason


def test_a_letter_is_a_last_resort_by_setting() -> None:
    notice = claimed(email="a@example.vn", known={"closed_channels": {"zalo_template": "unreachable"}})
    assert isinstance(routed(notice, sms_for="none"), NoRoute)
    step = routed(notice, sms_for="none", is_email_last_resort=True)
    assert isinstance(step, Routed)
    assert (step.channel, step.message.subject) == ("email", f"Hồ sơ {CODE}: Cần bổ sung")


@pytest.mark.parametrize(("sms", "has_way"), [(None, False), (True, True), ("Thong bao cua UBND", True)])
def test_a_broadcast_is_a_short_message_only_where_its_content_says_so(sms: object, has_way: bool) -> None:
    content = {"text": "Thông báo", "params": {"a": "b"}, "template_id": "500001"} | ({"sms": sms} if sms else {})
    facts = {"lane": "broadcast", "kind": "broadcast", "demands_action": False, "dossier_code": None}
    first = routed(claimed(known=IN_WINDOW, content=content, **facts), sms_for="all")
    assert isinstance(first, Routed)
    assert first.channel == "zalo_template_uid", "a chat is not for broadcasts"
    assert first.message.template is not None
    assert first.message.template.template_id == "500001"
    closed = {"closed_channels": {"zalo_template": "unreachable"}}
    step = routed(claimed(known=closed, content=content, **facts), sms_for="all")
    assert isinstance(step, Routed) is has_way
    if isinstance(step, Routed):
        assert step.message.text == (sms if isinstance(sms, str) else "Thông báo")


@pytest.mark.parametrize("sms_for", ["none", "action", "all"])
def test_the_urgent_lane_may_always_use_short_messages(sms_for: str) -> None:
    closed = {"closed_channels": {"zalo_template": "unreachable"}}
    step = routed(claimed(known=closed, lane="urgent", demands_action=False), sms_for=sms_for)
    assert isinstance(step, Routed)
    assert step.channel == "sms_esms"


def test_a_one_time_code_goes_to_the_phone_alone() -> None:
    # In a chat or a letter it would prove control of the chat or the mailbox.
    content = {"text": "123456", "params": {"otp": "123456"}, "template_id": "500002"}
    code = claimed(known=IN_WINDOW, kind="otp", lane="urgent", content=content, email="a@example.vn")
    step = routed(code, is_email_last_resort=True)
    assert isinstance(step, Routed)
    assert (step.channel, step.others) == ("zalo_template", ("sms_esms",))


def test_what_may_be_out_is_repeated_there_and_nowhere_else_while_it_is_known() -> None:
    until = NOW + timedelta(hours=1)
    doubt = [{"channel": "sms_esms", "why": "w", "outcome": "in_doubt", "next": "same_channel"}]
    again = claimed(known=IN_WINDOW, route=[{**doubt[0], "until": until.isoformat()}, {"channel": "sms_esms"}])
    step = routed(again)
    assert isinstance(step, Routed)
    assert (step.channel, step.reason, step.others) == ("sms_esms", "same_message", ())
    assert routed(claimed(known=IN_WINDOW, route=[{**doubt[0], "until": NOW.isoformat()}])) == NoRoute(
        "never_confirmed"
    )
    assert routed(claimed(route=doubt)) == NoRoute("never_confirmed"), "unreadable is over"


def test_a_person_s_retry_begins_anew() -> None:
    step = routed(claimed(route=[*given_up("zalo_template", "sms_esms"), {"why": "retried_by_hand"}]))
    assert isinstance(step, Routed)
    assert step.channel == "zalo_template"


def test_each_channel_gets_the_address_and_the_content_that_it_takes() -> None:
    notice = claimed(known=IN_WINDOW, email="a@example.vn")
    by: dict[str, Any] = {}
    for channel in EVERYTHING:
        only = claimed(phone=None, email="a@example.vn") if channel == "email" else notice
        step = routed(only, channels={channel})
        assert isinstance(step, Routed)
        by[channel] = step.message
        assert step.message.reference == "n-" + notice.id.hex
        assert "905000001" not in repr(step)
    assert by["zalo_oa"].recipient.user_id == by["zalo_template_uid"].recipient.user_id == "u1"
    assert by["zalo_oa"].text == by["email"].text == "Hồ sơ cần bổ sung."
    assert by["zalo_template"].template == by["zalo_template_uid"].template
    assert by["zalo_template"].template.template_id == "400104"
    assert by["zalo_template"].template.params == PARAMS
    for channel in ("zalo_template", "sms_esms"):
        assert by[channel].recipient.phone.get_secret_value() == "84905000001"
    assert by["email"].recipient.email.get_secret_value() == "a@example.vn"


def test_a_notice_that_stands_for_earlier_ones_says_so() -> None:
    step = routed(claimed(known=IN_WINDOW, replaces=2))
    assert isinstance(step, Routed)
    assert "2 tin" in str(step.message.text)
    assert step.message.text != "Hồ sơ cần bổ sung."
