"""Answers about templates and the messages made from them (docs: zalo 6.3, 6.4)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field

from channels.wire import IdText, LenientBool, LenientInt, LenientText, Millis, OptionalId, read_int, read_items
from channels.zalo.types.wire import WireModel

ENABLED = "ENABLE"  # docs: zalo 6.3: ENABLE, PENDING_REVIEW, REJECT, DISABLE


class TemplateParam(WireModel):
    """One entry of `listParams`. Types other than STRING are unknown, so every value is a text (docs: zalo 6.4)."""

    name: str
    require: Annotated[bool, BeforeValidator(lambda value: value not in (False, "false", 0))] = True
    type: LenientText = ""
    max_length: LenientInt = Field(default=None, alias="maxLength")
    min_length: LenientInt = Field(default=None, alias="minLength")
    accept_null: LenientBool = Field(default=None, alias="acceptNull")


class TemplateDescription(WireModel):
    """`data` of `GET /template/info/v2`, docs: zalo 6.4."""

    template_id: IdText = Field(alias="templateId")
    template_name: LenientText = Field(default="", alias="templateName")
    status: LenientText = ""
    reason: LenientText = ""
    # Not forgiving: with one row left out, a right message would be refused for an undefined parameter.
    list_params: Annotated[tuple[TemplateParam, ...], BeforeValidator(lambda rows: rows or ())] = Field(
        default=(), alias="listParams"
    )
    timeout: LenientInt = None
    """How long delivery is tried; seconds or milliseconds, the sources do not say."""
    template_quality: LenientText = Field(default="", alias="templateQuality")
    template_tag: LenientText = Field(default="", alias="templateTag")
    price: LenientInt = None
    """VND without VAT for a delivered message."""
    price_sdt: LenientInt = None
    """The same, by phone."""
    price_uid: LenientInt = None
    """The same, by user id."""

    @property
    def price_by_phone(self) -> int | None:
        """VND without VAT for a message by phone, if it is delivered; None: not told."""
        return self.price if self.price_sdt is None else self.price_sdt

    @property
    def price_by_user(self) -> int | None:
        """VND without VAT for a message by user id, if it is delivered; None: not told."""
        return self.price if self.price_uid is None else self.price_uid


class TemplateRow(WireModel):
    """One row of `GET /template/all`."""

    template_id: IdText = Field(alias="templateId")
    template_name: LenientText = Field(default="", alias="templateName")
    status: LenientText = ""
    template_quality: LenientText = Field(default="", alias="templateQuality")
    created_time: Millis = Field(default=None, alias="createdTime")


class TemplatePage(WireModel):
    """`data` and `metadata.total` of `GET /template/all`, docs: zalo 6.3."""

    total: LenientInt = None
    templates: Annotated[tuple[TemplateRow, ...], BeforeValidator(lambda rows: read_items(rows, TemplateRow))] = ()

    @classmethod
    def from_answer(cls, document: Mapping[str, Any]) -> Self:
        """Read the rows, and the total beside them."""
        metadata = document.get("metadata")
        total = metadata.get("total") if isinstance(metadata, dict) else None
        return cls.model_validate({"total": total, "templates": document.get("data")})


class TemplateExample(WireModel):
    """`data` of `GET /template/sample-data`: example values by parameter."""

    values: Mapping[str, Any] = Field(default_factory=dict)

    @classmethod
    def from_answer(cls, document: Mapping[str, Any]) -> Self:
        """Read `data` as it is."""
        data = document.get("data")
        return cls(values=data if isinstance(data, dict) else {})


class SendStatus(IntEnum):
    """What became of a template message, docs: zalo 6.3."""

    UNKNOWN_ID = -1
    NOT_DELIVERED = 0  # pushed, not delivered (yet)
    DELIVERED = 1


def _read_status(value: object) -> SendStatus | None:
    number = read_int(value)
    return SendStatus(number) if number in set(SendStatus) else None


class MessageState(WireModel):
    """`data` of `GET /message/status`, docs: zalo 6.3."""

    status: Annotated[SendStatus | None, BeforeValidator(_read_status)] = None
    """None: a number that is not documented."""
    delivery_time: Millis = None
    message: LenientText = Field(default="", repr=False)


class DailyQuota(WireModel):
    """`data` of `GET /message/quota`, docs: zalo 6.3; what does not apply is None."""

    daily_quota: LenientInt = Field(default=None, alias="dailyQuota")
    remaining_quota: LenientInt = Field(default=None, alias="remainingQuota")
    daily_quota_promotion: LenientInt = Field(default=None, alias="dailyQuotaPromotion")
    remaining_quota_promotion: LenientInt = Field(default=None, alias="remainingQuotaPromotion")
    monthly_promotion_quota: LenientInt = Field(default=None, alias="monthlyPromotionQuota")
    remaining_monthly_promotion_quota: LenientInt = Field(default=None, alias="remainingMonthlyPromotionQuota")
    estimated_next_month_promotion_quota: LenientInt = Field(default=None, alias="estimatedNextMonthPromotionQuota")


class AccountQuality(WireModel):
    """`data` of `GET /quality`: HIGH, MEDIUM, LOW or UNDEFINED, docs: zalo 6.3."""

    current: LenientText = Field(default="", alias="oaCurrentQuality")
    """Of the last 48 hours."""
    last_7_days: LenientText = Field(default="", alias="oa7dayQuality")


class Rating(WireModel):
    """What one citizen thought of one message."""

    rate: LenientInt = None
    """Stars, 1 to 5."""
    note: LenientText = Field(default="", repr=False)
    feedbacks: Annotated[
        tuple[str, ...], BeforeValidator(lambda rows: rows if isinstance(rows, list | tuple) else ())
    ] = Field(default=(), repr=False)
    submit_date: Millis = Field(default=None, alias="submitDate")
    msg_id: OptionalId = Field(default=None, alias="msgId")
    tracking_id: OptionalId = Field(default=None, alias="trackingId")


class RatingPage(WireModel):
    """`data` of `/rating/get`, docs: zalo 6.3."""

    total: LenientInt = None
    ratings: Annotated[tuple[Rating, ...], BeforeValidator(lambda rows: read_items(rows, Rating))] = Field(
        default=(), alias="data"
    )
