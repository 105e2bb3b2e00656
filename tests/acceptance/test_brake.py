"""The brake on a running site: by hand, and by a database whose past is not ours."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from redis import Redis

from tests.acceptance.conftest import Dossier
from tests.acceptance.test_cli_site import hoso, hoso_json
from tests.site import Site, make_event


@pytest.fixture(autouse=True)
async def _off_at_the_end(site: Site) -> Any:
    yield
    await hoso(site, "brake", "off", "--expire-older-than", "0")


async def states(site: Site, dossier: Dossier) -> list[str]:
    return [notice["state"] for notice in await site.notices(dossier.code)]


async def test_a_person_stops_all_sending_and_lets_it_go_on(site: Site, dossier: Dossier) -> None:
    assert (await hoso_json(site, "brake", "status"))["engaged"] is False
    pulled = await hoso_json(site, "brake", "on", "--reason", "a fire drill")
    assert (pulled["engaged"], pulled["cause"], pulled["detail"]) == (True, "by_hand", "a fire drill")
    await site.post_events([make_event(dossier.code, 2, dossier.phone)])

    async def waits() -> bool:
        return (await hoso_json(site, "brake", "status"))["waiting"] == {"status": 1}

    await site.wait_until(waits, what="the notice that waits")
    findings = {finding["part"]: finding for finding in json.loads((await hoso(site, "doctor", "--json")).stdout)}
    assert findings["brake"]["verdict"] == "fail"
    assert "a fire drill" in findings["brake"]["detail"]
    told = (await hoso(site, "brake", "status")).stdout.decode()
    assert "hoso brake off" in told
    assert await states(site, dossier) == ["pending"]
    assert await hoso_json(site, "brake", "off") == {"released": True, "expired": 0, "in_doubt": 0}
    assert await site.wait_until(lambda: site.arrived(dossier.phone), what="the notice") == ["accepted"]
    [listed] = await hoso_json(site, "notices", "list", "--dossier", dossier.code)
    story = (await hoso(site, "notices", "explain", listed["id"])).stdout.decode()
    assert "status 2 (Được tiếp nhận) is told as accepted" in story
    assert "zalo_template" in story


async def test_a_restored_database_sends_nothing_until_a_person_has_looked(
    site: Site, new_dossier: Callable[[], Dossier]
) -> None:
    before, after = new_dossier(), new_dossier()

    def ticks() -> int:
        return int(site.query("SELECT ticks FROM site_mark")[0][0])

    await site.wait_until(lambda: ticks() > 3, 30, what="a site that has ticked")
    site.query("UPDATE site_mark SET ticks = ticks - 3 RETURNING ticks")  # what a backup of a while ago brings back

    async def is_stopped() -> bool:
        return bool(site.query("SELECT 1 FROM brake WHERE engaged AND cause = 'restored'"))

    await site.wait_until(is_stopped, 20, what="the brake")
    await site.post_events([make_event(before.code, 2, before.phone)])
    status = await hoso_json(site, "brake", "status")
    assert "--expire-older-than" in status["advice"]
    assert (await hoso_json(site, "brake", "off", "--expire-older-than", "0"))["expired"] >= 1
    assert await states(site, before) == ["expired"]
    await site.post_events([make_event(after.code, 2, after.phone)])
    assert await site.wait_until(lambda: site.arrived(after.phone), what="what came later") == ["accepted"]
    assert await site.arrived(before.phone) == []
    assert (await hoso_json(site, "brake", "status"))["engaged"] is False


async def test_an_officer_reads_why_something_did_not_arrive(site: Site, dossier: Dossier) -> None:
    await site.post_events([make_event(dossier.code, 2, "0236 3822 222")])  # no mobile number
    found = await hoso_json(site, "notices", "undelivered", "--since", "1h")
    [mine] = [one for one in found if one["dossier_code"] == dossier.code]
    assert (mine["state"], mine["why"]) == ("no_mobile", "Hồ sơ không có số điện thoại di động.")
    assert mine["to_do"]
    done = await hoso(site, "notices", "undelivered", "--language", "en", "--unit", "no such unit")
    assert done.stdout.decode().strip() == "Nothing is undelivered."


async def test_an_event_that_only_the_stream_knows_comes_back_by_replay(site: Site, dossier: Dossier) -> None:
    event = make_event(dossier.code, 2, dossier.phone)
    with Redis.from_url(site.redis_url) as redis:
        redis.xadd("hoso:events", {"event": json.dumps(event)})
    await site.wait_until(lambda: site.arrived(dossier.phone), what="the notice")
    counts = await hoso_json(site, "events", "replay", "--since", "1h", "--dry-run")
    assert (counts["dry_run"], counts["accepted"]) == (True, 0)
    assert counts["duplicate"] > 0
    assert await site.arrived(dossier.phone) == ["accepted"]


async def test_metrics_of_the_workers_are_on_the_page(site: Site, dossier: Dossier) -> None:
    await site.post_events([make_event(dossier.code, 2, dossier.phone)])

    async def shown() -> bool:
        _, page = await site.get("/metrics")
        lines = [line for line in str(page).splitlines() if line.startswith("hoso_sends_total{")]
        return any('process="worker"' in line and 'outcome="accepted"' in line for line in lines)

    await site.wait_until(shown, what="the worker's sends")
    _, page = await site.get("/metrics")
    for kind in ("bot", "bridge", "worker"):
        assert f'hoso_processes{{process="{kind}"}}' in str(page)
    assert dossier.phone[2:] not in str(page)

    async def released() -> bool:  # the page may still tell of a brake that was pulled seconds ago
        return 'hoso_brake_engaged{cause="none"} 0.0' in str((await site.get("/metrics"))[1])

    await site.wait_until(released, what="the next look at the tables")
