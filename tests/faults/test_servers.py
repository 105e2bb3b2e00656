"""Valkey and PostgreSQL on their bad days: frozen, away, full, read-only, without a free connection."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from tests.faults.trial import trial
from tests.site import Site

OURS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""


@asynccontextmanager
async def frozen(site: Site, kind: str) -> AsyncIterator[None]:
    """The processes of a kind stand still: a server's with all that it has forked."""
    pids = [process.pid for process in site.family(kind)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@contextmanager
def away(site: Site) -> Iterator[None]:
    """Nobody reaches Valkey: its door is gone, and who was inside is thrown out."""
    door = Path(site.redis_url.removeprefix("unix://").partition("?")[0])
    hidden = door.with_suffix(".hidden")
    with Redis.from_url(site.redis_url) as inside:
        inside.ping()
        door.rename(hidden)
        try:
            inside.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            yield
        finally:
            hidden.rename(door)


@contextmanager
def full(site: Site) -> Iterator[None]:
    """Valkey takes nothing more."""
    with Redis.from_url(site.redis_url) as redis:
        redis.config_set("maxmemory", "1")
        try:
            yield
        finally:
            redis.config_set("maxmemory", "0")


async def test_a_valkey_that_freezes_goes_away_and_is_full_delays_nothing_that_comes_by_http(shared_site: Site) -> None:
    async with trial(shared_site, 400, per_second=20) as running:
        await running.reach(0.1)
        async with frozen(shared_site, "valkey"):
            await asyncio.sleep(7)
            await running.see_more_sent()
        with away(shared_site):
            await running.see_more_sent()
        with full(shared_site):
            await running.see_more_sent()
            assert running.traffic.taken < running.traffic.total
        await running.settle_delivered()


@contextmanager
def read_only(site: Site) -> Iterator[None]:
    """PostgreSQL takes no write from anybody who does not insist: as a standby that became the only server."""
    _alter(site, "SET default_transaction_read_only = on")
    try:
        yield
    finally:
        _alter(site, "RESET default_transaction_read_only")


def _alter(site: Site, change: str) -> None:
    with psycopg.connect(site.postgres_url, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f"ALTER SYSTEM {change}".encode())
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def crowded(site: Site) -> Iterator[None]:
    """No connection is free: others hold them all, ours were cut."""
    with ExitStack() as crowd:
        first = crowd.enter_context(psycopg.connect(site.postgres_url, autocommit=True))
        first.execute(OURS)
        with suppress(psycopg.OperationalError):
            for _ in range(1000):
                crowd.enter_context(psycopg.connect(site.postgres_url, autocommit=True))
        yield


async def test_a_postgres_that_freezes_is_read_only_and_crowded_keeps_what_was_answered(shared_site: Site) -> None:
    async with trial(shared_site, 300, per_second=60) as running:
        await running.reach(0.2)
        async with frozen(shared_site, "postgres"):
            await asyncio.sleep(3)
        await running.see_more_sent()
        await running.reach(0.4)
        with read_only(shared_site):
            await asyncio.sleep(2)
        await running.reach(0.7)
        with crowded(shared_site):
            await asyncio.sleep(2)
        await running.settle()


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_servers_that_are_away_for_long(fresh_site: Site) -> None:
    async with trial(fresh_site, 2000, per_second=15) as running:
        await running.reach(0.05)
        async with frozen(fresh_site, "valkey"):
            await asyncio.sleep(60)
            await running.see_more_sent()
        with away(fresh_site):
            await asyncio.sleep(25)
            await running.see_more_sent()
        async with frozen(fresh_site, "postgres"):
            await asyncio.sleep(30)
        await running.see_more_sent()
        await running.settle()


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_ten_hard_stops_of_postgres(fresh_site: Site) -> None:
    async with trial(fresh_site, 2000, per_second=40) as running:
        for number in range(10):
            await running.reach((number + 1) / 12)
            await running.kill("postgres")
        await running.settle(120)
