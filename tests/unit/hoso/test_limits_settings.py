"""Which limits follow from the settings."""

from typing import Any

import pytest
from pydantic import ValidationError

from channels.registry import CHANNELS
from hoso.limits import limits_config
from hoso.settings import Settings

REAL = {
    "zalo_app_id": "1",
    "zalo_app_secret": "s",
    "zalo_oa_id": "2",
    "zalo_oa_secret_keys": "k",
    **{f"zalo_template_{name}": "9" for name in ("submitted", "accepted", "refused", "supplement", "finished")},
    **{f"zalo_template_{name}": "9" for name in ("withdrawn", "payment", "stopped")},
}


def per_minute(**facts: Any) -> dict[str, int]:
    config = limits_config(Settings(_env_file=None, **facts))
    return {channel: limit.per_minute for channel, limit in config.endpoints.items()}


def test_with_an_emulator_on_this_machine_nothing_is_limited_unless_somebody_sets_it() -> None:
    assert set(per_minute().values()) == {0}
    assert per_minute(zalo_template_per_minute=120)["zalo_template"] == 120


def test_the_real_platforms_are_limited_unless_somebody_sets_nought() -> None:
    assert per_minute(**REAL) == {
        "zalo_oa": 4000,
        "zalo_template_uid": 4000,
        "zalo_template": 3000,
        "sms_esms": 600,
        "sms_speedsms": 600,
    }
    assert per_minute(**REAL, sms_per_minute=0)["sms_esms"] == 0


def test_every_limited_channel_exists() -> None:
    assert per_minute().keys() <= CHANNELS.keys()


def test_only_templates_by_phone_tell_of_the_days_quota() -> None:
    endpoints = limits_config(Settings(_env_file=None)).endpoints
    assert [name for name, limit in endpoints.items() if limit.has_daily_quota] == ["zalo_template"]


def test_the_reserved_share_is_a_percentage() -> None:
    assert limits_config(Settings(_env_file=None, reserved_share_percent=45)).reserved_share == 0.45


@pytest.mark.parametrize("name", ["zalo_oa_per_minute", "zalo_template_per_minute", "sms_per_minute"])
def test_a_limit_too_small_to_share_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="at least 10"):
        Settings(_env_file=None, **{name: 9})
