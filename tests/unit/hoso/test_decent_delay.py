"""What the worker does at night: it waits for the morning, except with what ends before it."""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dossiers.city_days import UnitDays
from hoso.hours import decent_delay
from hoso.settings import Settings
from storage.notices import ClaimedNotice


def _settings(*, is_night: bool) -> Settings:
    now = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    start, end = (
        (now - timedelta(hours=1), now + timedelta(hours=2))
        if is_night
        else (
            now + timedelta(hours=2),
            now + timedelta(hours=4),
        )
    )
    return Settings(_env_file=None, quiet_hours=f"{start:%H:%M}-{end:%H:%M}")


def _notice(urgent_until: datetime | None = None) -> ClaimedNotice:
    return ClaimedNotice(
        id=uuid.uuid4(),
        created_at=datetime.now(UTC),
        token=uuid.uuid4(),
        dossier_code="H17-260302-0001",
        kind="supplement",
        language="vi",
        demands_action=True,
        sends=1,
        tries=0,
        phone="84905000001",
        content={},
        route=(),
        urgent_until=urgent_until,
    )


def test_by_day_nothing_waits() -> None:
    assert decent_delay(_settings(is_night=False))(0.0, _notice()) == pytest.approx(0, abs=1)


def test_at_night_an_attempt_waits_for_the_morning() -> None:
    assert decent_delay(_settings(is_night=True))(0.0, _notice()) > 6000


def test_a_day_off_that_is_declared_while_the_worker_runs_holds_what_comes_after_it() -> None:
    settings = Settings(_env_file=None, quiet_hours="off", holidays_defer=True)
    today = datetime.now(settings.zone).date()
    settings.city_days.use({"": UnitDays(extra_working_days=frozenset({today}))})
    stretch = decent_delay(settings)
    assert stretch(0.0, _notice()) == 0.0
    settings.city_days.use({"": UnitDays(holidays=frozenset({today, today + timedelta(days=1)}))})
    assert stretch(0.0, _notice()) > 86_000
    settings.city_days.use({"H17.33.2": UnitDays(holidays=frozenset({today}))})
    settings.city_days.use(settings.city_days.by_unit | {"": UnitDays(extra_working_days=frozenset({today}))})
    assert stretch(0.0, _notice()) == 0.0, "a unit's day off is the city's business no more than its opening hours"


def test_an_urgent_one_does_not_wait_and_nor_does_its_retry() -> None:
    # It used to: intake let it go, and the worker held it until the morning, perhaps past its deadline.
    stretch = decent_delay(_settings(is_night=True))
    urgent = _notice(datetime.now(UTC) + timedelta(hours=20))
    assert (stretch(0.0, urgent), stretch(30.0, urgent)) == (0.0, 30.0)


def test_what_would_be_too_late_anyway_waits_like_the_rest() -> None:
    assert decent_delay(_settings(is_night=True))(0.0, _notice(datetime.now(UTC) - timedelta(minutes=1))) > 6000
