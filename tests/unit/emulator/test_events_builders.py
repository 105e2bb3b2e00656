"""The events that other parts of the emulator cause, in the fact sheet's shapes (docs: zalo 7.3, 7.4)."""

from typing import Any

import pytest

from emulator import events
from emulator.credentials import APP_ID, OA_ID
from emulator.messages import Message
from emulator.phones import Phone

NOW = 1_767_225_600_000
BASE = {"app_id": APP_ID, "timestamp": str(NOW)}
PHONE = Phone(phone="84987654321", user_id="246845883529197922")
HASH = "116ce31ae9170769b075a11dedca1198f41d30318334919fb90917e9c617b438"


def message(channel: str, **changes: Any) -> Message:
    row: dict[str, Any] = {
        "seq": 1,
        "at_ms": NOW,
        "channel": channel,
        "direction": "in",
        "phone": PHONE.phone,
        "user_id": PHONE.user_id,
        "template_id": None,
        "tracking_id": "n-1",
        "message_id": "m1",
        "request": b"{}",
        "answer": b"{}",
        "delivered_ms": NOW - 100,
    }
    return Message(**{**row, **changes})


@pytest.mark.parametrize(
    ("name", "fields", "id_name"),
    [
        ("change_template_status", {"template_id": "1", "status": {}, "reason": ""}, "oa_id"),
        ("change_template_quality", {"template_id": "1", "quality": "LOW"}, "oa_id"),
        ("change_template_quota", {"template_id": "1"}, "oa_id"),
        ("change_oa_template_tags", {"tags": []}, "oa_id"),
        ("change_oa_daily_quota", {"quota": {"prev_value": "1", "new_value": "2"}}, "oaId"),
    ],
)
def test_a_change_of_templates_names_the_account(name: str, fields: dict[str, Any], id_name: str) -> None:
    assert events.template_changed(name, fields, NOW) == {**BASE, id_name: OA_ID, "event_name": name, **fields}


def test_a_tag_lists_its_users() -> None:
    event = events.tag_changed("add_user_to_tag", ("1", "2"), "vip", NOW)
    assert event == {
        **BASE,
        "oa_id": OA_ID,
        "event_name": "add_user_to_tag",
        "tag": {"user_ids": ["1", "2"], "name": "vip"},
    }


@pytest.mark.parametrize(
    ("channel", "shown", "recipient"),
    [
        ("oa", {}, PHONE.user_id),
        ("template", {}, PHONE.phone),
        ("template", {"recipient": HASH}, HASH),
    ],
)
def test_a_receipt_goes_to_whom_the_message_went(channel: str, shown: dict[str, Any], recipient: str) -> None:
    event = events.received(message(channel, shown=shown), NOW)
    assert (event["sender"], event["recipient"]) == ({"id": OA_ID}, {"id": recipient})
    times = {"tracking_id": "n-1", "delivery_time": str(NOW - 100)} if channel == "template" else {}
    assert event["message"] == {"msg_id": "m1", **times}
    assert events.seen([message(channel, shown=shown)], NOW)["recipient"] == {"id": recipient}


def test_the_accounts_reaction_and_message_to_a_visitor_come_back() -> None:
    reacted = events.oa_reacted("7", "m1", "/-heart", NOW)
    assert reacted["message"] == {"msg_id": "m1", "react_icon": "/-heart"}
    sent = events.to_visitor("oa_send_anonymous_text", "khach", {"msg_id": "m2", "conversation_id": "c"}, NOW)
    assert (sent["sender"]["id"], sent["recipient"]["id"]) == (OA_ID, "khach")


def test_a_refused_consent_has_no_end() -> None:
    assert events.replied_consent(PHONE, "USER_BLOCKED", NOW)["expired_time"] == "0"
    assert int(events.replied_consent(PHONE, "ALLOW", NOW)["expired_time"]) > NOW
