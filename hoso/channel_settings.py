"""Settings of the channels beside Zalo's Official Account: the staff's bot, short messages, e-mail.

While the emulator stands in for Zalo it is the SMS gateway and the Bot Platform too, with its own fixed secrets.
"""

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import NoDecode

from channels.email.config import EmailConfig
from channels.sms.config import EsmsConfig, SpeedSmsConfig
from channels.zalo_bot.config import ZaloBotConfig
from emulator.credentials import BOT_SECRET_TOKEN, BOT_TOKEN, ESMS_API_KEY, ESMS_SECRET_KEY
from hoso.core_settings import CoreSettings

REAL_BOT_BASE = "https://bot-api.zaloplatforms.com"
REAL_ESMS_BASE = "https://rest.esms.vn"
REAL_SPEEDSMS_BASE = "https://api.speedsms.vn"
EMULATORS_BRANDNAME = "HOSO"
EMULATORS_CALLBACK_TOKEN = "emulator-sms-callback-token"  # noqa: S105 - opens nothing but a site on the emulator

SmsProvider = Literal["none", "esms", "speedsms"]


class ChannelSettings(CoreSettings):
    """The fields, and the adapters' configurations that follow from them."""

    zalo_bot_base: str | None = Field(None, description=f"Host of the Bot Platform. Empty: {REAL_BOT_BASE}.")
    zalo_bot_token: SecretStr | None = Field(None, description="Token of the bot that alerts the staff; empty: none.")
    zalo_bot_name: str = Field(
        "staff", pattern=r"^[a-z0-9-]{1,32}$", description="Name of the bot in /webhooks/zalo-bot/<name>."
    )
    zalo_bot_webhook_secret: SecretStr | None = Field(
        None, min_length=8, description="secret_token of the bot's webhook, 8 to 256 characters; empty: no webhook."
    )
    zalo_bot_alert_chats: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Chats that receive alerts, comma-separated. Write to the bot: it answers with the chat's id."
    )
    sms_provider: SmsProvider | None = Field(
        None, description="'esms', 'speedsms' or 'none'. Empty: none, or the emulator's eSMS while it stands in."
    )
    sms_base: str | None = Field(
        None, description=f"Host of the gateway. Empty: {REAL_ESMS_BASE} or {REAL_SPEEDSMS_BASE}, or the emulator."
    )
    sms_callback_token: SecretStr | None = Field(
        None, min_length=16, description="Secret part of the address for the gateway's reports; empty: no reports."
    )
    sms_vnd_per_part: int = Field(500, ge=0, description="Price of one part of a short message in VND, without VAT.")
    sms_max_parts: int = Field(3, ge=1, le=10, description="A short message of more parts is refused.")
    sms_unicode: bool = Field(
        False, description="Send diacritics; only where the sender name is registered for it, and at twice the price."
    )
    esms_api_key: SecretStr | None = Field(None, description="eSMS: ApiKey.")
    esms_secret_key: SecretStr | None = Field(None, description="eSMS: SecretKey.")
    esms_brandname: str | None = Field(None, max_length=11, description="eSMS: registered sender name.")
    esms_sandbox: bool = Field(False, description="eSMS: messages are checked, not sent.")
    speedsms_token: SecretStr | None = Field(None, description="SpeedSMS: access token.")
    speedsms_sender: str | None = Field(None, max_length=11, description="SpeedSMS: registered sender name.")
    email_host: str | None = Field(None, description="Mail server for those without a mobile phone; empty: no e-mail.")
    email_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    email_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection is encrypted; 'none' on this machine only."
    )
    email_user: str | None = Field(None, description="Login at the mail server.")
    email_password: SecretStr | None = Field(None, description="Password of that login.")
    email_sender: str | None = Field(None, description="Address that letters come from.")
    email_sender_name: str = Field("Báo Hồ Sơ", description="Name beside that address.")
    email_certificate_file: str | None = Field(None, description="Certificates to trust beside the system's (PEM).")

    @field_validator("zalo_bot_alert_chats", mode="before")
    @classmethod
    def _split_chats(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("zalo_bot_base", "sms_base")
    @classmethod
    def _readable_base(cls, value: str | None) -> str | None:
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("must be an address such as https://gateway.example.vn")
        return None if value is None else value.rstrip("/")

    @field_validator("sms_callback_token")
    @classmethod
    def _fits_into_an_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and re.fullmatch(r"[A-Za-z0-9._~-]+", value.get_secret_value()) is None:
            raise ValueError("is part of an address: use letters, digits and -._~ only")
        return value

    @model_validator(mode="after")
    def _complete_channels(self) -> Self:
        needed = []
        if self.sms_provider == "esms" and self.standin_base is None:
            needed += ["esms_api_key", "esms_secret_key", "esms_brandname"]
        if self.sms_provider == "speedsms":
            needed += ["speedsms_token", "speedsms_sender"]
        if self.email_host:
            needed += ["email_sender"]
        if missing := [f"HOSO_{name.upper()}" for name in needed if not getattr(self, name)]:
            raise ValueError(f"{', '.join(missing)}: needed for this channel")
        try:
            _ = (self.zalo_bot, self.esms, self.speedsms, self.email)
        except ValidationError as error:
            raise ValueError(
                "; ".join(problem["msg"].removeprefix("Value error, ") for problem in error.errors(include_input=False))
            ) from None
        return self

    @property
    def zalo_bot(self) -> ZaloBotConfig | None:
        """The bot, if one is set up."""
        token, secret = self.zalo_bot_token, self.zalo_bot_webhook_secret
        if token is None and self.standin_base is not None:
            token, secret = SecretStr(BOT_TOKEN), SecretStr(BOT_SECRET_TOKEN)
        if token is None:
            return None
        base = self.zalo_bot_base or self.standin_base or REAL_BOT_BASE
        return ZaloBotConfig(token=token, base=base, name=self.zalo_bot_name, webhook_secret=secret)

    @property
    def esms(self) -> EsmsConfig | None:
        """eSMS, if it is the gateway."""
        if self.sms_provider not in ("esms", None) or (self.sms_provider is None and self.standin_base is None):
            return None
        return EsmsConfig(
            api_key=self.esms_api_key or SecretStr(ESMS_API_KEY),
            secret_key=self.esms_secret_key or SecretStr(ESMS_SECRET_KEY),
            brandname=self.esms_brandname or EMULATORS_BRANDNAME,
            base=self.sms_base or self.standin_base or REAL_ESMS_BASE,
            sandbox=self.esms_sandbox,
            callback_url=self._callback_url("esms"),
        )

    @property
    def speedsms(self) -> SpeedSmsConfig | None:
        """SpeedSMS, if it is the gateway."""
        if self.sms_provider != "speedsms" or self.speedsms_token is None or self.speedsms_sender is None:
            return None
        base = self.sms_base or REAL_SPEEDSMS_BASE
        return SpeedSmsConfig(access_token=self.speedsms_token, sender=self.speedsms_sender, base=base)

    @property
    def callback_token(self) -> SecretStr | None:
        """The secret in the address of the gateway's reports."""
        if self.sms_callback_token is None and self.standin_base is not None:
            return SecretStr(EMULATORS_CALLBACK_TOKEN)
        return self.sms_callback_token

    def _callback_url(self, provider: str) -> SecretStr | None:
        token = self.callback_token
        if token is None:
            return None
        return SecretStr(f"{self.base_url}/webhooks/sms/{provider}/{token.get_secret_value()}")

    @property
    def email(self) -> EmailConfig | None:
        """The mail server, if one is set up."""
        if self.email_host is None or self.email_sender is None:
            return None
        return EmailConfig(
            host=self.email_host,
            port=self.email_port,
            security=self.email_security,
            user=self.email_user,
            password=self.email_password,
            sender=self.email_sender,
            sender_name=self.email_sender_name,
            certificate_file=self.email_certificate_file,
        )
