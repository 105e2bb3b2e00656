"""What a site's settings mean for its broadcasts."""

from datetime import timedelta
from typing import Any

from hoso.broadcasts import broadcast_config
from hoso.settings import Settings
from status_bridge.broadcasts.render import KIND, TEMPLATE_PARAMS
from tests.unit.hoso.test_linking_settings import REAL as GIVEN

REAL: dict[str, Any] = dict(GIVEN)


def test_the_emulator_has_the_template_of_broadcasts_and_a_gateway() -> None:
    config = broadcast_config(Settings(_env_file=None))
    assert config.templates == {"400113": TEMPLATE_PARAMS}
    assert config.route.templates[KIND] == "400113"
    assert config.route.sms_channel == "sms_esms"
    assert set(config.route.channels) >= {"zalo_template", "zalo_template_uid", "sms_esms"}


def test_a_real_site_names_its_own_template_and_choices() -> None:
    chosen: dict[str, Any] = {"zalo_template_announcement": "77", "broadcast_approval_people": 7}
    config = broadcast_config(
        Settings(_env_file=None, **REAL, **chosen, official_domains="a.vn, b.vn", broadcast_canary_minutes=2)
    )
    assert config.templates == {"77": TEMPLATE_PARAMS}
    assert (config.approval_people, config.canary_wait) == (7, timedelta(minutes=2))
    assert config.official_domains == ("a.vn", "b.vn")
    assert config.route.sms_channel is None
    assert config.per_minute["zalo_template"] == 3000


def test_without_a_template_of_its_own_a_real_site_knows_none() -> None:
    assert broadcast_config(Settings(_env_file=None, **REAL)).templates == {}
