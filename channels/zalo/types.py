"""Zalo's own words: what its answers look like. Names are the platform's; the tolerance is ours.

Numbers come as strings or as numbers, `data` may be missing on failure, `message` is in either language and is never
read for meaning (docs: zalo 1 "Envelope", 11 "Parsing").
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)


def read_int(value: object) -> int | None:
    """An int from an int or a numeric string; None for anything else (a wrong quota must not spoil a good answer)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,18}\s*", value):
        return int(value)
    return value if isinstance(value, int) else None


def read_id(value: object) -> object:
    """An id as text, whether it came as a number or as a string."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def read_millis(value: object) -> datetime | None:
    """UTC time from milliseconds since 1970, given as number or string; None for anything else."""
    millis = read_int(value)
    if millis is None or not 0 < millis < 253_370_764_800_000:  # the year 9999 is where datetime ends
        return None
    return datetime.fromtimestamp(millis / 1000, UTC)


def _text_or_nothing(value: object) -> str:
    return value if isinstance(value, str) else ""


def _forgive(value: object, parse: ValidatorFunctionWrapHandler) -> object:
    """What is only good to know (a quota) becomes None when it is odd, instead of spoiling the whole answer."""
    try:
        return parse(value)
    except ValidationError:
        return None


LenientInt = Annotated[int | None, BeforeValidator(read_int)]
IdText = Annotated[str, BeforeValidator(read_id), StringConstraints(min_length=1, max_length=256)]
Millis = Annotated[datetime | None, BeforeValidator(read_millis)]


class WireModel(BaseModel):
    """Base of wire types: unknown fields are ignored, names stay as Zalo writes them."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)


class Envelope(WireModel):
    """`{"error": 0, "message": "Success", "data": {…}}` of the OA and template hosts."""

    error: LenientInt = None
    message: Annotated[str, BeforeValidator(_text_or_nothing)] = ""
    data: Any = None


class TemplateQuota(WireModel):
    """Quota in the answer of a template send, docs: zalo 6.1."""

    daily_quota: LenientInt = Field(default=None, alias="dailyQuota")
    remaining_quota: LenientInt = Field(default=None, alias="remainingQuota")


class TemplateSendResult(WireModel):
    """`data` of `POST /message/template`, docs: zalo 6.1."""

    msg_id: IdText
    sent_time: Millis = None
    quota: Annotated[TemplateQuota | None, WrapValidator(_forgive)] = None


class TextQuota(WireModel):
    """Quota in the answer of a consultation message, docs: zalo 4.3."""

    quota_type: str | None = None
    remain: LenientInt = None
    total: LenientInt = None


class TextSendResult(WireModel):
    """`data` of `POST /v3.0/oa/message/cs`, docs: zalo 4.3."""

    message_id: IdText
    sent_time: Millis = None
    quota: Annotated[TextQuota | None, WrapValidator(_forgive)] = None


class OaInfo(WireModel):
    """`data` of `GET /v2.0/oa/getoa`, docs: zalo 5.2."""

    oa_id: Annotated[str | None, BeforeValidator(read_id)] = None
    oaid: Annotated[str | None, BeforeValidator(read_id)] = None
    name: str | None = None
    is_verified: bool | None = None
    package_name: str | None = None


class TemplateParam(WireModel):
    """One entry of `listParams`, docs: zalo 6.4."""

    name: str
    require: bool = True
    type: str | None = None
    max_length: LenientInt = Field(default=None, alias="maxLength")
    min_length: LenientInt = Field(default=None, alias="minLength")


class TemplateDescription(WireModel):
    """`data` of `GET /template/info/v2`, docs: zalo 6.4."""

    template_id: IdText = Field(alias="templateId")
    template_name: str | None = Field(default=None, alias="templateName")
    status: str | None = None
    list_params: tuple[TemplateParam, ...] = Field(default=(), alias="listParams")
    timeout: LenientInt = None
    price: LenientInt = None
    price_sdt: LenientInt = None
    price_uid: LenientInt = None


class TokenAnswer(WireModel):
    """Answer of `POST /v4/oa/access_token`, docs: zalo 2.3 and 2.6; no envelope, failure by missing `access_token`."""

    access_token: SecretStr | None = None
    refresh_token: SecretStr | None = None
    expires_in: LenientInt = None
    refresh_token_expires_in: LenientInt = None
    error: LenientInt = None
    message: Annotated[str, BeforeValidator(_text_or_nothing)] = ""
    error_description: Annotated[str, BeforeValidator(_text_or_nothing)] = ""
    error_reason: Annotated[str, BeforeValidator(_text_or_nothing)] = ""
    error_name: Annotated[str, BeforeValidator(_text_or_nothing)] = ""

    @property
    def reason(self) -> str:
        """The first text that says something; which key is filled varies."""
        return self.message or self.error_description or self.error_reason or self.error_name
