"""What a person did, in our own terms: the same on every chat platform, with nothing of its JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class UpdateKind(StrEnum):
    """What handlers are listed under."""

    TEXT = "text"  # typed words, and what a button or a menu sends
    PHOTO = "photo"
    GIF = "gif"
    LINK = "link"
    VOICE = "voice"
    VIDEO = "video"
    STICKER = "sticker"
    LOCATION = "location"
    FILE = "file"
    CONTACT = "contact"  # somebody's card: an unverified phone
    OTHER = "other"  # a kind of message that nobody knows yet
    GROUP = "group"  # anything said in a group: nothing personal may be answered there
    FOLLOWED = "followed"
    UNFOLLOWED = "unfollowed"
    CHAT_OPENED = "chat_opened"
    CONTACT_SHARED = "contact_shared"  # the platform's form: an unverified phone
    WITHDREW = "withdrew"  # consent withdrawn on the platform
    STAFF_WROTE = "staff_wrote"  # a person of ours answered by the platform's own tool


MESSAGES = frozenset(UpdateKind) - {
    UpdateKind.FOLLOWED,
    UpdateKind.UNFOLLOWED,
    UpdateKind.CHAT_OPENED,
    UpdateKind.WITHDREW,
    UpdateKind.STAFF_WROTE,
}
"""Kinds by which a person says something and so waits for an answer."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that hangs on a message; its address is a stranger's word: download it by `services.downloads` alone."""

    url: str = field(repr=False)
    name: str | None = field(default=None, repr=False)
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """One thing that one person did."""

    id: str
    """The platform's id of it; the same again is the same thing."""
    platform: str
    kind: UpdateKind
    user_id: str = field(repr=False)
    chat_id: str = field(repr=False)
    """Where to answer: the person, or a group."""
    account_id: str | None = None
    """Which of our accounts it came to."""
    is_group: bool = False
    """`chat_id` is a group's, which the platform addresses otherwise than a person."""
    occurred_at: datetime | None = None
    """The platform's time, UTC."""
    message_id: str | None = None
    quote_message_id: str | None = None
    """The platform's id of the message of ours that is answered."""
    text: str | None = field(default=None, repr=False)
    """The words, or the caption."""
    photos: tuple[str, ...] = field(default=(), repr=False)
    """Addresses, as `SentFile.url`."""
    files: tuple[SentFile, ...] = field(default=(), repr=False)
    location: tuple[float, float] | None = field(default=None, repr=False)
    """Latitude and longitude in degrees."""
    phone: str | None = field(default=None, repr=False)
    """Of a contact, as it came: anybody's, unverified (docs: zalo 9)."""

    @property
    def is_message(self) -> bool:
        """Whether the person waits for an answer."""
        return self.kind in MESSAGES
