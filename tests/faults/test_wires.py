"""What a network does between us, the platform and PostgreSQL: cut at every point, silent, garbled, and in a COMMIT."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tests.engines import register_secret
from tests.faults.invariants import watch_states
from tests.faults.trial import SETTINGS, trial
from tests.proxy import Fault, FaultProxy, Wire
from tests.site import Site, running_site

NOTHING_LEFT = (Fault.RESET_ON_CONNECT, Fault.RESET_BEFORE_REQUEST, Fault.TOO_MANY)
IT_IS_OUT = (
    Fault.RESET_AFTER_REQUEST,
    Fault.CLOSE_AFTER_REQUEST,
    Fault.SWALLOW_ANSWER,
    Fault.HALF_ANSWER,
    Fault.HALF_ANSWER_RESET,
    Fault.GARBAGE_ANSWER,
    Fault.HTML_ANSWER,
)
CUTS = 8


@asynccontextmanager
async def wired_site(
    postgres_url: str, redis_url: str, data_dir: Path, process_log: Callable[[str], IO[bytes]]
) -> AsyncIterator[tuple[Site, FaultProxy, Wire]]:
    """A site whose way to the platform leads through a proxy, and whose way to PostgreSQL through a wire."""
    parts = conninfo_to_dict(postgres_url)
    socket_path = f"{parts['host']}/.s.PGSQL.{parts.get('port', 5432)}"
    async with FaultProxy("127.0.0.1", 0) as proxy, Wire(socket_path) as wire:
        settings = SETTINGS | {
            "HOSO_DATABASE_URL": _by_wire(postgres_url, wire.port),
            "HOSO_REDIS_URL": redis_url,
            "HOSO_ENCRYPTION_KEYS": register_secret(secrets.token_urlsafe(32)),
            "HOSO_ZALO_TEMPLATE_BASE": proxy.url,
        }
        watch_states(postgres_url)
        async with running_site(data_dir, process_log, settings=settings, kinds=("emulator", "up")) as site:
            proxy.upstream = ("127.0.0.1", int(site.emulator_url.rsplit(":", 1)[1]))
            # The test looks into the database directly: its wire would wait for this very loop.
            site.environment = site.environment | {"HOSO_DATABASE_URL": postgres_url}
            yield site, proxy, wire


def _by_wire(postgres_url: str, port: int) -> str:
    parts = conninfo_to_dict(postgres_url) | {"host": "127.0.0.1", "port": port}
    return psycopg.conninfo.make_conninfo(**parts, sslmode="disable", gssencmode="disable")


async def test_connections_that_break_at_any_point_neither_lose_nor_double_a_notice(
    postgres_url: str, redis_url: str, data_dir: Path, process_log: Callable[[str], IO[bytes]]
) -> None:
    faults = [*NOTHING_LEFT, *IT_IS_OUT, Fault.CLOSE_WHEN_IDLE]
    async with (
        wired_site(postgres_url, redis_url, data_dir, process_log) as (site, proxy, wire),
        trial(site, 500, per_second=60) as running,
    ):
        running.random.shuffle(faults)
        print(f"order {[fault.name for fault in faults]}")
        for number, fault in enumerate(faults):
            await running.reach((number + 1) / 20)
            proxy.fault = fault
            await running.reach((number + 1.5) / 20)
            proxy.fault = Fault.NONE
        wire.cut_after, wire.cuts_left = b"COMMIT", CUTS
        await running.reach(0.8)
        assert wire.cuts == CUTS
        wire.cut_after = b""  # and now at any moment
        while running.traffic.taken < 0.95 * running.traffic.total:
            wire.cuts_left = 1
            await asyncio.sleep(0.1)
        wire.cut_after = None
        await running.reach(1)
        running.let_waits_pass()
        evidence = await running.settle()
    assert evidence.doubts
    assert wire.cuts > CUTS
