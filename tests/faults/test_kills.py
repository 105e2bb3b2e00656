"""kill -9 of each process kind and of both servers in the middle of the traffic: nothing lost, nothing doubled."""

import asyncio
import os
import signal
from collections import Counter

import pytest
from redis import Redis

from tests.faults.trial import DOUBT_SECONDS, LEASE_SECONDS, SEND, trial
from tests.site import Site


async def test_a_killed_web_server_loses_no_event_that_it_answered(shared_site: Site) -> None:
    async with trial(shared_site) as running:
        for share in (0.2, 0.5, 0.8):
            await running.reach(share)
            await running.kill("serve")
        await running.settle()


async def test_a_killed_bridge_loses_no_entry_of_the_stream(shared_site: Site) -> None:
    async with trial(shared_site, by_stream=True) as running:
        for share in (0.3, 0.7):
            await running.reach(share)
            await running.kill("bridge")
        await running.settle_delivered()


UNDER_WAY = "SELECT 1 FROM notices WHERE state = 'sending' LIMIT 1"


async def test_workers_killed_with_requests_under_way_send_nothing_twice_without_a_doubt(shared_site: Site) -> None:
    await shared_site.order_fault(SEND, "slow:0.2")  # so that there are always some under way
    async with trial(shared_site) as running:
        for share in (0.2, 0.45, 0.7):
            await running.reach(share)
            await shared_site.wait_until(lambda: shared_site.query(UNDER_WAY), what="a request under way")
            await running.kill("worker")
            await asyncio.sleep(running.random.uniform(0, 0.5))
        await running.settle()


async def test_a_killed_bot_answers_every_message_that_was_kept(shared_site: Site) -> None:
    phones = [f"84906{number:06d}" for number in range(30)]
    async with trial(shared_site, 100) as running:
        for number, phone in enumerate(phones):
            await shared_site.emulator("POST", f"phones/{phone}/send", {"text": "xin chào"})
            if number in (8, 16):
                await running.kill("bot")
        await running.settle_delivered()
    # The minute passes for what the dead ones held.
    shared_site.query("UPDATE inbox SET lease_until = now() WHERE kind = 'message' AND state = 'working'")
    statement = "SELECT state, note FROM inbox WHERE kind = 'message' AND state NOT IN ('pending', 'working')"
    ended = await shared_site.wait_until(
        lambda: len(rows := shared_site.query(statement)) == len(phones) and rows, 60, what="an end for every message"
    )
    assert {state for state, _ in ended} == {"done"}
    notes = Counter(note for _, note in ended)
    replies = Counter(message["phone"] for message in await shared_site.messages(channel="oa"))
    assert len(replies) >= len(phones) - notes["in_doubt"]
    assert replies.total() <= len(phones) + notes["possible duplicate"]


async def test_a_platform_that_dies_with_requests_under_way_gets_none_of_them_twice_without_a_doubt(
    shared_site: Site,
) -> None:
    await shared_site.order_fault(SEND, "slow:0.2")
    async with trial(shared_site) as running:
        await running.reach(0.5)
        await running.kill("emulator")
        await running.reach(1)
        running.let_waits_pass()
        await running.settle()


async def test_a_killed_postgres_keeps_what_was_answered(shared_site: Site) -> None:
    async with trial(shared_site) as running:
        for share in (0.3, 0.7):
            await running.reach(share)
            await running.kill("postgres")
        await running.settle()
        # Receipts that came meanwhile were answered 200 and kept on the disk.
        await shared_site.wait_until(lambda: not running.states()["accepted"], 30, what="the receipts that were kept")


async def test_a_killed_valkey_loses_no_entry_of_the_stream_and_no_bell_for_long(shared_site: Site) -> None:
    async with trial(shared_site, by_stream=True) as running:
        for share in (0.3, 0.7):
            await running.reach(share)
            await running.kill("valkey")
        await running.settle_delivered()


async def test_a_flushed_valkey_loses_nothing_that_came_by_http(shared_site: Site) -> None:
    async with trial(shared_site) as running:
        for share in (0.2, 0.4, 0.6, 0.8):
            await running.reach(share)
            with Redis.from_url(shared_site.redis_url) as redis:
                redis.flushall()
        await running.settle_delivered()


async def test_a_worker_frozen_for_longer_than_its_lease_changes_nothing_when_it_thaws(shared_site: Site) -> None:
    await shared_site.order_fault(SEND, "slow:0.5")
    other, frozen = shared_site.pid_of("worker"), shared_site.start("worker")
    try:
        with Redis.from_url(shared_site.redis_url) as redis:
            await shared_site.wait_until(lambda: len(_listeners(redis)) > 1, 30, what="the second worker")
        async with trial(shared_site, per_second=50) as running:
            await running.reach(0.1)
            os.kill(other, signal.SIGSTOP)  # so that all there is goes through the one that is to be frozen
            await running.see_more_sent()
            await shared_site.wait_until(lambda: shared_site.query(UNDER_WAY), what="a request under way")
            os.kill(frozen, signal.SIGSTOP)
            os.kill(other, signal.SIGCONT)
            await asyncio.sleep(LEASE_SECONDS + DOUBT_SECONDS + 1)
            os.kill(frozen, signal.SIGCONT)
            await running.settle()
    finally:
        for pid in (other, frozen):
            os.kill(pid, signal.SIGCONT)
        await asyncio.to_thread(shared_site.end, "worker")


def _listeners(redis: "Redis") -> list[str]:
    """Who waits for the bell: a blocking read of RQ's queue."""
    return [client["id"] for client in redis.client_list() if client["cmd"] in ("blmove", "brpoplpush", "blpop")]


async def test_a_killed_supervisor_takes_its_children_along_and_a_new_one_goes_on(shared_site: Site) -> None:
    async with trial(shared_site) as running:
        await running.reach(0.4)
        engines = shared_site.pid_of("postgres"), shared_site.pid_of("valkey")
        await running.kill("supervisor")
        assert (shared_site.pid_of("postgres"), shared_site.pid_of("valkey")) == engines, "they are adopted"
        await running.reach(1)
        running.let_waits_pass()
        await running.settle()


async def test_a_killed_fork_server_takes_its_processes_along_and_the_supervisor_starts_them_again(
    shared_site: Site,
) -> None:
    async with trial(shared_site) as running:
        await running.reach(0.4)
        supervisor = shared_site.pid_of("supervisor")
        await running.kill("fork-server")
        await running.reach(1)
        running.let_waits_pass()
        await running.settle()
        assert shared_site.pid_of("supervisor") == supervisor


@pytest.mark.timeout(240)
async def test_every_kind_killed_once_within_two_thousand_events_loses_and_doubles_nothing(shared_site: Site) -> None:
    await shared_site.order_fault(SEND, "slow:0.05")
    kinds = ["serve", "bot", "bridge", "worker", "emulator", "postgres", "valkey", "supervisor", "fork-server"]
    async with trial(shared_site, 2000, per_second=120) as running:
        running.random.shuffle(kinds)
        print(f"order {kinds}")
        for number, kind in enumerate(kinds, start=1):
            await running.reach(number / (len(kinds) + 1))
            await running.kill(kind)
        await running.reach(1)
        running.let_waits_pass()
        await running.settle()
