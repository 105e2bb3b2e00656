from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from channels.base import EventKind, IncomingEvent, RawPayload, SignatureOutcome
from channels.errors import BadSignature, MalformedWebhook
from channels.zalo.config import ZaloConfig
from channels.zalo.events import (
    ContactShared,
    Echo,
    MessageKind,
    Reaction,
    Receipt,
    ReceiptKind,
    Relationship,
    RelationshipChange,
    TemplateFeedback,
    UserMessage,
)
from channels.zalo.routes import build_webhook_route
from channels.zalo.webhook import parse_updates, parse_verified, sign, verify_signature

APP_ID = "1234567890123456789"
TIMESTAMP = "1767225600000"
OA, USER = "388613280878808645", "246845883529197922"
PHONE = "84987654321"
KEY, OLD_KEY = SecretStr("oa-secret-for-tests"), SecretStr("old-secret")

# docs: zalo 14, first row and its body.
BODY = (
    '{"app_id":"1234567890123456789","user_id_by_app":"552177279717587730","event_name":"user_send_text",'
    '"timestamp":"1767225600000","sender":{"id":"246845883529197922"},"recipient":{"id":"388613280878808645"},'
    '"message":{"msg_id":"m-1","text":"Xin chào"}}'
).encode()
MAC = "0957e353ddd3da5312ba6c2f3425f64e990aa42c2606160f25742b753c034163"


def verify(header: str | None, *, body: bytes = BODY, secrets: Any = (KEY,), headers: Any = None, **more: Any) -> Any:
    headers = dict(headers or {}) | ({} if header is None else {"X-ZEvent-Signature": header})
    return verify_signature(headers=headers, body=body, app_id=APP_ID, secrets=secrets, **more)


# --- Signature --------------------------------------------------------------------------------------------------------


def test_the_vector_of_the_sheet() -> None:
    assert len(BODY) == 251
    assert sign(app_id=APP_ID, body=BODY, timestamp=TIMESTAMP, secret=KEY) == MAC


@pytest.mark.parametrize("form", ["mac={}", "{}", "mac = {}", " mac={} ", "MAC={}", "= {}"])
def test_a_right_mac_is_accepted_with_and_without_prefix_and_spaces(form: str) -> None:
    assert verify(form.format(MAC)).is_accepted
    assert verify(form.format(MAC.upper())).is_accepted


def test_the_header_name_is_found_in_any_case() -> None:
    assert verify(None, headers={"x-zevent-signature": f"mac={MAC}"}).is_accepted


def test_the_old_key_still_opens_and_is_named_by_its_position() -> None:
    verdict = verify(f"mac={MAC}", secrets=(OLD_KEY, KEY))
    assert (verdict.outcome, verdict.key_index) == (SignatureOutcome.ACCEPTED, 1)


def test_a_number_as_timestamp_is_tolerated() -> None:
    body = BODY.replace(b'"1767225600000"', b"1767225600000")
    assert verify(sign(app_id=APP_ID, body=body, timestamp=TIMESTAMP, secret=KEY), body=body).is_accepted


@pytest.mark.parametrize(
    "header",
    ["mac=" + "0" * 64, "mac=" + MAC[:-1], "mac=" + MAC + "0", "hmac=" + MAC, "mac=không", "mac=", "sha256=" + MAC],
)
def test_a_wrong_mac_is_wrong(header: str) -> None:
    assert verify(header).outcome is SignatureOutcome.WRONG


def test_a_changed_body_is_wrong_even_if_it_means_the_same() -> None:
    assert verify(f"mac={MAC}", body=BODY.replace(b'":"', b'": "')).outcome is SignatureOutcome.WRONG


def test_the_app_id_is_our_own_not_the_bodys() -> None:
    body = BODY.replace(b'"app_id":"1', b'"app_id":"9')
    mac = sign(app_id="9" + APP_ID[1:], body=body, timestamp=TIMESTAMP, secret=KEY)
    assert verify(mac, body=body).outcome is SignatureOutcome.WRONG


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"timestamp": true}', b"\xff", b"[" * 10_000])
def test_a_body_without_timestamp_never_verifies_and_never_raises(body: bytes) -> None:
    assert verify(f"mac={MAC}", body=body).outcome is SignatureOutcome.WRONG


