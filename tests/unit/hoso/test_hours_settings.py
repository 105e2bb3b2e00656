"""Settings of the hours: what is on by itself, and what stays off while nobody can be disturbed."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from pydantic import ValidationError

from dossiers.calendar import WorkCalendar
from dossiers.city_days import UnitDays
from hoso.chat import chat_config
from hoso.hours import merges_notices
from hoso.settings import Settings
from status_bridge.choices import DailyLimit

REAL = {
    "zalo_app_id": "1",
    "zalo_app_secret": "s",
    "zalo_oa_id": "2",
    "zalo_oa_secret_keys": "k",
    **{f"zalo_template_{name}": "9" for name in ("submitted", "accepted", "refused", "supplement", "finished")},
    **{f"zalo_template_{name}": "9" for name in ("withdrawn", "payment", "stopped")},
}


def _settings(**facts: Any) -> Settings:
    return Settings(_env_file=None, **facts)


def test_with_the_emulator_nothing_waits_unless_somebody_asks_for_it() -> None:
    settings = _settings()
    assert (settings.calendar, settings.day_limit) == (None, None)
    assert not merges_notices(settings)
    asked = _settings(holidays_defer=True, daily_limit=3)
    assert asked.calendar == WorkCalendar()
    assert asked.day_limit == DailyLimit(3, time(17), merges=True)
    assert merges_notices(asked)


def test_with_the_real_zalo_holidays_and_the_days_limit_are_on() -> None:
    settings = _settings(**REAL)
    assert settings.calendar == WorkCalendar()
    assert settings.day_limit == DailyLimit(6, time(17), merges=False), "no template of ours to merge with"
    assert not merges_notices(settings)
    with_template = _settings(**REAL, zalo_template_digest="400999")
    assert with_template.day_limit == DailyLimit(6, time(17), merges=True)
    assert with_template.templates["digest"] == "400999"
    assert _settings(**REAL, holidays_defer=False, daily_limit=0).day_limit is None


def test_the_emulator_has_a_template_that_merges() -> None:
    assert _settings().templates["digest"] == "400110"


def test_the_citys_own_days_count() -> None:
    settings = _settings(holidays_defer=True, holidays="2026-10-16, 2026-10-17", working_days="2026-02-19")
    assert settings.calendar == WorkCalendar(
        frozenset({date(2026, 10, 16), date(2026, 10, 17)}), frozenset({date(2026, 2, 19)})
    )
    storm = datetime(2026, 10, 16, 2, tzinfo=UTC)
    assert settings.decent_hours.release(storm) > storm
    assert settings.decent_hours.own_action_seconds == 600


def test_all_calendars_of_a_process_share_the_declared_days() -> None:
    settings = _settings(**REAL)
    quiet = settings.model_copy(update={"max_event_age_days": -1})
    calendars = (settings.work_calendar, settings.officer_calendar, settings.decent_hours.calendar, quiet.calendar)
    monday = date(2026, 3, 2)
    settings.city_days.use({"": UnitDays(holidays=frozenset({monday}))})
    assert all(one is not None and one.is_holiday(monday) for one in calendars)
    rules = chat_config(settings)
    assert rules.calendar.is_holiday(monday)
    assert rules.tickets.opens_at(datetime(2026, 3, 2, 9, tzinfo=settings.zone)).date() == date(2026, 3, 3)
    settings.city_days.use({})
    assert not rules.calendar.is_holiday(monday)
    assert not _settings(**REAL).work_calendar.declared.by_unit, "another process has its own"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("holidays", "16/10/2026", "must be days such as"),
        ("working_days", "tomorrow", "must be days such as"),
        ("digest_time", "5pm", "must be a time such as 17:00"),
        ("digest_time", "24:00", "must be a time such as 17:00"),
        ("daily_limit", "-1", "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_read_is_told_in_words(name: str, value: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        _settings(**{name: value})
