"""Settings of the officers' console, and of broadcasts."""

from pydantic import Field, field_validator

from hoso.chat_settings import ChatSettings
from hoso.core_settings import Words


class ConsoleSettings(ChatSettings):
    """The fields, and what follows from them."""

    # -- console
    console_idle_minutes: float = Field(
        30, gt=0, le=1440, description="Minutes without a request after which an officer must sign in again."
    )
    console_session_hours: float = Field(
        12, gt=0, le=168, description="Hours after which an officer must sign in again in any case."
    )
    console_trusts_proxy: bool = Field(
        False,
        description="A reverse proxy in front of `hoso serve` names callers in X-Forwarded-For; without one, never on.",
    )
    # -- apologies for late dossiers
    apology_max_redatings: int = Field(
        1, ge=0, le=100, description="How often a dossier may get a new date with an apology; 0: any number of times."
    )
    apology_working_days: int = Field(
        3, ge=1, le=60, description="Working days after the old date, or after today, that an apology proposes."
    )
    # -- broadcasts
    broadcast_approval_people: int = Field(
        100, ge=0, description="People from which a broadcast needs a second person's approval."
    )
    broadcast_approval_cost_vnd: int = Field(
        100_000, ge=0, description="Cost in VND from which a broadcast needs a second person's approval."
    )
    broadcast_canary_percent: float = Field(
        1,
        gt=0,
        le=100,
        description="Percent of a broadcast's people who get it first; the others wait for how it goes",
    )
    broadcast_canary_minutes: float = Field(
        5, ge=0, le=1440, description="Minutes for which a broadcast's first share is watched."
    )
    broadcast_halt_percent: float = Field(
        5, gt=0, le=100, description="Percent of failed messages at which a broadcast halts by itself."
    )
    broadcast_unreached_percent: float = Field(
        50, gt=0, le=100, description="Percent of people out of reach at which a broadcast halts: a wrong list, maybe."
    )
    broadcast_complaint_percent: float = Field(
        2, gt=0, le=100, description="Percent of people who opt out or complain at which a broadcast halts by itself."
    )
    broadcast_ahead: int = Field(
        2000, ge=1, le=100_000, description="Recipients of a broadcast that are let go before the ones before are sent."
    )
    broadcast_list_days: int = Field(
        90, ge=1, le=3650, description="Days after which an uploaded list of recipients is deleted."
    )
    broadcast_list_megabytes: int = Field(
        200, ge=1, le=2000, description="Megabytes that an uploaded list of recipients may have."
    )
    broadcast_list_rows: int = Field(
        1_048_576, ge=1, le=10_000_000, description="Rows that an uploaded list of recipients may have."
    )
    broadcast_categories: Words = Field(
        ("storm", "power", "procedures", "health"),
        description="Categories of announcements that people may ask for in chat, comma-separated; "
        "known by name: storm, power, water, traffic, procedures, health, schools, jobs.",
    )
    official_domains: Words = Field(
        ("dichvucong.danang.gov.vn", "dichvucong.gov.vn", "danang.gov.vn"),
        description="Domains that a broadcast may link to, with those below them, comma-separated.",
    )

    @field_validator("broadcast_categories", "official_domains", mode="before")
    @classmethod
    def _split_console_words(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
