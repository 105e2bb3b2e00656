"""Calls to the OAuth host: a form, the app secret in a header, an answer without envelope (docs: zalo 2.3)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, SecretStr


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
