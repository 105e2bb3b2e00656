"""Every event of the fact sheet's 7.4 can be caused, and arrives signed and in its shape."""

import hashlib
from typing import Any

import pytest

from emulator import credentials
from emulator.events import CATALOGUE

GIVEN = credentials()
NUMBER = "84905123456"

ENVELOPE = ("app_id", "event_name", "timestamp")
FROM_USER = ("user_id_by_app", "sender.id", "recipient.id", "message.msg_id")
FROM_OA = ("sender.id", "recipient.id", "message.msg_id")
FOLLOW = ("oa_id", "follower.id", "user_id_by_app", "source")
GROUP = ("oa_id", "group_id", "users.0.id")
CALL = ("user_id", "call_id", "call_type", "init_time", "call_duration", "talk_time", "status_code")
VISITOR = (*FROM_OA, "message.conversation_id")
OF_USER = ("oa_id", "user_id", "user_id_by_app")
FIRST = "message.attachments.0"
MEDIA = {
    "text": ("message.text",),
    "image": (f"{FIRST}.type=image", f"{FIRST}.payload.thumbnail", f"{FIRST}.payload.url"),
    "gif": (f"{FIRST}.type=gif", f"{FIRST}.payload.thumbnail", f"{FIRST}.payload.url"),
    "link": (f"{FIRST}.type=link", f"{FIRST}.payload.description", f"{FIRST}.payload.url"),
    "audio": (f"{FIRST}.type=audio", f"{FIRST}.payload.url"),
    "video": (f"{FIRST}.type=video", f"{FIRST}.payload.url", f"{FIRST}.payload.thumbnail"),
    "sticker": (f"{FIRST}.type=sticker", f"{FIRST}.payload.url", f"{FIRST}.payload.id"),
    "location": (f"{FIRST}.type=location", f"{FIRST}.payload.coordinates.latitude"),
    "file": (
        f"{FIRST}.type=file",
        *(f"{FIRST}.payload.{name}" for name in ("url", "size", "name", "checksum", "type")),
    ),
    "business_card": (f"{FIRST}.type=link", f"{FIRST}.payload.description", "message.text"),
}
FROM_OA_KINDS = [
    "text",
    "image",
    "gif",
    "list",
    "file",
    "sticker",
    "link",
    "video",
    "carousel",
    "msg",
    "action",
    "request_user_info",
]
SHAPES: dict[str, tuple[str, ...]] = {
    **{f"user_send_{kind}": (*FROM_USER, *paths) for kind, paths in MEDIA.items()},
    **{f"oa_send_{kind}": (*FROM_OA, *MEDIA.get(kind, ())) for kind in FROM_OA_KINDS},
    "oa_send_template": (
        *FROM_OA,
        *(f"{FIRST}.payload.{name}" for name in ("zinstant_id", "text", "link_url", "checksum")),
    ),
    "user_received_message": FROM_OA,
    "user_seen_message": ("sender.id", "recipient.id", "message.msg_ids.0"),
    "user_reacted_message": (*FROM_USER, "message.react_icon"),
    "oa_reacted_message": (*FROM_OA, "message.react_icon"),
    "follow": FOLLOW,
    "unfollow": FOLLOW,
    "user_follow": FOLLOW,
    "user_unfollow": FOLLOW,
    "user_click_chatnow": OF_USER,
    "user_submit_info": ("sender.id", "info.name", "info.phone", "info.full_address.user_city"),
    "update_user_info": ("data.method",),
    "user_withdraw": OF_USER,
    "add_user_to_tag": ("oa_id", "tag.user_ids.0", "tag.name"),
    "remove_user_from_tag": ("oa_id", "tag.user_ids.0", "tag.name"),
    "remove_tag": ("oa_id", "tag.user_ids", "tag.name"),
    "widget_interaction_accepted": ("data.user_id", "data.user_external_id", "data.url"),
    "widget_failed_to_sync_user_external_id": ("data.user_id", "data.user_external_id", "data.message"),
    "user_asking_product": FROM_USER,
    **{f"anonymous_send_{kind}": (*VISITOR, *MEDIA[kind]) for kind in ("text", "image", "file", "sticker")},
    **{f"oa_send_anonymous_{kind}": (*VISITOR, *MEDIA[kind]) for kind in ("text", "image", "file", "sticker")},
    **dict.fromkeys(
        (
            "create_group",
            "delete_group",
            "update_group_info",
            "add_group_admin",
            "remove_group_admin",
            "user_join_group",
            "user_out_group",
            "user_leave_group",
            "user_request_join_group",
            "accept_request_join_group",
            "reject_request_join_group",
        ),
        GROUP,
    ),
    **{f"user_send_group_{kind}": (*GROUP, *paths) for kind, paths in MEDIA.items()},
    **{f"oa_send_group_{kind}": (*GROUP, "message.msg_id") for kind in (*FROM_OA_KINDS, "template")},
    "oa_send_consent": ("phone", "request_type", "create_time", "expired_time"),
    "user_reply_consent": ("user_consent", "confirmed_time", "expired_time"),
    "user_call_oa": CALL,
    "oa_call_user": CALL,
    "extension_purchased": ("oa_id",),
    "user_feedback": ("oa_id", *(f"message.{name}" for name in ("note", "rate", "submit_time", "msg_id", "feedbacks"))),
    "user_click_response_button": ("oa_id", "msg_id", "message.button_type=response", "message.data"),
    "change_template_status": ("oa_id", "template_id", "status.prev_status", "status.new_status", "reason"),
    "change_template_quality": ("oa_id", "template_id", "quality"),
    "change_oa_daily_quota": ("oaId", "quota.prev_value", "quota.new_value"),
    "change_template_quota": ("oa_id",),
    "change_oa_template_tags": ("oa_id",),
    "event_journey_time_out": ("oa_id",),
    "event_journey_acknowledged": ("oa_id",),
}
ZNS = {name for name in SHAPES if name.startswith(("change_", "event_journey_"))}
ZNS |= {"user_feedback", "user_click_response_button"}


