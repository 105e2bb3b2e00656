"""The emulator on a real port, a client for it, and an account whose tokens it knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from channels.http import HttpClient, HttpConfig
from channels.zalo.auth import TokenPair
from channels.zalo.config import ZaloConfig
from emulator.app import create_app
from emulator.config import EmulatorConfig
from tests.integration.channels.memory_store import MemoryStore

# Quick, but not so quick that a busy machine makes a good answer late.
QUICK = HttpConfig(connect_seconds=3.0, read_seconds=1.5, pool_seconds=3.0, total_seconds=4.5)


class EmulatorHandle:
    """What tests ask of a running emulator, through its own addresses."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.base = base
        self.port = int(base.rpartition(":")[2])
        self._session = session
        self.credentials: dict[str, Any] = {}

    async def get(self, path: str) -> Any:
        async with self._session.get(f"{self.base}/_emulator/{path}") as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        async with self._session.post(f"{self.base}/_emulator/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def order(self, path: str, mode: str, times: int | None = 1) -> None:
        await self.post("faults", {"path": path, "mode": mode} | ({} if times is None else {"times": times}))

    async def add_phone(self, phone: str, **facts: Any) -> str:
        return str((await self.post("phones", {"phone": phone, **facts}))["user_id"])


@pytest.fixture
async def emulator() -> AsyncIterator[EmulatorHandle]:
    app = create_app(EmulatorConfig(night_rule=False, receipts=False))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        handle = EmulatorHandle(f"http://127.0.0.1:{runner.addresses[0][1]}", session)
        handle.credentials = await handle.get("credentials")
        yield handle
    await runner.cleanup()


@pytest.fixture
def zalo(emulator: EmulatorHandle) -> ZaloConfig:
    return ZaloConfig(
        app_id=emulator.credentials["app_id"],
        app_secret=SecretStr(emulator.credentials["app_secret"]),
        oauth_base=emulator.base,
        oa_base=emulator.base,
        template_base=emulator.base,
        refresh_lease_seconds=8.0,
        refresh_poll_seconds=0.01,
        token_cache_seconds=0.0,
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Clock:
    """Our side's time; tests turn it forward."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@pytest.fixture
def store(emulator: EmulatorHandle, clock: Clock) -> MemoryStore:
    pair = TokenPair(
        access_token=SecretStr(emulator.credentials["access_token"]),
        refresh_token=SecretStr(emulator.credentials["refresh_token"]),
        access_expires_at=clock() + timedelta(hours=25),
        refresh_expires_at=clock() + timedelta(days=90),
    )
    return MemoryStore(emulator.credentials["oa_id"], pair, clock)


@pytest.fixture
def bench(http: HttpClient, zalo: ZaloConfig, store: MemoryStore, clock: Clock, emulator: EmulatorHandle) -> Any:
    from tests.integration.channels.bench import Bench  # which needs the classes of this file

    return Bench(http, zalo, store, clock, emulator)


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient(QUICK) as client:
        yield client
