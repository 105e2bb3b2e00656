"""What the Bot Platform's adapter must be told."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

MIN_SECRET_CHARS = 8  # docs: zalo 8.1, setWebhook
MAX_SECRET_CHARS = 256


class ZaloBotConfig(BaseModel):
    """One bot."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    token: SecretStr = Field(description="the bot's token, <bot_id>:<secret>; it travels in the path of every call")
    base: str = Field(default="https://bot-api.zaloplatforms.com", description="host of the Bot Platform")
    name: str = Field(default="staff", pattern=r"^[a-z0-9-]{1,32}$", description="name in the webhook's address")
    webhook_secret: SecretStr | None = Field(
        default=None,
        min_length=MIN_SECRET_CHARS,
        max_length=MAX_SECRET_CHARS,
        description="secret_token of setWebhook; without one there is no door",
    )

    @field_validator("webhook_secret")
    @classmethod
    def _fits_into_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        secret = "" if value is None else value.get_secret_value()
        if not (secret.isascii() and secret.isprintable() and secret == secret.strip()):
            raise ValueError("webhook_secret travels in a header: use letters, digits and signs of ASCII only")
        return value