@pytest.mark.parametrize("header", [None, "", "  "])
def test_no_signature_is_missing(header: str | None) -> None:
    assert verify(header).outcome is SignatureOutcome.MISSING


def test_the_unsigned_empty_object_is_the_consoles_probe() -> None:
    assert verify(None, body=b" {}\n").outcome is SignatureOutcome.PROBE
    assert verify(None, body=b"{\r\n\t}").outcome is SignatureOutcome.PROBE
    assert verify("mac=" + "0" * 64, body=b"{}").outcome is SignatureOutcome.WRONG


def test_other_known_recipes_are_named_but_not_accepted() -> None:
    app_secret = SecretStr("app-secret")
    by_app_secret = sign(app_id=APP_ID, body=BODY, timestamp=TIMESTAMP, secret=app_secret)
    by_header_time = sign(app_id=APP_ID, body=BODY, timestamp="1", secret=KEY)
    first = verify(by_app_secret, app_secret=app_secret)
    second = verify(by_header_time, headers={"X-ZEvent-Timestamp": "1"})
    assert (first.outcome, first.recipe) == (SignatureOutcome.ALTERNATIVE, "app_secret")
    assert (second.outcome, second.recipe) == (SignatureOutcome.ALTERNATIVE, "header_timestamp")
    assert not first.is_accepted
    assert not second.is_accepted


@pytest.mark.parametrize("secrets", [(), (SecretStr(""),)])
def test_without_a_key_there_is_no_door(secrets: Any) -> None:
    with pytest.raises(ValueError, match="HOSO_ZALO_OA_SECRET_KEYS"):
        verify(f"mac={MAC}", secrets=secrets)


def test_parse_updates_refuses_a_wrong_signature_unless_told_to_log_only() -> None:
    wrong = {"X-ZEvent-Signature": "mac=" + "0" * 64}
    with pytest.raises(BadSignature):
        parse_updates(wrong, BODY, app_id=APP_ID, secrets=[KEY])
    assert len(parse_updates(wrong, BODY, app_id=APP_ID, secrets=[KEY], enforce=False)) == 1
    assert len(parse_updates({"X-ZEvent-Signature": MAC}, BODY, app_id=APP_ID, secrets=[KEY])) == 1
    assert parse_updates({}, b"{}", app_id=APP_ID, secrets=[KEY]) == []


# --- Events -----------------------------------------------------------------------------------------------------------


def read(event: dict[str, Any], *, headers: Any = None, account_ids: Any = (OA,)) -> IncomingEvent:
    document = {"app_id": APP_ID, "timestamp": TIMESTAMP} | event
    (found,) = parse_verified(headers or {}, json.dumps(document).encode(), account_ids=account_ids)
    return found


def from_user(name: str, **message: Any) -> dict[str, Any]:
    return {
        "event_name": name,
        "sender": {"id": USER},
        "recipient": {"id": OA},
        "user_id_by_app": "552177279717587730",
        "message": message,
    }


def from_oa(name: str, **message: Any) -> dict[str, Any]:
    return {"event_name": name, "sender": {"id": OA}, "recipient": {"id": USER}, "message": message}


def test_a_text_message_is_read_whole() -> None:
    (event,) = parse_verified({}, BODY, account_ids=[OA])
    assert event.platform == "zalo"
    assert event.kind is EventKind.MESSAGE
    assert (event.account_id, event.user_id) == (OA, USER)
    assert event.dedup_key == "user_send_text:m-1"
    assert event.occurred_at is not None
    assert event.occurred_at.isoformat() == "2026-01-01T00:00:00+00:00"
    assert isinstance(event.payload, UserMessage)
    assert event.payload.text == "Xin chào"
    assert "Xin chào" not in repr(event)
    assert USER not in repr(event)


