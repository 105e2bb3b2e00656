"""Which event is of which kind and how its content is read: tables by name, then by the beginning of the name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr

from channels.base import EventKind, EventPayload, RawPayload
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
from channels.zalo.fields import Document, read_attachments, read_object, read_text, read_texts
from channels.zalo.types import read_int, read_millis

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
    message = read_object(document, "message")
    return UserMessage(
        kind=_kind_of(document, "user_send_"),
        message_id=_message_id(message),
        text=read_text(message, "text"),
        quote_message_id=read_text(message, "quote_msg_id"),
        attachments=read_attachments(message),
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
    phone = read_text(read_object(document, "recipient"), "id") if is_template else None
    return Receipt(
        kind=ReceiptKind.DELIVERED,
        message_ids=(message_id,) if message_id else read_texts(message, "msg_ids"),
        is_template=is_template,
        tracking_id=read_text(message, "tracking_id"),
        delivered_at=read_millis(message.get("delivery_time")),
        phone=SecretStr(phone) if phone else None,
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
        name=_secret(read_text(info, "name")),
        phone=_secret(read_text(info, "phone")),
        birth_date=_secret(read_text(info, "user_dob")),
        address=_secret(address or None),
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


def _secret(text: str | None) -> SecretStr | None:
    return None if text is None else SecretStr(text)


_UNKNOWN = EventReader(EventKind.UNKNOWN, _keep_raw)
_MANAGEMENT = EventReader(EventKind.MANAGEMENT, _keep_raw)
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
    "oa_send_consent": _MANAGEMENT,  # calls and consents are no messages, whatever their names begin with
    **dict.fromkeys(
        (
            "add_user_to_tag",
            "remove_user_from_tag",
            "remove_tag",
            "update_user_info",
            "widget_interaction_accepted",
            "widget_failed_to_sync_user_external_id",
            "user_asking_product",
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
            "user_reply_consent",
            "user_call_oa",
            "oa_call_user",
            "extension_purchased",
            "user_click_response_button",
            "change_template_status",
            "change_template_quality",
            "change_template_quota",
            "change_oa_daily_quota",
            "change_oa_template_tags",
            "event_journey_time_out",
            "event_journey_acknowledged",
        ),
        _MANAGEMENT,
    ),
}

_BY_PREFIX: tuple[tuple[str, EventReader], ...] = (  # the first that fits: longer beginnings stand first
    ("user_send_group_", _MANAGEMENT),
    ("oa_send_group_", _MANAGEMENT),
    ("anonymous_send_", _MANAGEMENT),
    ("user_send_", _MESSAGE),
    ("oa_send_", _ECHO),
)
