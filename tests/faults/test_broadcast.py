"""The headline: a broadcast whose workers are killed again and again loses nobody and tells nobody twice."""

import asyncio
import os
import random
import statistics
import time
from datetime import UTC, datetime

import pytest

from tests.faults.broadcast import Broadcast, broadcast
from tests.faults.invariants import Evidence
from tests.faults.trial import LEASE_SECONDS, SEND, trial
from tests.site import Site, make_event

SHORT = 1_500
LONG = 10_000
LATE = f"late_receipt:{LEASE_SECONDS + 1}"
"""Some receipts come after the lease of a killed worker has ended, and end a doubt; the others come before."""
OPEN_STATUS = "SELECT 1 FROM notices WHERE lane = 'status' AND state IN ('pending', 'sending') LIMIT 1"


async def test_a_broadcast_whose_workers_are_killed_loses_nobody_and_tells_nobody_twice(shared_site: Site) -> None:
    await shared_site.order_fault(SEND, "slow:0.8")  # so that every killed one has requests under way
    await shared_site.order_fault(SEND, "no_answer_after_send", share=0.1)
    await shared_site.order_fault(SEND, LATE, share=0.5)
    async with broadcast(shared_site, SHORT) as running:
        await running.write()
        await running.kill_workers(6, pause_seconds=(0.5, 1.3))
        _demand_the_headline(running, await running.settle())


async def test_status_notices_do_not_wait_for_the_broadcast_under_way(shared_site: Site) -> None:
    await shared_site.order_fault(SEND, "slow:0.5")  # the broadcast's 50 slots: 100 a second at most
    async with broadcast(shared_site, 4_000, workers=()) as running:
        await running.write()
        await shared_site.wait_until(lambda: running.states()["delivered"] > 50, 30, what="a broadcast under way")
        async with trial(shared_site, 50) as status:
            evidence = await status.settle()
        assert evidence.notices
        assert running.cancel() > 1_000, "everything else was done before all of the broadcast was"
        await running.settle()


@pytest.mark.soak
@pytest.mark.timeout(1200)
async def test_a_hundred_thousand_rows_in_flight_leave_status_notices_at_three_seconds(fresh_site: Site) -> None:
    answered: dict[str, float] = {}
    async with broadcast(fresh_site, 100_000, workers=()) as running:
        await running.write()
        await fresh_site.wait_until(lambda: running.states()["delivered"] > 100, 60, what="a broadcast under way")
        for number in range(300):
            phone = f"84907{number:06d}"
            await fresh_site.post_events([make_event(f"H17.33.2-260402-{number:04d}", 1, phone)])
            answered[phone] = time.time()
            await asyncio.sleep(0.2)
        await fresh_site.wait_until(lambda: not fresh_site.query(OPEN_STATUS), 60, what="the last status notice")
        left = running.cancel()
        arrived = {m["phone"]: datetime.fromisoformat(m["at"]) for m in await fresh_site.messages(channel="template")}
    waits = sorted((arrived[phone].astimezone(UTC)).timestamp() - at for phone, at in answered.items())
    p95 = statistics.quantiles(waits, n=20)[18]
    print(f"status beside 100,000 broadcast rows: p50 {statistics.median(waits):.3f} s, p95 {p95:.3f} s, {left} left")
    assert left > 0
    assert p95 <= 3.0


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("servers_fail_too", [False, True], ids=["workers", "workers-and-servers"])
async def test_ten_thousand_phones_and_twenty_kills(fresh_site: Site, servers_fail_too: bool) -> None:
    seed = int(os.environ.get("HOSO_SOAK_SEED") or random.SystemRandom().randrange(2**32))
    begun = time.monotonic()
    await fresh_site.order_fault(SEND, "slow:0.3")
    await fresh_site.order_fault(SEND, "no_answer_after_send", share=0.1)
    await fresh_site.order_fault(SEND, LATE, share=0.5)
    async with broadcast(fresh_site, LONG, seed=seed) as running:
        await running.write()
        trouble = [asyncio.create_task(running.kill_workers(20))]
        if servers_fail_too:
            trouble.append(asyncio.create_task(_break_servers(running)))
        await asyncio.gather(*trouble)
        evidence = await running.settle(120)
    _demand_the_headline(running, evidence)
    print(
        f"broadcast: {LONG} phones, seed {seed}, {running.kills} kills, {time.monotonic() - begun:.0f} s: "
        f"{dict(running.states())}, {len(evidence.messages)} messages, {len(evidence.doubts)} doubts"
    )


async def _break_servers(running: Broadcast) -> None:
    for number in range(4):
        await asyncio.sleep(running.random.uniform(3, 6))
        if number % 2:
            await running.stop_postgres()
        running.flush_valkey()


def _demand_the_headline(running: Broadcast, evidence: Evidence) -> None:
    """None lost: each row is delivered, or a recorded doubt for good. None doubled: receipts arrive, so at all."""
    doubted = {doubt.notice_id for doubt in evidence.doubts}
    ended = {step.notice_id for step in evidence.steps if (step.before, step.after) == ("in_doubt", "delivered")}
    assert ended, "no doubt was ended by a receipt"
    assert ended <= doubted
    assert len(evidence.notices) == len(running.ids)
    assert len(evidence.messages) == len({message["tracking_id"] for message in evidence.messages})
    in_doubt = {notice.id for notice in evidence.notices if notice.state == "in_doubt"}
    assert in_doubt <= doubted
    delivered = sum(notice.state in ("delivered", "read") for notice in evidence.notices)
    assert delivered == len(evidence.messages) == len(running.ids) - len(in_doubt)
