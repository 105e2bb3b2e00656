"""Typed contents of what concerns template messages: buttons, approval, quality, quota, journeys (docs: zalo 7.4).

Each keeps its raw document beside the fields, and every field may be None.
"""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import Field

from channels.base import RawPayload
from channels.zalo.fields import Document, read_object, read_text
from channels.zalo.types import read_int, read_millis


class ButtonResponse(RawPayload):
    """`user_click_response_button`: somebody pressed an answer under a template message."""

    message_id: str | None = None
    """The template message, not the click."""
    tracking_id: str | None = None
    button_type: str | None = None
    label: str | None = Field(default=None, repr=False)
    submitted_at: datetime | None = None

    @classmethod
    def read(cls, document: Document) -> Self:
        """Read the document; the message id stands at its top level."""
        message = read_object(document, "message")
        return cls(
            raw=document,
            message_id=read_text(document, "msg_id") or read_text(message, "msg_id"),
            tracking_id=read_text(message, "tracking_id"),
            button_type=read_text(message, "button_type"),
            label=read_text(message, "data"),
            submitted_at=read_millis(message.get("submit_time")),
        )


class TemplateStatusChange(RawPayload):
    """`change_template_status`: approved, rejected, disabled …"""

    template_id: str | None = None
    previous: str | None = None
    current: str | None = None
    reason: str | None = None

    @classmethod
    def read(cls, document: Document) -> Self:
        """Read the document."""
        status = read_object(document, "status")
        return cls(
            raw=document,
            template_id=read_text(document, "template_id"),
            previous=read_text(status, "prev_status"),
            current=read_text(status, "new_status"),
            reason=read_text(document, "reason"),
        )


class TemplateQualityChange(RawPayload):
    """`change_template_quality`."""

    template_id: str | None = None
    quality: str | None = None

    @classmethod
    def read(cls, document: Document) -> Self:
        """Read the document."""
        return cls(raw=document, template_id=read_text(document, "template_id"), quality=read_text(document, "quality"))


class QuotaChange(RawPayload):
    """`change_oa_daily_quota`, and `change_template_quota`, whose body is not known (docs: zalo 13.4)."""

    template_id: str | None = None
    previous: int | None = None
    current: int | None = None

    @classmethod
    def read(cls, document: Document) -> Self:
        """Read the document."""
        quota = read_object(document, "quota")
        return cls(
            raw=document,
            template_id=read_text(document, "template_id"),
            previous=read_int(quota.get("prev_value")),
            current=read_int(quota.get("new_value")),
        )


class TemplateTagsChange(RawPayload):
    """`change_oa_template_tags`: which kinds of template the account may have; its body is not known."""

    @classmethod
    def read(cls, document: Document) -> Self:
        """Keep the document."""
        return cls(raw=document)


class JourneyEvent(RawPayload):
    """`event_journey_time_out`, `event_journey_acknowledged` (expired, charged); the bodies are not known."""

    message_id: str | None = None
    tracking_id: str | None = None

    @classmethod
    def read(cls, document: Document) -> Self:
        """Read where the other template events carry these two."""
        message = read_object(document, "message")
        return cls(
            raw=document,
            message_id=read_text(message, "msg_id") or read_text(document, "msg_id"),
            tracking_id=read_text(message, "tracking_id") or read_text(document, "tracking_id"),
        )
