"""One sample of every event name of zalo 7.4, composed after the sheet: kind, typed fields, parties, dedup key."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from channels.base import EventKind, IncomingEvent, RawPayload, SignatureOutcome
from channels.errors import MalformedWebhook
from channels.zalo.config import ZaloConfig
from channels.zalo.envelopes import read_envelope
from channels.zalo.event_attachments import (
    Attachment,
    AudioAttachment,
    BusinessCardAttachment,
    FileAttachment,
    ImageAttachment,
    LinkAttachment,
    LocationAttachment,
    StickerAttachment,
    TemplateAttachment,
    VideoAttachment,
)
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
from channels.zalo.management_events import (
    AnonymousMessage,
    Call,
    CallConsent,
    ExtensionPurchased,
    GroupChange,
    GroupMessage,
    ProductAsked,
    TagChange,
    UserInfoChanged,
    WidgetEvent,
)
from channels.zalo.routes import build_webhook_route
from channels.zalo.signature import SIGNATURE_HEADER, sign
from channels.zalo.template_events import (
    ButtonResponse,
    JourneyEvent,
    QuotaChange,
    TemplateQualityChange,
    TemplateStatusChange,
    TemplateTagsChange,
)

SAMPLES = Path(__file__).parents[2] / "samples" / "zalo"
APP_ID, OA, USER, PHONE = "1234567890123456789", "388613280878808645", "246845883529197922", "84987654321"
NEIGHBOUR = "246845883529197923"
KEY = SecretStr("oa-secret-for-tests")
ROUTE = build_webhook_route(
    ZaloConfig(app_id=APP_ID, app_secret=SecretStr("s"), oa_secret_keys=(KEY,)), account_ids={OA}
)
MIDNIGHT, TOMORROW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
URL, THUMBNAIL = "https://cdn.example/a", "https://cdn.example/t"

HASHED = "sha256"  # keys that hold no id in clear
MESSAGE, RECEIPT, RELATIONSHIP = EventKind.MESSAGE, EventKind.RECEIPT, EventKind.RELATIONSHIP
MANAGEMENT, ECHO = EventKind.MANAGEMENT, EventKind.ECHO


@dataclass(frozen=True)
class Expected:
    kind: EventKind
    payload: type[BaseModel]
    key: str
    fields: dict[str, Any] = field(default_factory=dict)
    attachment: Attachment | None = None
    account: str | None = OA
    user: str | None = USER


def message(kind: str, attachment: Attachment | None = None, **fields: Any) -> Expected:
    known = fields | {"kind": MessageKind(kind), "message_id": "m-1", "user_id_by_app": "552177279717587730"}
    return Expected(MESSAGE, UserMessage, f"user_send_{kind}:m-1", known, attachment)


def echo(name: str, kind: MessageKind, attachment: Attachment | None = None, **fields: Any) -> Expected:
    return Expected(ECHO, Echo, f"{name}:m-2", fields | {"kind": kind, "message_id": "m-2"}, attachment)


def managed(payload: type[BaseModel], user: str | None = None, key: str = HASHED, **fields: Any) -> Expected:
    return Expected(MANAGEMENT, payload, key, fields, user=user)


def relation(change: RelationshipChange, **more: Any) -> Expected:
    source = None if change in {RelationshipChange.CHAT_OPENED, RelationshipChange.WITHDREW} else "oa_profile"
    fields = {"change": change, "source": source, "user_id_by_app": "552177279717587730"}
    return Expected(RELATIONSHIP, Relationship, HASHED, fields, **more)


def anonymous(sent: str, kind: EventKind, message_id: str) -> dict[str, Expected]:
    """The four kinds of message of a web visitor, or of the answers."""
    return {
        f"{sent}_{what}": Expected(
            kind,
            AnonymousMessage,
            f"{sent}_{what}:{message_id}",
            {"conversation_id": "c-1", "message_id": message_id, "text": "Xin chào" if what == "text" else None},
            attachment,
            user="anon-5f3c",
        )
        for what, attachment in {
            "text": None,
            "image": IMAGE,
            "file": FileAttachment(type="file", url=URL, name="a.pdf", size_bytes=5, checksum="c", file_type="pdf"),
            "sticker": StickerAttachment(type="sticker", url=URL, id="s1"),
        }.items()
    }


IMAGE = ImageAttachment(type="image", url=URL, thumbnail=THUMBNAIL)
GIF = ImageAttachment(type="gif", url=URL, thumbnail=THUMBNAIL)
LINK = LinkAttachment(type="link", url=URL, thumbnail=THUMBNAIL, description="d")
DON = FileAttachment(type="file", url=URL, name="don.pdf", size_bytes=20480, checksum="c", file_type="pdf")
CONTACT = {
    "name": SecretStr("Nguyễn Văn A"),
    "phone": SecretStr(PHONE),
    "birth_date": SecretStr("01/01/1990"),
    "gender": SecretStr("male"),
    "address": SecretStr("1 Lê Lợi, Bến Nghé, TP. Hồ Chí Minh"),
}
OLD_CONTACT = {"name": SecretStr("Nguyễn Văn A"), "phone": SecretStr(PHONE), "birth_date": None, "gender": None}
GROUP = managed(GroupChange, group_id="g-1", user_ids=(USER, NEIGHBOUR))
TAG = managed(TagChange, tag="khai-sinh", user_ids=(USER, NEIGHBOUR))
DELIVERED = {"kind": ReceiptKind.DELIVERED, "delivered_at": MIDNIGHT.replace(microsecond=900_000), "is_template": True}

EXPECTED: dict[str, Expected] = {
    "user_send_text": message("text", text="Xin chào", quote_message_id="q-1"),
    "user_send_image": message("image", IMAGE, text="Giấy khai sinh"),
    "user_send_gif": message("gif", GIF),
    "user_send_link": message(
        "link",
        LinkAttachment(type="link", url="https://example.vn", thumbnail=THUMBNAIL, description="Cổng dịch vụ công"),
    ),
    "user_send_audio": message("audio", AudioAttachment(type="audio", url=f"{URL}.amr")),
    "user_send_video": message(
        "video", VideoAttachment(type="video", url=f"{URL}.mp4", thumbnail=THUMBNAIL, description="Đường vào")
    ),
    "user_send_sticker": message("sticker", StickerAttachment(type="sticker", url=URL, id="bfe458bf64fa8da4d4eb")),
    "user_send_location": message(
        "location",
        LocationAttachment(type="location", latitude=10.7769, longitude=106.7009),
        coordinates=(10.7769, 106.7009),
    ),
    "user_send_file": message(
        "file",
        FileAttachment(
            type="file",
            url=f"{URL}.pdf",
            name="don.pdf",
            size_bytes=20480,
            checksum="5d41402abc4b2a76b9719d911017c592",
            file_type="pdf",
        ),
    ),
    "user_send_business_card": message(
        "business_card",
        BusinessCardAttachment(
            type="link",
            name=SecretStr("Trần Thị B"),
            phone=SecretStr("84900000000"),
            qr_code_url="https://cdn.example/qr",
        ),
    ),
    "oa_send_text": echo("oa_send_text", MessageKind.TEXT, text="Chào bạn", admin_id="7001"),
    "oa_send_image": echo("oa_send_image", MessageKind.IMAGE, IMAGE),
    "oa_send_gif": echo("oa_send_gif", MessageKind.GIF, GIF),
    "oa_send_list": echo("oa_send_list", MessageKind.LIST, Attachment(type="template")),
    "oa_send_file": echo("oa_send_file", MessageKind.FILE, DON),
    "oa_send_sticker": echo(
        "oa_send_sticker", MessageKind.STICKER, StickerAttachment(type="sticker", url=URL, id="s1")
    ),
    "oa_send_template": echo(
        "oa_send_template",
        MessageKind.TEMPLATE,
        TemplateAttachment(
            type="template", zinstant_id="z-1", text="Hồ sơ của bạn", link_url="https://example.vn", checksum="c1"
        ),
        admin_id=None,
    ),
    "oa_send_link": echo("oa_send_link", MessageKind.LINK, LINK),
    "oa_send_video": echo(
        "oa_send_video",
        MessageKind.VIDEO,
        VideoAttachment(type="video", url=URL, thumbnail=THUMBNAIL, description="d"),
    ),
    "oa_send_carousel": echo("oa_send_carousel", MessageKind.CAROUSEL, text="Chào bạn"),
    "oa_send_msg": echo("oa_send_msg", MessageKind.OTHER, text="Chào bạn"),
    "oa_send_action": echo("oa_send_action", MessageKind.ACTION, text="Chào bạn"),
    "oa_send_request_user_info": echo("oa_send_request_user_info", MessageKind.REQUEST_USER_INFO, text="Chào bạn"),
    "user_received_message": Expected(
        RECEIPT,
        Receipt,
        "user_received_message:m-9",
        {"kind": ReceiptKind.DELIVERED, "message_ids": ("m-9",), "is_template": False, "phone": None},
    ),
    "user_received_message.template": Expected(
        RECEIPT,
        Receipt,
        "user_received_message:a3fb",
        DELIVERED
        | {"message_ids": ("a3fb",), "tracking_id": "n-01HZX3", "phone": SecretStr(PHONE), "phone_hash": None},
        user=None,
    ),
    "user_received_message.template_hash": Expected(
        RECEIPT,
        Receipt,
        "user_received_message:a3fc",
        DELIVERED
        | {
            "message_ids": ("a3fc",),
            "tracking_id": "n-01HZX4",
            "phone": None,
            "phone_hash": "116ce31ae9170769b075a11dedca1198f41d30318334919fb90917e9c617b438",
        },
        user=None,
    ),
    "user_seen_message": Expected(
        RECEIPT, Receipt, HASHED, {"kind": ReceiptKind.READ, "message_ids": ("m-9", "m-10"), "is_template": False}
    ),
    "user_reacted_message": Expected(
        RELATIONSHIP,
        Reaction,
        "user_reacted_message:m-9:1767225600000",
        {"message_id": "m-9", "icon": "/-heart"},
    ),
    "oa_reacted_message": Expected(
        ECHO, Reaction, "oa_reacted_message:m-1:1767225600000", {"message_id": "m-1", "icon": "/-strong"}
    ),
    "follow": relation(RelationshipChange.FOLLOWED),
    "user_follow": relation(RelationshipChange.FOLLOWED),
    "unfollow": relation(RelationshipChange.UNFOLLOWED),
    "user_unfollow": relation(RelationshipChange.UNFOLLOWED),
    "user_click_chatnow": relation(RelationshipChange.CHAT_OPENED),
    "user_withdraw": relation(RelationshipChange.WITHDREW, account=None),
    "user_submit_info": Expected(RELATIONSHIP, ContactShared, HASHED, CONTACT),
    "user_submit_info.older": Expected(
        RELATIONSHIP,
        ContactShared,
        HASHED,
        OLD_CONTACT | {"address": SecretStr("1 Lê Lợi, Bến Nghé, Quận 1, TP. Hồ Chí Minh")},
    ),
    "update_user_info": managed(UserInfoChanged, USER, method="update", user_id=USER),
    "add_user_to_tag": TAG,
    "remove_user_from_tag": TAG,
    "remove_tag": TAG,
    "widget_interaction_accepted": managed(
        WidgetEvent, USER, user_id=USER, external_id="web-17", url="https://example.vn/ho-so", problem=None
    ),
    "widget_failed_to_sync_user_external_id": managed(
        WidgetEvent, USER, external_id="web-17", problem="external id is taken", url=None
    ),
    "user_asking_product": managed(ProductAsked, USER, "user_asking_product:m-1"),
    **anonymous("anonymous_send", MANAGEMENT, "m-1"),
    **anonymous("oa_send_anonymous", ECHO, "m-2"),
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
    "user_send_group_text": replace(
        managed(GroupMessage, USER, "user_send_group_text:m-1", group_id="g-1", message_id="m-1", text="Chào cả nhà"),
        kind=MESSAGE,
    ),
    "oa_send_group_text": managed(
        GroupMessage, USER, "oa_send_group_text:m-2", group_id="g-1", message_id="m-2", text="Chào cả nhà"
    ),
    "oa_send_consent": managed(
        CallConsent, phone=SecretStr(PHONE), request_type="SENT", created_at=MIDNIGHT, expires_at=TOMORROW
    ),
    "user_reply_consent": managed(
        CallConsent, USER, user_consent="ALLOW", confirmed_at=MIDNIGHT, expires_at=TOMORROW, phone=None
    ),
    "user_call_oa": managed(
        Call,
        USER,
        user_id=USER,
        phone=None,
        call_id="k-1",
        call_type="audio",
        started_at=MIDNIGHT,
        call_duration=65,
        talk_time=60,
        status_code=0,
    ),
    "oa_call_user": managed(Call, user_id=None, phone=SecretStr(PHONE), call_id="k-2", talk_time=0, status_code=4),
    "extension_purchased": managed(ExtensionPurchased),
    "user_feedback": Expected(
        RECEIPT,
        TemplateFeedback,
        "user_feedback:a3fb:1767225600000",
        {
            "message_id": "a3fb",
            "tracking_id": "n-01HZX3",
            "rate": 5,
            "note": "Nhanh, dễ hiểu",
            "feedbacks": ("Đúng hẹn",),
            "submitted_at": MIDNIGHT,
            "rating_type": "csat",
            "option": "five_emotions",
        },
        user=None,
    ),
    "user_click_response_button": managed(
        ButtonResponse,
        message_id="a3fb",
        tracking_id="n-01HZX3",
        button_type="response",
        label="Đã nhận",
        submitted_at=MIDNIGHT,
    ),
    "change_template_status": managed(
        TemplateStatusChange, template_id="400101", previous="PENDING_REVIEW", current="ENABLE", reason="approved"
    ),
    "change_template_quality": managed(TemplateQualityChange, template_id="400101", quality="HIGH"),
    "change_oa_daily_quota": managed(QuotaChange, previous=500, current=5000, template_id=None),
    "change_template_quota": managed(QuotaChange, template_id="400101", previous=None, current=None),
    "change_oa_template_tags": managed(TemplateTagsChange),
    "event_journey_time_out": managed(
        JourneyEvent, key="event_journey_time_out:a3fb", message_id="a3fb", tracking_id="n-01HZX3"
    ),
    "event_journey_acknowledged": managed(
        JourneyEvent, key="event_journey_acknowledged:a3fb", message_id="a3fb", tracking_id="n-01HZX3"
    ),
}


def load(sample: str) -> tuple[str, bytes]:
    document = json.loads((SAMPLES / f"{sample}.json").read_text(encoding="utf-8"))
    return document["event_name"], json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def read(body: bytes) -> IncomingEvent:
    (event,) = ROUTE.parse({}, body)
    return event


def test_every_sample_is_expected_and_every_expectation_has_a_sample() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == EXPECTED.keys()


@pytest.mark.parametrize("sample", EXPECTED)
def test_an_event_is_read_into_its_type(sample: str) -> None:
    expected, (name, body) = EXPECTED[sample], load(sample)
    event = read(body)
    assert (event.event_name, event.kind, type(event.payload)) == (name, expected.kind, expected.payload)
    assert (event.account_id, event.user_id) == (expected.account, expected.user)
    assert event.occurred_at is not None
    found = {field: getattr(event.payload, field) for field in expected.fields}
    assert found == expected.fields
    if isinstance(event.payload, RawPayload):
        assert event.payload.raw == json.loads(body)


@pytest.mark.parametrize("sample", [name for name, expected in EXPECTED.items() if expected.attachment])
def test_an_attachment_is_read_into_its_type_and_kept_raw(sample: str) -> None:
    _, body = load(sample)
    payload: Any = read(body).payload
    (attachment,) = payload.attachments
    assert attachment.model_copy(update={"payload": {}}) == EXPECTED[sample].attachment
    assert attachment.payload == json.loads(body)["message"]["attachments"][0]["payload"]


@pytest.mark.parametrize("sample", EXPECTED)
def test_a_repeat_has_the_same_key_and_no_key_shows_a_person(sample: str) -> None:
    expected, (name, body) = EXPECTED[sample], load(sample)
    key = read(body).dedup_key
    assert key == read(body).dedup_key
    assert key.startswith(f"{name}:sha256:") if expected.key == HASHED else key == expected.key
    assert not any(personal in key for personal in (USER, PHONE, "anon-5f3c"))


@pytest.mark.parametrize("sample", EXPECTED)
def test_nothing_personal_shows_when_an_event_is_printed(sample: str) -> None:
    event = read(load(sample)[1])
    shown = f"{event!r} {event.payload!r} {event.payload}"
    for personal in (USER, PHONE, "84900000000", "Nguyễn", "Trần Thị B", "Lê Lợi", "Xin chào", "10.7769", URL):
        assert personal not in shown


@pytest.mark.parametrize("sample", EXPECTED)
def test_the_door_finds_the_same_envelope_as_the_reader(sample: str) -> None:
    _, body = load(sample)
    timestamp = json.loads(body)["timestamp"]
    headers = {SIGNATURE_HEADER: "mac=" + sign(app_id=APP_ID, body=body, timestamp=timestamp, secret=KEY)}
    verdict, (envelope,) = ROUTE.open(headers, body)
    event = read(body)
    assert verdict.outcome is SignatureOutcome.ACCEPTED
    assert envelope._asdict() == {name: getattr(event, name) for name in envelope._fields}


def test_a_receipt_for_a_phone_is_known_by_the_phone_when_nothing_else_tells() -> None:
    body = json.dumps(
        {"event_name": "user_seen_message", "timestamp": "1", "sender": {"id": OA}, "recipient": {"id": PHONE}}
    ).encode()
    event = read(body)
    assert isinstance(event.payload, Receipt)
    assert (event.user_id, event.payload.is_template) == (None, True)


@pytest.mark.parametrize("description", ["", "no json", "[]", '{"phone": {}}', "[" * 100_000])
def test_a_business_card_nobody_can_read_is_kept_without_a_phone(description: str) -> None:
    attachment = {"type": "link", "payload": {"description": description}}
    body = json.dumps(
        {"event_name": "user_send_business_card", "message": {"msg_id": "m", "attachments": [attachment]}}
    ).encode()
    payload = read(body).payload
    assert isinstance(payload, UserMessage)
    assert isinstance(payload.attachments[0], BusinessCardAttachment)
    assert payload.attachments[0].phone is None


def test_a_phone_on_a_business_card_may_be_a_number() -> None:
    attachment = {"type": "link", "payload": {"description": '{"phone": 84900000000}'}}
    body = json.dumps(
        {"event_name": "user_send_business_card", "message": {"msg_id": "m", "attachments": [attachment]}}
    ).encode()
    payload: Any = read(body).payload
    (card,) = payload.attachments
    assert card.phone == SecretStr("84900000000")


def test_the_unsigned_probe_opens_and_holds_nothing() -> None:
    verdict, envelopes = ROUTE.open({}, b"{}")
    assert (verdict.outcome, envelopes) == (SignatureOutcome.PROBE, ())


def test_a_header_of_odd_bytes_is_wrong_and_no_error() -> None:
    headers = {SIGNATURE_HEADER: "mac=" + "0" * 64, "X-ZEvent-Timestamp": "\udcff"}
    assert ROUTE.open(headers, b'{"timestamp":"1"}').verdict.outcome is SignatureOutcome.WRONG


ODD_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from([USER, PHONE]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
NAMES = st.sampled_from(sorted({name.partition(".")[0] for name in EXPECTED})) | st.text(max_size=70)
FIELDS = st.sampled_from(
    [
        "sender",
        "recipient",
        "message",
        "follower",
        "info",
        "tag",
        "data",
        "quota",
        "status",
        "users",
        "user_id",
        "oa_id",
        "oaId",
        "timestamp",
        "group_id",
    ]
)
INNER = st.sampled_from(
    [
        "id",
        "msg_id",
        "msg_ids",
        "text",
        "attachments",
        "type",
        "payload",
        "coordinates",
        "latitude",
        "description",
        "size",
        "rate",
        "delivery_time",
        "submit_time",
        "feedbacks",
        "user_ids",
        "name",
        "phone",
        "full_address",
        "conversation_id",
        "new_value",
    ]
)


@given(NAMES, st.dictionaries(FIELDS, ODD_JSON | st.dictionaries(INNER, ODD_JSON), max_size=6))
def test_whatever_stands_in_an_event_it_is_read_or_malformed(name: str, fields: dict[str, Any]) -> None:
    _read_or_refuse(json.dumps({"event_name": name, **fields}).encode())


@given(st.binary(max_size=200) | ODD_JSON.map(lambda document: json.dumps(document).encode()))
def test_whatever_the_body_is_it_is_read_or_malformed(body: bytes) -> None:
    _read_or_refuse(body)


def _read_or_refuse(body: bytes) -> None:
    headers = {SIGNATURE_HEADER: "mac=" + hashlib.sha256(body).hexdigest()}
    try:
        opened = ROUTE.open(headers, body)
        events = ROUTE.parse(headers, body)
    except MalformedWebhook:
        return
    assert not opened.verdict.is_accepted
    assert [event.dedup_key for event in events] == [envelope.dedup_key for envelope in opened.envelopes]
    for event in events:
        assert len(event.dedup_key) <= 200
        event.model_dump_json()


def test_a_document_that_is_no_object_is_unknown() -> None:
    envelope = read_envelope({}, ["a"], b'["a"]', {OA})
    assert (envelope.kind, envelope.event_name) == (EventKind.UNKNOWN, "")
