"""Settings of tickets, hand-overs and outgoing events."""

from datetime import date, time
from typing import Any

import pytest

from hoso.errors import BadSettings
from hoso.officer_chat import ticket_rules
from hoso.outgoing import outgoing_config
from hoso.settings import ENV_FILE_VARIABLE, Settings, load_settings
from workers.webhook_signature import new_secret, read_secret


@pytest.fixture(autouse=True)
def _no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENV_FILE_VARIABLE, "")


def load(**values: Any) -> Settings:
    return load_settings(**values)


def test_without_an_address_nothing_is_sent() -> None:
    assert outgoing_config(load()) is None


def test_an_address_needs_a_secret_to_sign_with() -> None:
    with pytest.raises(BadSettings, match="HOSO_OUTGOING_SECRETS: needed with HOSO_OUTGOING_URL"):
        load(outgoing_url="https://motcua.example/hoso")


@pytest.mark.parametrize("url", ["http://motcua.example/hoso", "ftp://127.0.0.1/", "motcua.example", "https://"])
def test_events_go_encrypted_or_stay_on_this_machine(url: str) -> None:
    with pytest.raises(BadSettings, match="HOSO_OUTGOING_URL: must be https"):
        load(outgoing_url=url, outgoing_secrets=new_secret())


@pytest.mark.parametrize("url", ["https://motcua.example/hoso", "http://127.0.0.1:9/x", "http://[::1]:9/x"])
def test_secrets_sign_in_their_order(url: str) -> None:
    new, old = new_secret(), new_secret()
    config = outgoing_config(load(outgoing_url=url, outgoing_secrets=f"{new}, {old}", outgoing_retry_hours=2))
    assert config is not None
    assert (config.url, list(config.keys)) == (url, [read_secret(new), read_secret(old)])
    assert config.give_up_seconds == 7200
    assert url not in repr(config)


def test_a_bad_secret_is_named_and_not_quoted() -> None:
    with pytest.raises(BadSettings, match="HOSO_OUTGOING_SECRETS: each secret must be whsec_") as caught:
        load(outgoing_url="https://motcua.example/", outgoing_secrets="whsec_c2VjcmV0c2VjcmV0")
    assert "c2VjcmV0" not in str(caught.value)


def test_officers_have_hours_of_their_own_on_the_citys_days() -> None:
    calendar = load(officer_hours="08:00-12:00,18:00-20:00", holidays="2026-03-03").officer_calendar
    assert calendar.office_hours == ((time(8), time(12)), (time(18), time(20)))
    assert not calendar.is_working_day(date(2026, 3, 3))


@pytest.mark.parametrize("hours", ["8-12", "12:00-08:00", "08:00", "08:00-12:00-13:00", "08:00-12:00,11:00-13:00"])
def test_hours_that_cannot_be_read_are_refused(hours: str) -> None:
    with pytest.raises(BadSettings, match="HOSO_OFFICER_HOURS"):
        load(officer_hours=hours)


def test_rules_follow_the_settings() -> None:
    rules = ticket_rules(load(feedback_photos=2, officers_at_once=3, officer_minutes=4, postal_asks_address=True))
    assert (rules.max_photos, rules.officers, rules.minutes_a_chat, rules.asks_address) == (2, 3, 4, True)
