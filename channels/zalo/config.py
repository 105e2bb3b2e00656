"""What the Zalo adapters must be told; several Official Accounts of one app share it."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class ZaloConfig(BaseModel):
    """One Zalo app: its secrets, the platform's hosts, and the rules of token keeping."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    app_id: str = Field(description="numeric id of the app")
    app_secret: SecretStr = Field(description="OAuth header secret_key and key of appsecret_proof")
    oa_secret_keys: tuple[SecretStr, ...] = Field(default=(), description="webhook keys, the new and the old one")
    oauth_base: str = Field(default="https://oauth.zaloapp.com", description="host of OAuth v4")
    oa_base: str = Field(default="https://openapi.zalo.me", description="host of the OA Open API")
    template_base: str = Field(default="https://business.openapi.zalo.me", description="host of templates by phone")
    send_appsecret_proof: bool = Field(default=False, description="send appsecret_proof on every call (zalo 3, [C])")
    template_mode: Literal["development"] | None = Field(
        default=None, description="'development' sends templates to admins of the app only"
    )
    check_templates: bool = Field(
        default=True, description="check a template's parameters by its description before sending it"
    )
    template_uid_tracking: bool = Field(
        default=False, description="send tracking_id with templates by user id (zalo 4.4, [C])"
    )
    allow_media_buttons: bool = Field(
        default=False, description="send buttons beside a picture or a file (zalo 4.2, [C])"
    )
    drop_lost_quote: bool = Field(
        default=True, description="send again without the quote when a message with one is refused (zalo 4.2, [C])"
    )
    # docs: zalo 2.5 point 3: when less than a few hours of the 25 remain.
    refresh_margin: timedelta = Field(default=timedelta(hours=3), description="refresh when less than this remains")
    # docs: zalo 2.5 point 1: longer than the OAuth HTTP timeout; TokenKeeper checks it against the client it gets.
    refresh_lease_seconds: float = Field(default=60.0, gt=0, description="how long one worker may hold a refresh")
    refresh_poll_seconds: float = Field(default=0.25, gt=0, description="how often the others look for the new token")
    # A send must end, token, call and all, before the deadline its sender sets; a refresh may take longer than that.
    token_wait_seconds: float = Field(
        default=15.0, gt=0, description="how long a caller waits for a refresh; it goes on without the caller"
    )
    early_retry_seconds: float = Field(default=60.0, gt=0, description="pause after a failed refresh ahead of time")
    # docs: zalo 2.4: the old token may die when the new one is minted, so the cache is short.
    token_cache_seconds: float = Field(
        default=5.0, ge=0, description="how long a token is used without reading it again"
    )
