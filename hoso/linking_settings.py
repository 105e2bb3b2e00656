"""Settings of linking: limits on one-time codes, a relative's term, what may be downloaded."""

from urllib.parse import urlsplit

from pydantic import Field

from bot.download_config import DownloadConfig
from bot.linking.config import LinkingConfig
from emulator.templates import load_templates
from hoso.ticket_settings import TicketSettings

ONE_TIME_CODE = "otp"
"""The kind of notices that carry a code, as delivery knows it."""
_EMULATED_TEMPLATE = "code"
_MEGABYTE = 1024 * 1024


class LinkingSettings(TicketSettings):
    """The fields, and what follows from them."""

    # -- linking
    zalo_template_code: str | None = Field(
        None,
        description="Platform template id of the one-time code (type OTP, parameter otp). Empty: codes go as short "
        "messages alone.",
    )
    link_code_seconds: int = Field(300, ge=60, le=900, description="Seconds that a one-time code may be used.")
    link_codes_per_hour: int = Field(
        5, ge=1, le=100, description="One-time codes that a person may ask for in an hour."
    )
    link_codes_per_phone_hour: int = Field(
        3, ge=1, le=100, description="One-time codes that go to one phone in an hour, whoever asks."
    )
    link_codes_per_phone_day: int = Field(
        6, ge=1, le=1000, description="One-time codes that go to one phone in 24 hours, whoever asks."
    )
    link_codes_per_dossier_day: int = Field(
        5, ge=1, le=1000, description="One-time codes for one dossier in 24 hours, whoever asks."
    )
    link_wrong_per_hour: int = Field(5, ge=1, le=100, description="Wrong codes that a person may type in an hour.")
    link_wrong_per_day: int = Field(10, ge=1, le=1000, description="Wrong codes that a person may type in 24 hours.")
    link_lookups_per_hour: int = Field(
        20, ge=1, le=1000, description="Dossiers that are not theirs about which a person may ask in an hour."
    )
    link_alarm_person: int = Field(
        20, ge=2, le=10_000, description="Wrong guesses of one person in 24 hours that raise the alarm."
    )
    link_alarm_all: int = Field(
        200, ge=2, le=100_000, description="Wrong guesses of all people in an hour that raise the alarm."
    )
    link_relative_days: int = Field(30, ge=1, le=365, description="Days that a relative's dossier stays linked.")
    photos_per_hour: int = Field(
        20, ge=1, le=1000, description="Photos of one person in an hour in which codes are looked for."
    )
    download_max_mb: int = Field(10, ge=1, le=50, description="Largest picture that is downloaded, in MiB.")
    download_seconds: float = Field(15, gt=0, le=30, description="Seconds that one download may take.")

    @property
    def linking(self) -> LinkingConfig:
        """The limits of linking."""
        return LinkingConfig(
            code_seconds=self.link_code_seconds,
            asked_per_citizen_hour=self.link_codes_per_hour,
            asked_per_phone_hour=self.link_codes_per_phone_hour,
            asked_per_phone_day=self.link_codes_per_phone_day,
            asked_per_dossier_day=self.link_codes_per_dossier_day,
            wrong_per_citizen_hour=self.link_wrong_per_hour,
            wrong_per_citizen_day=self.link_wrong_per_day,
            lookups_per_citizen_hour=self.link_lookups_per_hour,
            alarm_per_citizen_day=self.link_alarm_person,
            alarm_of_all_hour=self.link_alarm_all,
            relative_days=self.link_relative_days,
            photos_per_citizen_hour=self.photos_per_hour,
            shared_phone_owners=self.shared_phone_owners,
        )

    @property
    def downloads(self) -> DownloadConfig:
        """What may be downloaded; from this machine only while the emulator stands in for Zalo."""
        trusted = {urlsplit(self.emulator_url).netloc} if self.is_emulated else set()
        return DownloadConfig(
            max_bytes=self.download_max_mb * _MEGABYTE,
            total_seconds=self.download_seconds,
            trusted_origins=frozenset(trusted),
        )

    @property
    def templates(self) -> dict[str, str]:
        """Platform template id by notice name, that of one-time codes included."""
        emulated = load_templates().values() if self.is_emulated else ()
        known = next((template.template_id for template in emulated if template.name == _EMULATED_TEMPLATE), None)
        code = self.zalo_template_code or known
        return super().templates | ({ONE_TIME_CODE: code} if code else {})