def dig(event: Any, path: str) -> Any:
    for step in path.split("."):
        event = event[int(step)] if isinstance(event, list) else event[step]
    return event


def check_signature(headers: dict[str, str], raw: bytes, event: dict[str, Any]) -> None:
    signed = GIVEN["app_id"].encode() + raw + event["timestamp"].encode() + GIVEN["oa_secret_key"].encode()
    assert headers["x-zevent-signature"] == "mac=" + hashlib.sha256(signed).hexdigest()


def test_the_catalogue_holds_exactly_the_events_of_the_fact_sheet() -> None:
    assert set(CATALOGUE) == set(SHAPES)


async def test_every_event_of_the_fact_sheet_arrives_signed_and_in_its_shape(lab: Any) -> None:
    for name in SHAPES:
        said = await lab.control("events", {"event_name": name, "phone": NUMBER})
        assert said["sent"] is True
    await lab.receiver.wait("", len(SHAPES))
    got = {event["event_name"]: (headers, raw, event) for headers, raw, event in lab.receiver.got}
    assert set(got) == set(SHAPES)
    for name, (headers, raw, event) in got.items():
        check_signature(headers, raw, event)
        assert ("x-zevent-server" in headers) is (name in ZNS), name
        for path in (*ENVELOPE, *SHAPES[name]):
            path, _, value = path.partition("=")
            found = dig(event, path)
            assert not value or found == value, (name, path)


async def test_the_fields_of_an_event_can_be_chosen(lab: Any) -> None:
    status = {"prev_status": "ENABLE", "new_status": "DISABLE"}
    fields = {"template_id": "400105", "status": status, "reason": "Chất lượng thấp"}
    await lab.control("events", {"event_name": "change_template_status", "fields": fields})
    (event,) = await lab.receiver.wait("change_template_status")
    assert {name: event[name] for name in fields} == fields
    times = {"tracking_id": "n-7", "delivery_time": "1767225600900"}
    await lab.control("events", {"event_name": "user_received_message", "phone": NUMBER, "fields": times})
    (receipt,) = await lab.receiver.wait("user_received_message")
    assert receipt["recipient"]["id"] == NUMBER
    assert lab.receiver.got[-1][0]["x-zevent-server"] == "ZNS"


async def test_an_unknown_event_goes_out_as_it_is_given(lab: Any) -> None:
    raw = {"oa_id": "1", "timestamp": "1767225600000", "anything": {"deep": [1, "hai"]}}
    await lab.control("events", {"event_name": "event_of_tomorrow", "raw": raw})
    (event,) = await lab.receiver.wait("event_of_tomorrow")
    assert event == {"app_id": GIVEN["app_id"], "event_name": "event_of_tomorrow", **raw}
    check_signature(*lab.receiver.got[0])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"event_name": ""},
        {"event_name": "made_up"},
        {"event_name": "user_send_text"},
        {"event_name": "user_send_text", "phone": "12"},
        {"event_name": "follow", "phone": NUMBER, "fields": []},
        {"event_name": "x", "raw": []},
        {"event_name": "x", "raw": {}, "phone": NUMBER},
        {"event_name": "follow", "else": 1},
    ],
)
async def test_an_event_that_cannot_be_understood_is_refused(lab: Any, body: Any) -> None:
    assert (await lab.control("events", body, status=400))["error"]


async def test_what_can_be_caused_is_listed(lab: Any) -> None:
    listed = await lab.see("events")
    assert {each["event_name"] for each in listed["events"]} == set(SHAPES)
    assert {"text", "reaction", "submit_info", "group"} <= set(listed["acts"])
