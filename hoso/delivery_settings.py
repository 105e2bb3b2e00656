"""Settings of delivery: routes and their prices, limits, hours, holds, the daily limit, the brake."""

import re
from collections.abc import Iterable
from datetime import date, time
from typing import Literal

from pydantic import Field, PrivateAttr, field_validator

from dossiers.calendar import WorkCalendar
from dossiers.city_days import CityDays
from dossiers.status import APOLOGY, Notice
from emulator.templates import load_templates
from hoso.channel_settings import ChannelSettings
from hoso.core_settings import Words
from status_bridge.choices import ANNOUNCEMENT, DIGEST, DailyLimit, Role
from status_bridge.hours import Hours
from workers.limit_config import SMALLEST_PER_MINUTE

LONGEST_HOLD_SECONDS = 86_400
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def _days(listed_days: Iterable[str]) -> frozenset[date]:
    try:
        return frozenset(date.fromisoformat(day) for day in listed_days)
    except ValueError:
        raise ValueError("must be days such as 2026-10-16,2026-10-17") from None


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise ValueError("must be a time such as 17:00")
    return time(int(found[1]), int(found[2]))


class DeliverySettings(ChannelSettings):
    """The fields, and what follows from them."""

    _city_days: CityDays = PrivateAttr(default_factory=CityDays)

    # -- routes
    sms_for: Literal["none", "action", "all"] = Field(
        "action",
        description=(
            "Which notices may go as a short message when Zalo does not reach a person: those that demand action, all, "
            "or none."
        ),
    )
    email_for: Literal["no_mobile", "last_resort"] = Field(
        "no_mobile",
        description=(
            "Who gets a letter: those without a mobile phone, or also everybody whom no other channel reaches "
            "('last_resort')."
        ),
    )
    free_window_hours: float = Field(
        48,
        ge=0,
        le=168,
        description=(
            "Hours after a person's last message to the account in which a chat message is free and used instead of a "
            "template; 0: never."
        ),
    )
    template_vnd: int = Field(
        200,
        ge=0,
        description="Price of a template by phone in VND, without VAT, until Zalo's own description of it was read.",
    )
    template_uid_vnd: int = Field(
        150, ge=0, description="The same by user id; the cheaper of the two goes first, this one if they are equal."
    )
    no_account_days: float = Field(
        30, ge=0, description="Days for which a phone without a Zalo account is not tried there again."
    )
    refused_days: float = Field(
        180, ge=0, description="Days for which a person who refused messages on a channel gets none there."
    )
    cannot_receive_hours: float = Field(
        24, ge=0, description="Hours for which a channel rests that could not reach a person for the moment."
    )

    # -- limits
    zalo_oa_per_minute: int | None = Field(
        None,
        ge=0,
        description=(
            "Chat messages a minute, and as many templates by user id, of all processes together; at least 10, or 0: "
            "no limit of ours. Empty: 4000, or 0 with an emulator on this machine."
        ),
    )
    zalo_template_per_minute: int | None = Field(
        None,
        ge=0,
        description=(
            "Templates by phone a minute, of all processes together; at least 10, or 0: no limit of ours. Empty: 3000, "
            "or 0 with an emulator on this machine."
        ),
    )
    sms_per_minute: int | None = Field(
        None,
        ge=0,
        description=(
            "Short messages a minute, of all processes together; at least 10, or 0: no limit of ours. Empty: 600, or 0 "
            "with an emulator on this machine."
        ),
    )
    reserved_share_percent: float = Field(
        30,
        ge=0,
        le=90,
        description="Percent of a rate's burst and of a daily quota that broadcasts leave to status notices.",
    )

    # -- people
    notify: Words = Field(
        (Role.APPLICANT.value,),
        description=(
            "Who of a dossier's people is told, comma-separated, each phone once: applicant, owner, submitter, "
            "authorised. The last three where events name them."
        ),
    )
    shared_phone_owners: int = Field(
        20,
        ge=0,
        le=400,
        description="A phone that stands for more owners than this is told code and state only; 0: never.",
    )
    shared_phone_days: float = Field(30, gt=0, le=366, description="Days within which those owners are counted.")
    hold_seconds: Words = Field(
        (),
        description=(
            "Notices that wait so many seconds before they go out, as refused:600,finished:300, so that a mistake "
            "corrected meanwhile is never sent; at most a day. Empty: none."
        ),
    )

    # -- hours
    holidays_defer: bool = Field(
        True,
        description=(
            "Notices wait for the end of public holidays, as they do for that of the night. Unset with an emulator on "
            "this machine: off."
        ),
    )
    holidays: Words = Field(
        (), description="Further days off of the city, comma-separated, as 2026-10-16,2026-10-17 (storm days)."
    )
    working_days: Words = Field(
        (), description="Days that are worked although they are holidays, comma-separated, as 2027-02-11."
    )
    own_action_minutes: float = Field(
        10,
        ge=0,
        le=1440,
        description=(
            "For so many minutes after a submission 'submitted' is an answer to the citizen, and goes out at any hour; "
            "0: never."
        ),
    )
    daily_limit: int = Field(
        6,
        ge=0,
        le=1000,
        description=(
            "Messages that a phone gets in a day, at most, the urgent ones aside; the last one says together what "
            "would be more. 0: any number. Unset with an emulator on this machine: any number."
        ),
    )
    digest_time: str = Field(
        "17:00", description="When the notices over the day's limit are said together, as HH:MM in the city's time."
    )
    backlog_seconds: float = Field(
        120,
        ge=10,
        le=86_400,
        description="What could not be sent for so many seconds gives way to a newer notice of its dossier.",
    )
    zalo_template_digest: str | None = Field(
        None,
        description=(
            "Platform template id of 'digest', which says several notices together. Empty: those over the day's limit "
            "go one by one on the next days."
        ),
    )

    zalo_template_announcement: str | None = Field(
        None,
        description="Platform template id of broadcasts. Empty: broadcasts go as short messages alone, or from the "
        "emulator's template while it stands in.",
    )
    zalo_template_apology: str | None = Field(
        None, description="Platform template id of 'apology', which names a late dossier's new date."
    )

    # -- receipts
    receipt_wait_seconds: float = Field(
        7200,
        ge=1,
        le=259_200,
        description=(
            "Seconds without a receipt after which a platform is asked what became of a message that demands action; "
            "a template's own time counts if it is longer."
        ),
    )

    # -- the brake
    brake_min_outcomes: int = Field(
        50,
        ge=5,
        le=100_000,
        description="Attempts within a minute, per worker process, below which failures do not pull the brake.",
    )
    brake_share_percent: float = Field(
        60,
        gt=0,
        le=100,
        description=(
            "Percent of a minute's attempts that end in doubt or need a person, from which sending stops for 10 "
            "seconds, then 20, then 30, and tries again."
        ),
    )
    brake_clock_seconds: float = Field(
        300,
        ge=5,
        description="Seconds by which the database's clock may jump before all sending stops until `hoso brake off`.",
    )

    @field_validator("zalo_oa_per_minute", "zalo_template_per_minute", "sms_per_minute")
    @classmethod
    def _shareable_limit(cls, value: int | None) -> int | None:
        if value is not None and 0 < value < SMALLEST_PER_MINUTE:
            raise ValueError(f"must be 0 (no limit of ours) or at least {SMALLEST_PER_MINUTE} a minute")
        return value

    @field_validator("notify", "hold_seconds", "holidays", "working_days", mode="before")
    @classmethod
    def _split_words(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("holidays", "working_days")
    @classmethod
    def _readable_days(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        _days(value)
        return value

    @field_validator("digest_time")
    @classmethod
    def _readable_time(cls, value: str) -> str:
        _clock(value)
        return value

    @field_validator("notify")
    @classmethod
    def _known_roles(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or set(value) - set(Role):
            raise ValueError(f"must be some of {', '.join(Role)}")
        return tuple(dict.fromkeys(value))

    @field_validator("hold_seconds")
    @classmethod
    def _readable_holds(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name, _, seconds in (pair.partition(":") for pair in value):
            if name.strip() not in set(Notice) or not seconds.strip().isdecimal():
                raise ValueError(f"must be such as refused:600,finished:300, of {', '.join(Notice)}")
            if not 0 <= int(seconds) <= LONGEST_HOLD_SECONDS:
                raise ValueError(f"a notice can be held back for {LONGEST_HOLD_SECONDS} seconds at most")
        return value

    @property
    def calendar(self) -> WorkCalendar | None:
        """The days on which notices wait; none while Zalo is an emulator on this machine and nobody asked for them."""
        if not self.holidays_defer or (self.is_emulated and "holidays_defer" not in self.model_fields_set):
            return None
        return self.work_calendar

    @property
    def work_calendar(self) -> WorkCalendar:
        """The days on which offices work."""
        return WorkCalendar(_days(self.holidays), _days(self.working_days), declared=self._city_days)

    @property
    def city_days(self) -> CityDays:
        """What officers declared, as this process knows it (`hoso/day_keeper.py`): one for all calendars made here."""
        return self._city_days

    @property
    def decent_hours(self) -> Hours:
        """When notices may go out."""
        return Hours(
            self.hours,
            self.zone,
            self.calendar,
            self.quiet_release_spread_seconds,
            round(self.own_action_minutes * 60),
        )

    @property
    def day_limit(self) -> DailyLimit | None:
        """How many messages a phone gets in a day; any number while Zalo is an emulator and nobody set it."""
        if not self.daily_limit or (self.is_emulated and "daily_limit" not in self.model_fields_set):
            return None
        return DailyLimit(self.daily_limit, _clock(self.digest_time), merges=DIGEST in self.templates)

    @property
    def templates(self) -> dict[str, str]:
        """Platform template id by notice name, those of merged messages, apologies and broadcasts included."""
        emulated = load_templates().values() if self.is_emulated else ()
        known = {template.name: template.template_id for template in emulated}
        given = {
            DIGEST: self.zalo_template_digest,
            APOLOGY: self.zalo_template_apology,
            ANNOUNCEMENT: self.zalo_template_announcement,
        }
        ids = {name: wanted or known.get(name) for name, wanted in given.items()}
        return super().templates | {name: found for name, found in ids.items() if found}

    @property
    def roles(self) -> tuple[Role, ...]:
        """Who is told."""
        return tuple(Role(name) for name in self.notify)

    @property
    def holds(self) -> dict[Notice, float]:
        """How long which notices are held back."""
        pairs = (pair.partition(":") for pair in self.hold_seconds)
        return {Notice(name.strip()): float(seconds) for name, _, seconds in pairs if float(seconds) > 0}
