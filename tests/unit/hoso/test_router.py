"""The router as a worker process has it: what is set up, the city's settings, and the platform's own prices."""

from typing import Any

from hoso.routing import delivery_config, open_router, routing_policy
from hoso.settings import Settings
from status_bridge.routing import Routed
from tests.unit.status_bridge.routing_case import claimed


class Channels:
    """What the composition reads of the open channels."""

    def __init__(self, *names: str, zalo: Any = None) -> None:
        self.by_name = dict.fromkeys(names)
        self.zalo = zalo


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)


def test_the_policy_is_what_the_settings_say() -> None:
    chosen = settings(sms_for="all", email_for="last_resort", free_window_hours=24, sms_max_parts=2, sms_vnd_per_part=7)
    policy = routing_policy(chosen, Channels("zalo_template", "sms_speedsms", "email"))
    assert (policy.sms_channel, policy.sms_for, policy.is_email_last_resort) == ("sms_speedsms", "all", True)
    assert policy.free_window.total_seconds() == 24 * 3600
    assert (policy.short.max_parts, policy.short.vnd_per_part) == (2, 7)
    assert routing_policy(settings(), Channels("zalo_template")).sms_channel is None


def test_how_long_people_are_left_alone_is_set_in_days() -> None:
    config = delivery_config(settings(no_account_days=2, refused_days=3, cannot_receive_hours=4))
    assert (config.no_account_seconds, config.refused_seconds, config.cannot_receive_seconds) == (172800, 259200, 14400)


def test_without_a_description_the_settings_price_counts() -> None:
    choose = open_router(settings(template_vnd=321), Channels("zalo_template"))
    step = choose(claimed())
    assert isinstance(step, Routed)
    assert (step.channel, step.cost_vnd) == ("zalo_template", 321)
