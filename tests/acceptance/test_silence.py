"""A phone that Zalo does not reach in time, from the event to the short message."""

from typing import Any

from tests.acceptance.conftest import Dossier
from tests.site import Site, make_event

ROUTE = "SELECT state, route FROM notices WHERE dossier_code = %s"
WAITS = "SELECT due_at > now() + interval '110 minutes' FROM notices WHERE dossier_code = %s AND state = 'accepted'"
TIME_PASSES = "UPDATE notices SET due_at = now() WHERE dossier_code = %s AND state = 'accepted' RETURNING id"


async def test_who_must_act_is_told_by_short_message_when_zalo_is_silent(site: Site, dossier: Dossier) -> None:
    await site.emulator("POST", "phones", {"phone": dossier.phone, "zalo": True, "follows": True})
    await site.emulator("POST", f"phones/{dossier.phone}/state", {"online": False})
    await site.post_events([make_event(dossier.code, 5, dossier.phone)])
    await site.wait_until(lambda: site.query(WAITS, dossier.code) == [(True,)], what="a notice that waits two hours")
    assert site.query(TIME_PASSES, dossier.code)

    def steps() -> list[dict[str, Any]]:
        ((_state, route),) = site.query(ROUTE, dossier.code)
        return [step for step in route if step["outcome"] == "accepted"]

    await site.wait_until(lambda: [step["channel"] for step in steps()] == ["zalo_template", "sms_esms"], 20)
    await site.emulator("POST", f"phones/{dossier.phone}/state", {"online": True})
    await site.wait_until(lambda: site.query(ROUTE, dossier.code)[0][0] == "delivered", what="a receipt")
    short = await site.messages(phone=dossier.phone, channel="sms")
    assert len(short) == 1
    assert dossier.code in short[0]["text"]
