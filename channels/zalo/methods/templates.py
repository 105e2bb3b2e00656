"""Sending approved templates: by phone, by hashed phone, by user id (docs: zalo 6.1, 6.2, 4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, SecretStr

from channels.zalo import error_codes
from channels.zalo.methods.base import PostJson, ResultT, without_none
from channels.zalo.types import OaSendResult, TemplateSendResult

SendingMode = Literal["1", "3"]  # docs: zalo 6.1: normal; over quota, for whitelisted accounts and tag 3 only


class _Template(PostJson[ResultT]):
    template_id: str
    template_data: Mapping[str, str] = Field(repr=False)

    def content(self) -> dict[str, object]:
        """Template and parameters."""
        return {"template_id": self.template_id, "template_data": dict(self.template_data)}


class _ByPhone(_Template[TemplateSendResult]):
    host = "template"
    codes = error_codes.ZBS

    tracking_id: str
    mode: Literal["development"] | None = None
    sending_mode: SendingMode | None = None

    def content(self) -> dict[str, object]:
        """Template, parameters, our reference, and the modes that are set."""
        modes = without_none(mode=self.mode, sending_mode=self.sending_mode)
        return super().content() | {"tracking_id": self.tracking_id} | modes


class SendTemplate(_ByPhone):
    """An approved template to a phone number; docs: zalo 6.1."""

    label = "zalo.template.send"
    path = "/message/template"

    phone: SecretStr
    """`84…`."""

    def body(self) -> Mapping[str, object]:
        """Phone, and the rest."""
        return {"phone": self.phone.get_secret_value()} | self.content()


class SendTemplateHashed(_ByPhone):
    """An approved template to a hashed phone number (`proofs.hash_phone`); docs: zalo 6.2."""

    label = "zalo.template.send_hashed"
    path = "/message/template/hashphone"

    hash_phone: SecretStr

    def body(self) -> Mapping[str, object]:
        """Hash, and the rest."""
        return {"hash_phone": self.hash_phone.get_secret_value()} | self.content()


class SendTemplateByUser(_Template[OaSendResult]):
    """An approved template to a user id; `tracking_id` is graded [C]; docs: zalo 4.4."""

    label = "zalo.oa.template"
    host = "oa"
    path = "/v3.0/oa/message/template"
    codes = error_codes.TEMPLATE_BY_USER

    user_id: str = Field(repr=False)
    tracking_id: str | None = None

    def body(self) -> Mapping[str, object]:
        """User, template, parameters."""
        return {"user_id": self.user_id} | self.content() | without_none(tracking_id=self.tracking_id)
