"""Which event is of which kind and how its content is read: tables by name, then by the beginning of the name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from channels.base import EventKind, EventPayload, RawPayload
from channels.zalo.event_attachments import read_attachments
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
from channels.zalo.fields import Document, read_object, read_secret, read_text, read_texts
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
from channels.zalo.template_events import (
    ButtonResponse,
    JourneyEvent,
    QuotaChange,
    TemplateQualityChange,
    TemplateStatusChange,
    TemplateTagsChange,
)
from channels.zalo.types import read_int, read_millis

_HASH_CHARS = 64  # SHA-256 in hex
_KINDS = frozenset(kind.value for kind in MessageKind)


@dataclass(frozen=True, slots=True)
class EventReader:
    """How to read one family of events; `read(document, is_template)`."""

    kind: EventKind
    read: Callable[[Document, bool], EventPayload]
    oa_is_sender: bool = False
    """Where the OA stands when neither id is known to be ours (docs: zalo 7.3)."""

    @property
    def is_receipt(self) -> bool:
        """Only receipts come in a template variant whose recipient is a phone number."""
        return self.kind is EventKind.RECEIPT


@lru_cache(maxsize=256)  # of the names in use; a sender's inventions push each other out
def find_reader(event_name: str) -> EventReader:
    """The reader for an event; unknown names get one that keeps the document."""
    exact = _BY_NAME.get(event_name)
    if exact is not None:
        return exact
    return next((reader for prefix, reader in _BY_PREFIX if event_name.startswith(prefix)), _UNKNOWN)


def _kind_of(document: Document, prefix: str) -> MessageKind:
    suffix = (read_text(document, "event_name") or "").removeprefix(prefix)
    return MessageKind(suffix) if suffix in _KINDS else MessageKind.OTHER


def _read_message(document: Document, _is_template: bool) -> UserMessage:
    message, kind = read_object(document, "message"), _kind_of(document, "user_send_")
    return UserMessage(
        kind=kind,
        message_id=_message_id(message),
        text=read_text(message, "text"),
        quote_message_id=read_text(message, "quote_msg_id"),
        attachments=read_attachments(message, is_business_card=kind is MessageKind.BUSINESS_CARD),
        user_id_by_app=read_text(document, "user_id_by_app"),
    )


def _read_echo(document: Document, _is_template: bool) -> Echo:
    message = read_object(document, "message")
    return Echo(
        kind=_kind_of(document, "oa_send_"),
        message_id=_message_id(message),
        text=read_text(message, "text"),
        admin_id=read_text(read_object(document, "sender"), "admin_id"),
        attachments=read_attachments(message),
    )


def _read_received(document: Document, is_template: bool) -> Receipt:
    message = read_object(document, "message")
    message_id = _message_id(message)
    phone = read_secret(read_object(document, "recipient"), "id") if is_template else None
    is_hash = phone is not None and len(phone) == _HASH_CHARS
    return Receipt(
        kind=ReceiptKind.DELIVERED,
        message_ids=(message_id,) if message_id else read_texts(message, "msg_ids"),
        is_template=is_template,
        tracking_id=read_text(message, "tracking_id"),
        delivered_at=read_millis(message.get("delivery_time")),
        phone=None if is_hash else phone,
        phone_hash=phone.get_secret_value() if phone is not None and is_hash else None,
    )


def _read_seen(document: Document, is_template: bool) -> Receipt:
    message = read_object(document, "message")
    message_id = _message_id(message)
    return Receipt(
        kind=ReceiptKind.READ,
        message_ids=read_texts(message, "msg_ids") or ((message_id,) if message_id else ()),
        is_template=is_template,
        tracking_id=read_text(message, "tracking_id"),
    )


def _read_feedback(document: Document, _is_template: bool) -> TemplateFeedback:
    message = read_object(document, "message")
    return TemplateFeedback(
        message_id=_message_id(message),
        tracking_id=read_text(message, "tracking_id"),
        rate=read_int(message.get("rate")),
        note=read_text(message, "note"),
        feedbacks=read_texts(message, "feedbacks"),
        submitted_at=read_millis(message.get("submit_time")),
        rating_type=read_text(message, "rating_type"),
        option=read_text(message, "option"),
    )


def _read_reaction(document: Document, _is_template: bool) -> Reaction:
    message = read_object(document, "message")
    return Reaction(message_id=_message_id(message), icon=read_text(message, "react_icon"))


def _read_contact(document: Document, _is_template: bool) -> ContactShared:
    info = read_object(document, "info")
    full = read_object(info, "full_address")
    # docs: zalo 7.4: newer payloads nest the address, older ones lay it flat.
    names = (
        (full, ("user_address", "user_ward", "user_city")) if full else (info, ("address", "ward", "district", "city"))
    )
    address = ", ".join(part for part in (read_text(names[0], name) for name in names[1]) if part)
    return ContactShared(
        name=read_secret(info, "name"),
        phone=read_secret(info, "phone"),
        birth_date=read_secret(info, "user_dob"),
        gender=read_secret(info, "gender"),
        address=read_secret({"": address}, ""),
        user_id_by_app=read_text(document, "user_id_by_app"),
    )


def _relationship(change: RelationshipChange) -> EventReader:
    def read(document: Document, _is_template: bool) -> Relationship:
        return Relationship(
            change=change,
            user_id_by_app=read_text(document, "user_id_by_app"),
            source=read_text(document, "source"),
        )

    return EventReader(EventKind.RELATIONSHIP, read)


def _keep_raw(document: Document, _is_template: bool) -> RawPayload:
    return RawPayload(raw=document)


def _message_id(message: Document) -> str | None:
    return read_text(message, "msg_id") or read_text(message, "message_id")


def _managed(read: Callable[[Document], EventPayload], *, kind: EventKind = EventKind.MANAGEMENT) -> EventReader:
    return EventReader(kind, lambda document, _is_template: read(document))


_UNKNOWN = EventReader(EventKind.UNKNOWN, _keep_raw)
_MESSAGE = EventReader(EventKind.MESSAGE, _read_message)
_ECHO = EventReader(EventKind.ECHO, _read_echo, oa_is_sender=True)
_FOLLOW = _relationship(RelationshipChange.FOLLOWED)
_UNFOLLOW = _relationship(RelationshipChange.UNFOLLOWED)

_BY_NAME: dict[str, EventReader] = {  # docs: zalo 7.4
    "user_received_message": EventReader(EventKind.RECEIPT, _read_received, oa_is_sender=True),
    "user_seen_message": EventReader(EventKind.RECEIPT, _read_seen, oa_is_sender=True),
    "user_feedback": EventReader(EventKind.RECEIPT, _read_feedback),
    "user_reacted_message": EventReader(EventKind.RELATIONSHIP, _read_reaction),
    "oa_reacted_message": EventReader(EventKind.ECHO, _read_reaction, oa_is_sender=True),
    "follow": _FOLLOW,
    "user_follow": _FOLLOW,  # alias of one client [C]
    "unfollow": _UNFOLLOW,
    "user_unfollow": _UNFOLLOW,
    "user_click_chatnow": _relationship(RelationshipChange.CHAT_OPENED),
    "user_withdraw": _relationship(RelationshipChange.WITHDREW),
    "user_submit_info": EventReader(EventKind.RELATIONSHIP, _read_contact),
    "oa_send_consent": _managed(CallConsent.read),  # no message, whatever its name begins with
    "user_reply_consent": _managed(CallConsent.read),
    "user_call_oa": _managed(Call.read),
    "oa_call_user": _managed(Call.read),
    "extension_purchased": _managed(ExtensionPurchased.read),
    "update_user_info": _managed(UserInfoChanged.read),
    "user_asking_product": _managed(ProductAsked.read),
    "user_click_response_button": _managed(ButtonResponse.read),
    "change_template_status": _managed(TemplateStatusChange.read),
    "change_template_quality": _managed(TemplateQualityChange.read),
    "change_template_quota": _managed(QuotaChange.read),
    "change_oa_daily_quota": _managed(QuotaChange.read),
    "change_oa_template_tags": _managed(TemplateTagsChange.read),
    **dict.fromkeys(("event_journey_time_out", "event_journey_acknowledged"), _managed(JourneyEvent.read)),
    **dict.fromkeys(("add_user_to_tag", "remove_user_from_tag", "remove_tag"), _managed(TagChange.read)),
    **dict.fromkeys(
        ("widget_interaction_accepted", "widget_failed_to_sync_user_external_id"), _managed(WidgetEvent.read)
    ),
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
        _managed(GroupChange.read),
    ),
}

_BY_PREFIX: tuple[tuple[str, EventReader], ...] = (  # the first that fits: longer beginnings stand first
    ("user_send_group_", _managed(GroupMessage.read, kind=EventKind.MESSAGE)),
    ("oa_send_group_", _managed(GroupMessage.read)),
    ("anonymous_send_", _managed(AnonymousMessage.read)),
    (
        "oa_send_anonymous_",
        EventReader(EventKind.ECHO, lambda document, _is_template: AnonymousMessage.read(document), oa_is_sender=True),
    ),
    ("user_send_", _MESSAGE),
    ("oa_send_", _ECHO),
)
