"""Zalo's requests as values: each knows its host, path, body and what the answer's `data` holds."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from channels.zalo import error_codes
from channels.zalo.types import OaInfo, TemplateDescription, TemplateSendResult, TextSendResult, WireModel

ResultT = TypeVar("ResultT", bound=WireModel)


class ApiMethod(BaseModel, Generic[ResultT]):
    """A call with an access token, answered by the envelope `error`, `message`, `data`."""

    model_config = ConfigDict(frozen=True)

    label: ClassVar[str]
    host: ClassVar[Literal["oa", "template"]]
    path: ClassVar[str]
    verb: ClassVar[Literal["GET", "POST"]] = "POST"
    codes: ClassVar[error_codes.CodeTable]

    @property
    @abstractmethod
    def result_type(self) -> type[ResultT]:
        """The wire type of `data`."""

    @abstractmethod
    def arguments(self) -> Mapping[str, object]:
        """The JSON body of a POST, or the query of a GET (texts only)."""


class SendTemplate(ApiMethod[TemplateSendResult]):
    """An approved template to a phone number; docs: zalo 6.1."""

    label = "zalo.template.send"
    host = "template"
    path = "/message/template"
    codes = error_codes.ZBS

    phone: SecretStr
    template_id: str
    template_data: Mapping[str, str] = Field(repr=False)
    tracking_id: str
    mode: Literal["development"] | None = None

    @property
    def result_type(self) -> type[TemplateSendResult]:
        """Message id, time and quota."""
        return TemplateSendResult

    def arguments(self) -> Mapping[str, object]:
        """Body; `mode` only when set."""
        body: dict[str, object] = {
            "phone": self.phone.get_secret_value(),
            "template_id": self.template_id,
            "template_data": dict(self.template_data),
            "tracking_id": self.tracking_id,
        }
        if self.mode is not None:
            body["mode"] = self.mode
        return body


class SendText(ApiMethod[TextSendResult]):
    """A consultation message (free text) to a user inside the window; docs: zalo 4.2."""

    label = "zalo.oa.text"
    host = "oa"
    path = "/v3.0/oa/message/cs"
    codes = error_codes.OA

    user_id: str = Field(repr=False)
    text: str = Field(repr=False)

    @property
    def result_type(self) -> type[TextSendResult]:
        """Message id, time and quota."""
        return TextSendResult

    def arguments(self) -> Mapping[str, object]:
        """Body."""
        return {"recipient": {"user_id": self.user_id}, "message": {"text": self.text}}


class GetOa(ApiMethod[OaInfo]):
    """Who the access token belongs to; docs: zalo 5.2."""

    label = "zalo.oa.get"
    host = "oa"
    path = "/v2.0/oa/getoa"
    verb = "GET"
    codes = error_codes.OA

    @property
    def result_type(self) -> type[OaInfo]:
        """Id, name and package of the account."""
        return OaInfo

    def arguments(self) -> Mapping[str, object]:
        """Nothing."""
        return {}


class TemplateInfo(ApiMethod[TemplateDescription]):
    """Status, parameters and price of a template; docs: zalo 6.3 and 6.4."""

    label = "zalo.template.info"
    host = "template"
    path = "/template/info/v2"
    verb = "GET"
    codes = error_codes.ZBS

    template_id: str

    @property
    def result_type(self) -> type[TemplateDescription]:
        """Parameters with their limits."""
        return TemplateDescription

    def arguments(self) -> Mapping[str, object]:
        """Query."""
        return {"template_id": self.template_id}


class OAuthMethod(BaseModel):
    """A call to the OAuth host: a form, the app secret in a header, an answer without envelope; docs: zalo 2.3."""

    model_config = ConfigDict(frozen=True)

    label: ClassVar[str]
    path: ClassVar[str] = "/v4/oa/access_token"

    @abstractmethod
    def form(self) -> Mapping[str, str]:
        """Form fields without `app_id`."""


class RefreshToken(OAuthMethod):
    """Swap a refresh token, which dies by it, for a new pair."""

    label = "zalo.oauth.refresh"

    refresh_token: SecretStr

    def form(self) -> Mapping[str, str]:
        """Form fields."""
        return {"grant_type": "refresh_token", "refresh_token": self.refresh_token.get_secret_value()}


class ExchangeCode(OAuthMethod):
    """Swap the code of a consent for the first pair; `code_verifier` only where PKCE is used (docs: zalo 2.2)."""

    label = "zalo.oauth.exchange"

    code: SecretStr
    code_verifier: SecretStr | None = None

    def form(self) -> Mapping[str, str]:
        """Form fields."""
        fields = {"grant_type": "authorization_code", "code": self.code.get_secret_value()}
        if self.code_verifier is not None:
            fields["code_verifier"] = self.code_verifier.get_secret_value()
        return fields