ATTACHMENTS: dict[str, dict[str, Any]] = {
    "image": {"type": "image", "payload": {"thumbnail": "https://t", "url": "https://u"}},
    "gif": {"type": "gif", "payload": {"thumbnail": "https://t", "url": "https://u"}},
    "link": {"type": "link", "payload": {"thumbnail": "t", "description": "d", "url": "https://u"}},
    "audio": {"type": "audio", "payload": {"url": "https://u.amr"}},
    "video": {"type": "video", "payload": {"url": "https://u", "thumbnail": "t", "description": "d"}},
    "sticker": {"type": "sticker", "payload": {"url": "https://u", "id": "s1"}},
    "location": {"type": "location", "payload": {"coordinates": {"latitude": "10.7769", "longitude": "106.7009"}}},
    "file": {"type": "file", "payload": {"url": "u", "size": "5", "name": "a.pdf", "checksum": "c", "type": "pdf"}},
    "business_card": {"type": "link", "payload": {"description": '{"phone":"84900000000","qrCodeUrl":"q"}'}},
}


@pytest.mark.parametrize("kind", ATTACHMENTS)
def test_each_kind_of_message_keeps_its_attachment(kind: str) -> None:
    event = read(from_user(f"user_send_{kind}", msg_id="m2", attachments=[ATTACHMENTS[kind]]))
    assert isinstance(event.payload, UserMessage)
    assert event.payload.kind is MessageKind(kind)
    assert event.payload.attachments[0].payload == ATTACHMENTS[kind]["payload"]


@pytest.mark.parametrize(
    ("coordinates", "found"),
    [
        ({"latitude": "10.7769", "longitude": "106.7009"}, (10.7769, 106.7009)),
        ({"latitude": 10, "longitude": 106.5}, (10.0, 106.5)),
        ({"latitude": "north", "longitude": "106"}, None),
        ({"latitude": "100", "longitude": "106"}, None),
        ({"latitude": "nan", "longitude": "106"}, None),
        ({}, None),
        ("here", None),
    ],
)
def test_coordinates_are_texts_or_numbers_or_nothing(coordinates: Any, found: Any) -> None:
    attachment = {"type": "location", "payload": {"coordinates": coordinates}}
    payload = read(from_user("user_send_location", msg_id="m", attachments=[attachment])).payload
    assert isinstance(payload, UserMessage)
    assert payload.coordinates == found


def test_a_message_kind_nobody_knows_is_still_a_message() -> None:
    payload = read(from_user("user_send_hologram", msg_id="m")).payload
    assert isinstance(payload, UserMessage)
    assert payload.kind is MessageKind.OTHER


def test_a_quoted_reply_names_the_message_it_answers() -> None:
    payload = read(from_user("user_send_text", msg_id="m", text="vâng", quote_msg_id="q")).payload
    assert isinstance(payload, UserMessage)
    assert payload.quote_message_id == "q"


def test_an_oa_receipt_names_message_and_user() -> None:
    event = read(from_oa("user_received_message", msg_id="m9"))
    assert (event.kind, event.account_id, event.user_id) == (EventKind.RECEIPT, OA, USER)
    assert event.payload == Receipt(kind=ReceiptKind.DELIVERED, message_ids=("m9",))


def test_a_template_receipt_names_our_reference_and_hides_the_phone() -> None:
    event = read(
        {
            "event_name": "user_received_message",
            "sender": {"id": OA},
            "recipient": {"id": "84987654321"},
            "message": {"msg_id": "a3fb", "tracking_id": "n-01HZX3", "delivery_time": "1767225600900"},
        }
    )
    assert isinstance(event.payload, Receipt)
    assert event.payload.is_template
    assert (event.payload.tracking_id, event.payload.message_ids) == ("n-01HZX3", ("a3fb",))
    assert event.payload.delivered_at is not None
    assert event.payload.delivered_at.microsecond == 900_000
    assert event.payload.phone == SecretStr("84987654321")
    assert event.user_id is None
    assert event.account_id == OA
    assert "84987654321" not in repr(event) + event.dedup_key + str(event.payload)


