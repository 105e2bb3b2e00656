"""Typed contents of Zalo's webhook events (docs: zalo 7.3, 7.4).

Every field that the sheet does not promise may be absent. What a person typed or shared stays out of `repr`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field, SecretStr, SerializeAsAny

from channels.base import EventPayload, RawPayload
from channels.zalo.event_attachments import Attachment, LocationAttachment

__all__ = [
    "Attachment",
    "ContactShared",
    "Echo",
    "MessageKind",
    "RawPayload",
    "Reaction",
    "Receipt",
    "ReceiptKind",
    "Relationship",
    "RelationshipChange",
    "TemplateFeedback",
    "UserMessage",
]


class MessageKind(StrEnum):
    """What a person sent; also what we sent in an echo."""

    TEXT = "text"  # typed, or the hidden text of a button or menu
    IMAGE = "image"
    GIF = "gif"
    LINK = "link"
    AUDIO = "audio"
    VIDEO = "video"
    STICKER = "sticker"
    LOCATION = "location"
    FILE = "file"
    BUSINESS_CARD = "business_card"  # anybody's unverified phone number
    TEMPLATE = "template"  # this one and the next four only our own side sends
    LIST = "list"
    CAROUSEL = "carousel"
    REQUEST_USER_INFO = "request_user_info"
    ACTION = "action"
    OTHER = "other"  # a name we do not know yet: answer politely


class UserMessage(EventPayload):
    """`user_send_*`."""

    kind: MessageKind
    message_id: str | None
    text: str | None = Field(default=None, repr=False)
    quote_message_id: str | None = None
    attachments: tuple[SerializeAsAny[Attachment], ...] = ()
    user_id_by_app: str | None = Field(default=None, repr=False)

    @property
    def coordinates(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees of a shared location; Zalo sends them as texts."""
        for attachment in self.attachments:
            if isinstance(attachment, LocationAttachment):
                latitude, longitude = attachment.latitude, attachment.longitude
                return None if latitude is None or longitude is None else (latitude, longitude)
        return None


class ReceiptKind(StrEnum):
    """How far a message of ours came."""

    DELIVERED = "delivered"
    READ = "read"


class Receipt(EventPayload):
    """`user_received_message` (one id) and `user_seen_message` (several)."""

    kind: ReceiptKind
    message_ids: tuple[str, ...]
    is_template: bool = False
    """The template variant: it names our reference, and the recipient is a phone number instead of a user."""
    tracking_id: str | None = None
    delivered_at: datetime | None = None
    """UTC."""
    phone: SecretStr | None = None
    """`84…`, template variant only."""
    phone_hash: str | None = Field(default=None, repr=False)
    """Instead of the number, for a message that was sent to a hash."""


class TemplateFeedback(EventPayload):
    """`user_feedback`: a rating of a template message."""

    message_id: str | None
    tracking_id: str | None
    rate: int | None
    """1 to 5."""
    note: str | None = Field(default=None, repr=False)
    feedbacks: tuple[str, ...] = Field(default=(), repr=False)
    submitted_at: datetime | None = None
    rating_type: str | None = None
    """Such as `csat`."""
    option: str | None = None
    """Such as `five_emotions`."""


class Reaction(EventPayload):
    """`user_reacted_message`, `oa_reacted_message`."""

    message_id: str | None
    icon: str | None


class RelationshipChange(StrEnum):
    """What changed between a person and the account."""

    FOLLOWED = "followed"
    UNFOLLOWED = "unfollowed"
    CHAT_OPENED = "chat_opened"
    WITHDREW = "withdrew"  # consent withdrawn: delete the person's data


class Relationship(EventPayload):
    """`follow`, `unfollow`, `user_click_chatnow`, `user_withdraw`."""

    change: RelationshipChange
    user_id_by_app: str | None = Field(default=None, repr=False)
    source: str | None = None


class ContactShared(EventPayload):
    """`user_submit_info`: what a person typed into the form. The phone is **unverified** (docs: zalo 9)."""

    name: SecretStr | None = None
    phone: SecretStr | None = None
    birth_date: SecretStr | None = None
    gender: SecretStr | None = None
    address: SecretStr | None = None
    """Street, ward, district and city, joined."""
    user_id_by_app: str | None = Field(default=None, repr=False)


class Echo(EventPayload):
    """`oa_send_*`: a message of our own side, mirrored; for the transcript, never for the bot."""

    kind: MessageKind
    message_id: str | None
    text: str | None = Field(default=None, repr=False)
    admin_id: str | None = None
    """Set when an administrator typed it in Zalo's chat tool: time for the bot to keep quiet."""
    attachments: tuple[SerializeAsAny[Attachment], ...] = ()
