"""Typed contents of what concerns the account rather than one message: tags, widgets, groups, calls, consents.

Most rest on one source (docs: zalo 7.4), so each keeps its raw document beside the fields, and any field may be None.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from pydantic import Field, SecretStr, SerializeAsAny

from channels.base import RawPayload
from channels.zalo.event_attachments import Attachment, read_attachments
from channels.zalo.fields import Document, read_ids, read_object, read_secret, read_text, read_texts
from channels.zalo.types import read_int, read_millis


class TagChange(RawPayload):
    """`add_user_to_tag`, `remove_user_from_tag`, `remove_tag`."""

    tag: str | None = None
    user_ids: tuple[str, ...] = Field(default=(), repr=False)

    @classmethod
    def read(cls, document: Document) -> Self:
        """Read the document."""
        tag = read_object(document, "tag")
        return cls(raw=document, tag=read_text(tag, "name"), user_ids=read_texts(tag, "user_ids"))


class UserInfoChanged(RawPayload):
    """`update_user_info`: the account's notes about a person were changed."""

    method: str | None = None
    user_id: str | None = Field(default=None, repr=False)

    @classmethod
    def read(cls, document: Document) -> Self:
        """Read the document."""
        data = read_object(document, "data")
        return cls(raw=document, method=read_text(data, "method"), user_id=read_text(data, "user_id"))


class WidgetEvent(RawPayload):
    """`widget_interaction_accepted`, `widget_failed_to_sync_user_external_id`."""

    user_id: str | None = Field(default=None, repr=False)
    external_id: str | None = Field(default=None, repr=False)
    """The person's id on the website."""
    url: str | None = Field(default=None, repr=False)
    problem: str | None = Field(default=None, repr=False)
    """Why it failed, in the platform's words."""

    @classmethod
    def read(cls, document: Document) -> Self:
        """Read the document."""
        data = read_object(document, "data")
        return cls(
            raw=document,
            user_id=read_text(data, "user_id"),
            external_id=read_text(data, "user_external_id"),
            url=read_text(data, "url"),
            problem=read_text(data, "message"),
        )


class ProductAsked(RawPayload):
    """`user_asking_product`: a shop question; its body is documented nowhere (docs: zalo 13.4)."""

    @classmethod
    def read(cls, document: Document) -> Self:
        """Keep the document."""
        return cls(raw=document)


class GroupChange(RawPayload):
    """`create_group` … `reject_request_join_group`: what changed is told by the event's name."""

    group_id: str | None = None
    user_ids: tuple[str, ...] = Field(default=(), repr=False)

    @classmethod
    def read(cls, document: Document) -> Self:
        """Read the document."""
        return cls(raw=document, group_id=read_text(document, "group_id"), user_ids=read_ids(document, "users"))


class _Written(RawPayload):
    """What somebody wrote in a chat that we do not answer."""

    message_id: str | None = None
    text: str | None = Field(default=None, repr=False)
    attachments: tuple[SerializeAsAny[Attachment], ...] = ()


def _read_written(message: Document) -> dict[str, Any]:
    return {
        "message_id": read_text(message, "msg_id"),
        "text": read_text(message, "text"),
        "attachments": read_attachments(message),
    }


class GroupMessage(_Written):
    """`user_send_group_*`, `oa_send_group_*`."""

    group_id: str | None = None

    @classmethod
    def read(cls, document: Document) -> Self:
        """Read the document."""
        written = _read_written(read_object(document, "message"))
        return cls(raw=document, group_id=read_text(document, "group_id"), **written)


class AnonymousMessage(_Written):
    """`anonymous_send_*` of a visitor of the web widget, and `oa_send_anonymous_*`, the answers.

    An answer needs both ids; the event's `user_id` is the anonymous one and leads to no citizen.
    """

    conversation_id: str | None = None

    @classmethod
    def read(cls, document: Document) -> Self:
        """Read the document."""
        message = read_object(document, "message")
        return cls(raw=document, conversation_id=read_text(message, "conversation_id"), **_read_written(message))


class Call(RawPayload):
    """`user_call_oa`, `oa_call_user`. The units of the two lengths are documented nowhere."""

    user_id: str | None = Field(default=None, repr=False)
    phone: SecretStr | None = None
    call_id: str | None = None
    call_type: str | None = None
    started_at: datetime | None = None
    call_duration: int | None = None
    talk_time: int | None = None
    status_code: int | None = None

    @classmethod
    def read(cls, document: Document) -> Self:
        """Read the document."""
        return cls(
            raw=document,
            user_id=read_text(document, "user_id"),
            phone=read_secret(document, "phone"),
            call_id=read_text(document, "call_id"),
            call_type=read_text(document, "call_type"),
            started_at=read_millis(document.get("init_time")),
            call_duration=read_int(document.get("call_duration")),
            talk_time=read_int(document.get("talk_time")),
            status_code=read_int(document.get("status_code")),
        )


class CallConsent(RawPayload):
    """`oa_send_consent` (asked or run out) and `user_reply_consent`: may the account call this person?"""

    phone: SecretStr | None = None
    request_type: str | None = None
    """SENT or EXPIRED."""
    user_consent: str | None = None
    """ALLOW or USER_BLOCKED."""
    created_at: datetime | None = None
    confirmed_at: datetime | None = None
    expires_at: datetime | None = None

    @classmethod
    def read(cls, document: Document) -> Self:
        """Read the document."""
        return cls(
            raw=document,
            phone=read_secret(document, "phone"),
            request_type=read_text(document, "request_type"),
            user_consent=read_text(document, "user_consent"),
            created_at=read_millis(document.get("create_time")),
            confirmed_at=read_millis(document.get("confirmed_time")),
            expires_at=read_millis(document.get("expired_time")),
        )


class ExtensionPurchased(RawPayload):
    """`extension_purchased` of the store; its body is documented nowhere."""

    @classmethod
    def read(cls, document: Document) -> Self:
        """Keep the document."""
        return cls(raw=document)