def test_a_template_receipt_is_known_by_its_header_too() -> None:
    event = read(from_oa("user_received_message", msg_id="a"), headers={"x-zevent-server": "ZNS"})
    assert isinstance(event.payload, Receipt)
    assert event.payload.is_template
    assert event.user_id is None


def test_a_template_receipt_without_message_id_puts_no_phone_into_its_key() -> None:
    event = read(
        {
            "event_name": "user_received_message",
            "sender": {"id": OA},
            "recipient": {"id": "84987654321"},
            "message": {"tracking_id": "n-1", "delivery_time": 1767225600900},
        }
    )
    assert "84987654321" not in event.dedup_key


def test_a_read_receipt_names_several_messages() -> None:
    event = read(from_oa("user_seen_message", msg_ids=["m1", "m2", 3]))
    assert event.payload == Receipt(kind=ReceiptKind.READ, message_ids=("m1", "m2", "3"))
    assert event.user_id == USER


def test_a_rating_of_a_template() -> None:
    event = read(
        {
            "event_name": "user_feedback",
            "oa_id": OA,
            "message": {
                "note": "tốt",
                "rate": "5",
                "submit_time": "1767225600000",
                "msg_id": "a",
                "feedbacks": ["nhanh"],
                "tracking_id": "n-1",
            },
        }
    )
    assert event.kind is EventKind.RECEIPT
    assert event.account_id == OA
    assert isinstance(event.payload, TemplateFeedback)
    assert (event.payload.rate, event.payload.feedbacks, event.payload.tracking_id) == (5, ("nhanh",), "n-1")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("follow", RelationshipChange.FOLLOWED),
        ("user_follow", RelationshipChange.FOLLOWED),
        ("unfollow", RelationshipChange.UNFOLLOWED),
        ("user_unfollow", RelationshipChange.UNFOLLOWED),
    ],
)
def test_following_and_its_aliases(name: str, change: RelationshipChange) -> None:
    event = read({"event_name": name, "oa_id": OA, "follower": {"id": USER}, "source": "oa_profile"})
    assert (event.kind, event.account_id, event.user_id) == (EventKind.RELATIONSHIP, OA, USER)
    assert event.payload == Relationship(change=change, source="oa_profile")
    assert event.dedup_key.startswith(f"{name}:sha256:")


def test_opening_the_chat_and_withdrawing_consent() -> None:
    opened = read({"event_name": "user_click_chatnow", "oa_id": OA, "user_id": USER})
    withdrew = read({"event_name": "user_withdraw", "user_id": USER, "user_id_by_app": "5"})
    assert opened.payload == Relationship(change=RelationshipChange.CHAT_OPENED)
    assert withdrew.payload == Relationship(change=RelationshipChange.WITHDREW, user_id_by_app="5")
    assert opened.user_id == withdrew.user_id == USER


@pytest.mark.parametrize(
    ("info", "address"),
    [
        (
            {
                "name": "Nguyễn Văn A",
                "phone": "84987654321",
                "user_dob": "01/01/1990",
                "full_address": {
                    "user_address": "1 Lê Lợi",
                    "user_ward": "Bến Nghé",
                    "user_city": "TP. Hồ Chí Minh",
                },
            },
            "1 Lê Lợi, Bến Nghé, TP. Hồ Chí Minh",
        ),
        (
            {"name": "Nguyễn Văn A", "phone": 84987654321, "address": "1 Lê Lợi", "district": "Quận 1"},
            "1 Lê Lợi, Quận 1",
        ),
    ],
)
def test_a_shared_contact_is_read_in_both_shapes_and_hidden(info: dict[str, Any], address: str) -> None:
    event = read(from_user("user_submit_info") | {"info": info})
    assert isinstance(event.payload, ContactShared)
    assert event.payload.phone == SecretStr("84987654321")
    assert event.payload.name == SecretStr("Nguyễn Văn A")
    assert event.payload.address == SecretStr(address)
    assert "Nguyễn" not in repr(event) + repr(event.payload)


