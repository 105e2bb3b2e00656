"""Answers to what was sent or uploaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field

from channels.wire import Forgiving, IdText, LenientInt, LenientText, Millis
from channels.zalo.types.wire import WireModel


class TemplateQuota(WireModel):
    """Quota in the answer of a template send, docs: zalo 6.1."""

    daily_quota: LenientInt = Field(default=None, alias="dailyQuota")
    remaining_quota: LenientInt = Field(default=None, alias="remainingQuota")


class TemplateSendResult(WireModel):
    """`data` of `POST /message/template`, docs: zalo 6.1."""

    msg_id: IdText
    sent_time: Millis = None
    quota: Annotated[TemplateQuota | None, Forgiving] = None


class OaQuota(WireModel):
    """Quota in the answer of a message to a user id, docs: zalo 4.3."""

    quota_type: LenientText = ""
    remain: LenientInt = None
    total: LenientInt = None


class OaSendResult(WireModel):
    """`data` of a consultation message or a template by user id, docs: zalo 4.3 and 4.4."""

    message_id: IdText
    sent_time: Millis = None
    quota: Annotated[OaQuota | None, Forgiving] = None


class BroadcastResult(WireModel):
    """`data` of a broadcast, docs: zalo 4.6; the sheet promises no field, so a missing id is no failure."""

    message_id: LenientText = ""


class UploadResult(WireModel):
    """`data` of an upload: `attachment_id` of pictures, `token` of files, docs: zalo 5.3."""

    asset_id: IdText

    @classmethod
    def from_answer(cls, document: Mapping[str, Any]) -> Self:
        """Read whichever of the two names is there; neither (a file name without extension) is a `ValidationError`."""
        data = document.get("data")
        found = data if isinstance(data, dict) else {}
        return cls.model_validate({"asset_id": found.get("attachment_id") or found.get("token")})
