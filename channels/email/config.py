"""What the e-mail channel must be told."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from channels.email.address import is_address

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class EmailConfig(BaseModel):
    """One mail server and one sender."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = Field(min_length=1, description="mail server")
    port: int = Field(default=587, ge=1, le=65535, description="port for submission")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="'tls' from the first byte (port 465); 'none' only towards loopback"
    )
    user: str | None = Field(default=None, description="login; None: none")
    password: SecretStr | None = Field(default=None, description="password of the login")
    sender: str = Field(min_length=3, description="address that sends, such as hoso@danang.gov.vn")
    sender_name: str = Field(default="Báo Hồ Sơ", description="name beside it")
    certificate_file: str | None = Field(default=None, description="certificates to trust beside the system's (PEM)")
    timeout_seconds: float = Field(default=15.0, gt=0, description="longest wait for one answer of the server")
    # As the other channels (docs: zalo 11 "Timeouts"): a send must end before the deadline its sender sets.
    total_seconds: float = Field(default=25.0, gt=0, description="whole conversation with the server")

    @field_validator("sender")
    @classmethod
    def _one_address(cls, value: str) -> str:
        if not is_address(value):
            raise ValueError("sender must be one e-mail address, such as hoso@danang.gov.vn")
        return value

    @field_validator("sender_name")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("sender_name must be one line without control characters")
        return value

    @model_validator(mode="after")
    def _nothing_in_clear(self) -> Self:
        if self.security == "none" and self.host not in LOOPBACK:
            raise ValueError("e-mail leaves this machine encrypted only; set security to starttls or tls")
        if (self.user is None) != (self.password is None):
            raise ValueError("a login needs user and password, or neither")
        return self