def test_an_empty_contact_is_no_error() -> None:
    assert read(from_user("user_submit_info")).payload == ContactShared(user_id_by_app="552177279717587730")


def test_echoes_name_the_administrator_who_typed() -> None:
    event = read(from_oa("oa_send_text", msg_id="e1", text="Chào bạn") | {"sender": {"id": OA, "admin_id": "a7"}})
    assert (event.kind, event.account_id, event.user_id) == (EventKind.ECHO, OA, USER)
    assert event.payload == Echo(kind=MessageKind.TEXT, message_id="e1", text="Chào bạn", admin_id="a7")
    assert read(from_oa("oa_send_template", msg_id="e2")).kind is EventKind.ECHO


def test_two_reactions_to_one_message_are_two_events() -> None:
    first = read(from_user("user_reacted_message", msg_id="m", react_icon="/-heart"))
    second = read(from_user("user_reacted_message", msg_id="m", react_icon="/-strong") | {"timestamp": "1767225600001"})
    assert first.payload == Reaction(message_id="m", icon="/-heart")
    assert first.dedup_key != second.dedup_key


@pytest.mark.parametrize(
    "name",
    [
        "change_template_status",
        "change_oa_daily_quota",
        "add_user_to_tag",
        "create_group",
        "oa_send_group_text",
        "oa_send_consent",
        "user_call_oa",
        "anonymous_send_text",
        "user_click_response_button",
        "event_journey_time_out",
    ],
)
def test_management_events_are_kept_raw(name: str) -> None:
    event = read({"event_name": name, "oaId": OA, "quota": {"prev_value": 1}})
    assert event.kind is EventKind.MANAGEMENT
    assert event.account_id == OA
    assert isinstance(event.payload, RawPayload)
    assert event.payload.raw["quota"] == {"prev_value": 1}


def test_an_event_nobody_knows_is_kept_raw_as_unknown() -> None:
    event = read({"event_name": "user_levitated", "sender": {"id": USER}, "recipient": {"id": OA}})
    assert (event.kind, event.event_name, event.user_id) == (EventKind.UNKNOWN, "user_levitated", USER)
    assert isinstance(event.payload, RawPayload)


def test_our_own_ids_decide_who_is_who_not_the_position() -> None:
    event = read({"event_name": "user_seen_message", "sender": {"id": USER}, "recipient": {"id": OA}, "message": {}})
    assert (event.account_id, event.user_id) == (OA, USER)


def test_without_known_ids_the_usual_position_decides() -> None:
    assert read(from_user("user_send_text", msg_id="m"), account_ids=()).account_id == OA
    assert read(from_oa("user_seen_message", msg_ids=["m"]), account_ids=()).account_id == OA


def test_the_same_event_again_has_the_same_key_and_another_one_does_not() -> None:
    follow = {"event_name": "follow", "oa_id": OA, "follower": {"id": USER}}
    assert read(follow).dedup_key == read(follow).dedup_key
    assert read(follow).dedup_key != read(follow | {"timestamp": "1767225600001"}).dedup_key
    assert read(from_user("user_send_text", msg_id="m" * 5000)).dedup_key.startswith("user_send_text:sha256:")


