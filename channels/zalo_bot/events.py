"""What people write to a bot, typed (docs: zalo 8.3)."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from channels.base import EventPayload


class BotMessageKind(StrEnum):
    """What the person sent."""

    TEXT = "text"
    IMAGE = "image"
    STICKER = "sticker"
    UNSUPPORTED = "unsupported"  # the platform does not hand it on


class BotMessage(EventPayload):
    """One message to the bot."""

    kind: BotMessageKind
    message_id: str
    chat_id: str = Field(repr=False)
    chat_type: str = "PRIVATE"
    """`PRIVATE` or `GROUP`; in groups only messages that mention the bot arrive."""
    sender_name: str | None = Field(default=None, repr=False)
    text: str | None = Field(default=None, repr=False)
    """The words, or the caption of a picture."""
    photo_url: str | None = Field(default=None, repr=False)
    sticker_id: str | None = None
    sticker_url: str | None = Field(default=None, repr=False)
