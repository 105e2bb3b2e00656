"""What the console's administration needs of the rest: threads for passwords, settings in force, a consent's link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from aiohttp import web

from bot.consent import CONSENT_PATH
from console.admin.accounts import BEGIN_CONSENT
from console.admin.days import CALENDAR, CityCalendar
from console.admin.overview import FACTS, Fact
from console.admin.units import READ_PLACE
from console.app import Fill
from console.passwords import bring_passwords
from dossiers.national_days import national_holidays
from hoso.consent import begin_consent, note_consent
from hoso.console_places import read_place
from hoso.day_keeper import DayKeeper
from hoso.errors import CommandError
from hoso.limits import limits_config
from hoso.moments import utc_now
from hoso.settings import Settings
from hoso.site import Site
from storage.database import Database

HOLIDAYS_AHEAD_DAYS = 400


class SettingsFacts:
    """The settings in force, as administrators read them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def in_force(self) -> Mapping[str, Sequence[Fact]]:
        """Return the facts by section."""
        return {
            "hours": self._hours(),
            "days": self._days(),
            "limits": self._limits(),
            "broadcasts": self._broadcasts(),
            "console": self._console(),
        }

    def _hours(self) -> list[Fact]:
        given = self._settings
        quiet = given.hours
        hours = f"{quiet.start:%H:%M}–{quiet.end:%H:%M}" if quiet.is_set else False
        return [
            Fact("timezone", given.timezone, "HOSO_TIMEZONE"),
            Fact("quiet_hours", hours, "HOSO_QUIET_HOURS"),
            Fact("own_action_minutes", given.own_action_minutes, "HOSO_OWN_ACTION_MINUTES"),
            Fact("digest_time", given.digest_time, "HOSO_DIGEST_TIME"),
        ]

    def _days(self) -> list[Fact]:
        given, today = self._settings, utc_now().astimezone(self._settings.zone).date()
        until = today + timedelta(days=HOLIDAYS_AHEAD_DAYS)
        national = {day for year in (today.year, today.year + 1) for day in national_holidays(year)}
        ahead = ", ".join(f"{day:%d/%m/%Y}" for day in sorted(national) if today <= day <= until)
        return [
            Fact("holidays_defer", given.calendar is not None, "HOSO_HOLIDAYS_DEFER"),
            Fact("national_days", ahead, "–"),
            Fact("holidays", ", ".join(given.holidays), "HOSO_HOLIDAYS"),
            Fact("working_days", ", ".join(given.working_days), "HOSO_WORKING_DAYS"),
        ]

    def _limits(self) -> list[Fact]:
        given, limits = self._settings, limits_config(self._settings).endpoints
        a_day = given.day_limit
        per_minute = [
            Fact(word, limits[channel].per_minute or None if channel in limits else None, f"HOSO_{word.upper()}")
            for word, channel in (
                ("zalo_oa_per_minute", "zalo_oa"),
                ("zalo_template_per_minute", "zalo_template"),
                ("sms_per_minute", "sms_esms"),
            )
        ]
        return [
            Fact("daily_limit", None if a_day is None else given.daily_limit, "HOSO_DAILY_LIMIT"),
            *per_minute,
            Fact("reserved_share", given.reserved_share_percent, "HOSO_RESERVED_SHARE_PERCENT"),
        ]

    def _broadcasts(self) -> list[Fact]:
        given = self._settings
        return [
            Fact("approval_people", given.broadcast_approval_people, "HOSO_BROADCAST_APPROVAL_PEOPLE"),
            Fact("approval_cost", given.broadcast_approval_cost_vnd, "HOSO_BROADCAST_APPROVAL_COST_VND"),
            Fact("canary_percent", given.broadcast_canary_percent, "HOSO_BROADCAST_CANARY_PERCENT"),
            Fact("canary_minutes", given.broadcast_canary_minutes, "HOSO_BROADCAST_CANARY_MINUTES"),
            Fact("halt_percent", given.broadcast_halt_percent, "HOSO_BROADCAST_HALT_PERCENT"),
            Fact("complaint_percent", given.broadcast_complaint_percent, "HOSO_BROADCAST_COMPLAINT_PERCENT"),
            Fact("official_domains", ", ".join(given.official_domains), "HOSO_OFFICIAL_DOMAINS"),
        ]

    def _console(self) -> list[Fact]:
        given = self._settings
        return [
            Fact("idle_minutes", given.console_idle_minutes, "HOSO_CONSOLE_IDLE_MINUTES"),
            Fact("session_hours", given.console_session_hours, "HOSO_CONSOLE_SESSION_HOURS"),
        ]


def fill_administration(site: Site, database: Database) -> Fill:
    """Return what fills the areas of sign-in and administration."""

    async def begin() -> str | None:
        try:
            consent = begin_consent(site.settings)
        except CommandError:
            return None
        await note_consent(database, site.cipher, consent)
        return site.settings.base_url + CONSENT_PATH.format(state=consent.state)

    def fill(app: web.Application) -> None:
        bring_passwords(app)
        app[FACTS] = SettingsFacts(site.settings)
        app[BEGIN_CONSENT] = begin
        app[CALENDAR] = CityCalendar(
            site.settings.work_calendar,
            defers=site.settings.calendar is not None,
            refresh=DayKeeper(database, site.settings.city_days).look,
        )
        app[READ_PLACE] = read_place

    return fill
