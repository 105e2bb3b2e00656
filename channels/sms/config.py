"""What the SMS gateways' adapters must be told."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr

MAX_BRANDNAME_CHARS = 11  # docs: zalo 10.3


class EsmsConfig(BaseModel):
    """One account at eSMS."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    api_key: SecretStr = Field(description="ApiKey")
    secret_key: SecretStr = Field(description="SecretKey")
    brandname: str = Field(min_length=1, max_length=MAX_BRANDNAME_CHARS, description="registered sender name")
    base: str = Field(default="https://rest.esms.vn", description="host of the gateway")
    sms_type: str = Field(default="2", description="2: customer care by sender name; 8: fixed cheap number")
    sandbox: bool = Field(default=False, description="messages are checked, not sent")
    callback_url: SecretStr | None = Field(
        default=None, description="where reports go: our address with the secret token in it; None: no reports"
    )


class SpeedSmsConfig(BaseModel):
    """One account at SpeedSMS."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    access_token: SecretStr = Field(description="access token, the user of HTTP Basic")
    sender: str = Field(min_length=1, max_length=MAX_BRANDNAME_CHARS, description="registered sender name")
    base: str = Field(default="https://api.speedsms.vn", description="host of the gateway")
    sms_type: int = Field(default=3, description="2 care by a random number, 3 sender name, 4 the gateway's own name")
