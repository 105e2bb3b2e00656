"""Stop means stop, and going on means the exact next row, whatever dies meanwhile."""

import asyncio

from redis import Redis

from tests.faults.broadcast_control import controlled
from tests.faults.trial import SEND
from tests.site import Site

PEOPLE = 2_000
WORKER = "worker-broadcast#9"
STOP_SECONDS = 5.0


async def test_a_broadcast_that_is_stopped_and_loses_a_worker_tells_everybody_exactly_once(shared_site: Site) -> None:
    await shared_site.order_fault(SEND, "slow:0.1")
    shared_site.start(WORKER)
    try:
        async with controlled(shared_site, PEOPLE, series="8711") as running:
            before = await running.until_sent(0.15)
            stopped = await running.pause()
            assert stopped.seconds < STOP_SECONDS
            assert stopped.arrived_later == 0
            place = (await running.see()).released
            assert place >= before
            await running.resume()
            await running.until_sent(0.4)
            shared_site.kill(WORKER)  # from now on the other one leads, if it did not before
            shared_site.start(WORKER)
            with Redis.from_url(shared_site.redis_url) as redis:
                redis.flushall()
            await running.until_sent(0.6)
            assert (await running.pause()).arrived_later == 0
            await running.resume()
            await running.until_sent(0.8)
            shared_site.kill("worker-broadcast")
            await shared_site.emulator("DELETE", "faults")
            await running.until_state("done", timeout=90)
            retried = await running.retry_doubts()
            messages = await running.until_all_delivered(30)
            assert len(messages) == len({one["phone"] for one in messages}) == PEOPLE, f"{retried} were retried"
            report = await running.report()
            assert (report.people, report.arrived, report.failed) == (PEOPLE, PEOPLE, 0)
    finally:
        shared_site.end(WORKER)
        await shared_site.emulator("DELETE", "faults")


async def test_what_is_cancelled_at_any_moment_reaches_nobody_more(shared_site: Site) -> None:
    await shared_site.order_fault(SEND, "slow:0.2")
    try:
        async with controlled(shared_site, PEOPLE, series="8712") as running:
            await running.until_sent(0.1)
            await running.cancel()
            await shared_site.wait_until(
                lambda: not {"held", "pending", "sending"} & set(running.states()), 15, what="an end of all rows"
            )
            messages = await running.messages()
            states = running.states()
            assert 0 < len(messages) == len({one["phone"] for one in messages}) < PEOPLE
            assert states["cancelled"] == PEOPLE - len(messages)
            await asyncio.sleep(1)
            assert len(await running.messages()) == len(messages)
    finally:
        await shared_site.emulator("DELETE", "faults")