WITHOUT_MESSAGE_ID: dict[str, dict[str, Any]] = {
    "follower": {"event_name": "follow", "oa_id": OA, "follower": {"id": USER}},
    "user_id": {"event_name": "user_withdraw", "user_id": USER},
    "data": {"event_name": "update_user_info", "oa_id": OA, "data": {"user_id": USER, "phone": PHONE}},
    "contact": {
        "event_name": "user_submit_info",
        "sender": {"id": USER},
        "recipient": {"id": OA},
        "info": {"phone": PHONE},
    },
    "no time": {"event_name": "follow", "oa_id": OA, "follower": {"id": USER}, "timestamp": ""},
    "read receipt": from_oa("user_seen_message", msg_ids=["m1"]),
    "template receipt": {"event_name": "user_received_message", "recipient": {"id": PHONE}, "delivery_time": TIMESTAMP},
    "reaction": from_user("user_reacted_message", react_icon="/-heart"),
    "unknown": {"event_name": "user_levitated", "sender": {"id": USER}, "recipient": {"id": OA}, "phone": PHONE},
    "unreadable": from_user("user_send_text", text="a", attachments=[{"type": 7}]),
    "very long": {"event_name": "follow", "oa_id": OA, "follower": {"id": USER * 20}},
}


@pytest.mark.parametrize("case", WITHOUT_MESSAGE_ID)
def test_no_key_without_message_id_shows_a_user_id_or_a_phone(case: str) -> None:
    event = read(WITHOUT_MESSAGE_ID[case])
    assert event.dedup_key.startswith(f"{event.event_name}:sha256:")
    assert USER not in event.dedup_key
    assert PHONE not in event.dedup_key
    assert len(event.dedup_key) <= 200


def test_two_people_who_follow_in_the_same_millisecond_have_two_keys() -> None:
    one = {"event_name": "follow", "oa_id": OA, "follower": {"id": USER}}
    assert read(one).dedup_key != read(one | {"follower": {"id": USER[:-1] + "3"}}).dedup_key
    assert read(one).dedup_key != read(one | {"oa_id": OA[:-1] + "6"}).dedup_key
    assert read(one).dedup_key == read(one | {"source": "told only by the repeat"}).dedup_key


@pytest.mark.parametrize("document", ["[]", "1", "null", '"text"', "[[1]]", '{"event_name": 7}', '{"event_name": []}'])
def test_odd_json_is_unknown_never_an_error(document: str) -> None:
    (event,) = parse_verified({}, document.encode())
    assert event.kind is EventKind.UNKNOWN


@pytest.mark.parametrize(
    "body", [b"", b"x", b"\xff", b'{"a":"\\u0000"}', b'{"a":"\\ud800"}', b'{"a":1e999}', b"[" * 9999, b" " * 2_000_000]
)
def test_what_cannot_be_stored_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedWebhook):
        parse_verified({}, body)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "a", "84987654321", TIMESTAMP]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "msg_id", "type", "payload", "text", "coordinates"]), inner)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        *("user_send_text", "user_send_location", "user_received_message", "user_seen_message", "user_feedback"),
        *("follow", "user_submit_info", "oa_send_text", "user_withdraw", "change_template_status", "nobody", ""),
    ]
)
FIELDS = ["timestamp", "sender", "recipient", "message", "info", "oa_id", "follower", "user_id", "attachments"]


@given(NAMES, st.dictionaries(st.sampled_from(FIELDS), ODD))
def test_no_document_makes_the_parser_raise(name: str, fields: dict[str, Any]) -> None:
    (event,) = parse_verified({}, json.dumps({"event_name": name, **fields}).encode(), account_ids=[OA])
    assert len(event.dedup_key) <= 200
    event.model_dump_json()


def test_an_account_that_comes_while_the_door_is_open_is_ours_from_then_on() -> None:
    """Told by its id, where the position of sender and recipient would say the opposite."""
    ours = {OA}
    route = build_webhook_route(
        ZaloConfig(app_id=APP_ID, app_secret=SecretStr("s"), oa_secret_keys=(SecretStr("k"),)), account_ids=ours
    )
    new = "388613280878808646"
    body = json.dumps(
        {
            "event_name": "user_received_message",
            "timestamp": TIMESTAMP,
            "sender": {"id": USER},
            "recipient": {"id": new},
            "message": {"msg_id": "m"},
        }
    ).encode()
    assert route.open({}, body).envelopes[0].account_id == USER  # by the usual position
    ours.add(new)
    assert route.open({}, body).envelopes[0].account_id == new
