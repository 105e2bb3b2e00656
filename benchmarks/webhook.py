"""How fast the platform's door takes signed events, beside a bare aiohttp handler that does nothing with them."""

import asyncio
import os
import statistics
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import psycopg

from benchmarks.press import Pressed, pace, press
from benchmarks.webhook_events import APP_ID, OA_ID, OA_SECRET, signed_requests
from hoso.embedded import start_engines
from hoso.loops import run_async
from hoso.ports import free_ports
from hoso.process import own_command
from storage.crypto import generate_key
from storage.migrations import migrate

ROUNDS = 5
CONNECTIONS = 256  # so many that neither server ever waits for a request, nor ours for one commit after the other
WARM_UP = 2_000
PACED_PER_SECOND = 500
READY_SECONDS = 30
TEMPLATES = (
    "submitted",
    "accepted",
    "refused",
    "supplement",
    "finished",
    "withdrawn",
    "payment",
    "stopped",
    "returned",
)


@dataclass(frozen=True)
class _Server:
    """A process under pressure."""

    port: int
    process: psutil.Process

    async def press(self, requests: list[bytes]) -> tuple[Pressed, float]:
        """Return what came of it, and how busy the process was (1: one core, all the time)."""
        before = self.process.cpu_times()
        pressed = await press(self.port, requests, connections=CONNECTIONS)
        after = self.process.cpu_times()
        return pressed, (after.user - before.user + after.system - before.system) / pressed.seconds


def measure(folder: Path, *, count: int = 20_000, paced_seconds: int = 15) -> dict[str, Any]:
    """Return the webhook's ceiling, the bare handler's (medians of rounds in turns), and the waits at a steady rate."""
    with start_engines(folder) as engines:
        assert engines.postgres_url is not None
        assert engines.redis_url is not None
        migrate(engines.postgres_url)
        environment = _environment(folder, engines.postgres_url, engines.redis_url)
        return run_async(_measure(engines.postgres_url, environment, count, paced_seconds))


async def _measure(url: str, environment: dict[str, str], count: int, paced_seconds: int) -> dict[str, Any]:
    port, bare_port = free_ports(2)
    environment |= {"HOSO_LISTEN": f"127.0.0.1:{port}"}
    rates: dict[str, list[float]] = {"webhook": [], "bare": []}
    busy: dict[str, list[float]] = {"webhook": [], "bare": []}
    async with (
        _serving(own_command("serve"), environment, port) as webhook,
        _serving([sys.executable, "-m", "benchmarks.bare_handler", str(bare_port)], environment, bare_port) as bare,
    ):
        servers = {"webhook": webhook, "bare": bare}
        for server in servers.values():
            await server.press(signed_requests(WARM_UP, run="warm"))
        for number in range(ROUNDS):
            requests = signed_requests(count, run=f"round{number}")
            for name, server in servers.items():
                pressed, share = await server.press(requests)
                rates[name].append(pressed.per_second)
                busy[name].append(share)
        paced = signed_requests(PACED_PER_SECOND * paced_seconds, run="paced")
        waited = await pace(port, paced, per_second=PACED_PER_SECOND, connections=CONNECTIONS)
    sent = WARM_UP + ROUNDS * count + len(paced)
    if (stored := _count_rows(url)) != sent:
        raise RuntimeError(f"{sent} events were answered with 200, and {stored} are stored")
    return _figures(rates, busy, count, waited)


def _figures(
    rates: dict[str, list[float]], busy: dict[str, list[float]], count: int, waited: Pressed
) -> dict[str, Any]:
    # Each round's own: what else the machine does at that time slows both.
    ratios = [webhook / bare for webhook, bare in zip(rates["webhook"], rates["bare"], strict=True)]
    return {
        "events_per_round": count,
        "connections": CONNECTIONS,
        "events_per_s": round(statistics.median(rates["webhook"])),
        "bare_handler_per_s": round(statistics.median(rates["bare"])),
        "ratio": round(statistics.median(ratios), 3),
        "cpu_us": round(statistics.median(_cpu_us(busy["webhook"], rates["webhook"]))),
        "bare_cpu_us": round(statistics.median(_cpu_us(busy["bare"], rates["bare"]))),
        f"latency_at_{PACED_PER_SECOND}_per_s": {
            "events": len(waited.waits),
            "p50_ms": round(waited.wait_ms(0.50), 1),
            "p95_ms": round(waited.wait_ms(0.95), 1),
            "p99_ms": round(waited.wait_ms(0.99), 1),
        },
    }


def _cpu_us(shares: list[float], rates: list[float]) -> list[float]:
    return [share / rate * 1_000_000 for share, rate in zip(shares, rates, strict=True)]


def _environment(folder: Path, postgres_url: str, redis_url: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HOSO_")}
    templates = {f"HOSO_ZALO_TEMPLATE_{name.upper()}": "400101" for name in TEMPLATES}
    return (
        own
        | templates
        | {
            "HOSO_ENV_FILE": "",
            "HOSO_DATA_DIR": str(folder),
            "HOSO_DATABASE_URL": postgres_url,
            "HOSO_REDIS_URL": redis_url,
            "HOSO_ENCRYPTION_KEYS": generate_key(),
            "HOSO_ZALO_APP_ID": APP_ID,
            "HOSO_ZALO_APP_SECRET": "app-secret-for-the-benchmark",
            "HOSO_ZALO_OA_ID": OA_ID,
            "HOSO_ZALO_OA_SECRET_KEYS": OA_SECRET.get_secret_value(),
            "HOSO_LOG_LEVEL": "error",
        }
    )


@asynccontextmanager
async def _serving(command: list[str], environment: dict[str, str], port: int) -> AsyncIterator[_Server]:
    process = await asyncio.create_subprocess_exec(*command, env=environment)
    try:
        await _until_ready(f"http://127.0.0.1:{port}/readyz", process)
        yield _Server(port, psutil.Process(process.pid))
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_ready(url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(READY_SECONDS), aiohttp.ClientSession() as session:
        while True:
            if process.returncode is not None:
                raise RuntimeError(f"a server ended with {process.returncode} before it was ready")
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


def _count_rows(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM inbox").fetchone()
    assert row is not None
    return int(row[0])
