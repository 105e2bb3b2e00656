"""What the platform says of a template's price decides which of Zalo's ways a notice takes."""

from pydantic import SecretStr

from hoso.parts import OpenChannels
from hoso.routing import open_router
from hoso.settings import Settings
from status_bridge.routing import Routed
from tests.integration.channels.bench import Bench
from tests.unit.status_bridge.routing_case import claimed


async def test_the_price_comes_from_the_description_once_it_was_read_and_nobody_is_asked_for_it(bench: Bench) -> None:
    kit = bench.kit()
    channels = OpenChannels(
        {"zalo_template": kit.template_channel(), "zalo_template_uid": kit.template_user_channel()},
        keeper=bench.parts().zalo.keeper,
        store=bench.parts().zalo.keeper,
        zalo=kit,
    )
    settings = Settings(
        _env_file=None,
        zalo_template_supplement="400104",
        template_vnd=1,
        template_uid_vnd=2,
        zalo_app_secret=SecretStr("s"),
    )
    choose = open_router(settings, channels)
    linked = claimed(known={"user_id": "u1"})
    before = choose(linked)
    assert isinstance(before, Routed)
    assert (before.channel, before.cost_vnd) == ("zalo_template", 1), "by the settings the phone is cheaper"
    described = await kit.catalog.describe("400104")
    assert described is not None
    after = choose(linked)
    assert isinstance(after, Routed)
    assert (after.channel, after.cost_vnd) == ("zalo_template_uid", described.price_by_user)
