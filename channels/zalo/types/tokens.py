"""The answer of the OAuth host."""

from __future__ import annotations

from pydantic import SecretStr

from channels.wire import LenientInt, LenientText
from channels.zalo.types.wire import WireModel


class TokenAnswer(WireModel):
    """Answer of `POST /v4/oa/access_token`, docs: zalo 2.3 and 2.6; no envelope, failure by missing `access_token`."""

    access_token: SecretStr | None = None
    refresh_token: SecretStr | None = None
    expires_in: LenientInt = None
    refresh_token_expires_in: LenientInt = None
    error: LenientInt = None
    message: LenientText = ""
    error_description: LenientText = ""
    error_reason: LenientText = ""
    error_name: LenientText = ""

    @property
    def reason(self) -> str:
        """The first text that says something; which key is filled varies."""
        return self.message or self.error_description or self.error_reason or self.error_name
