"""Token keeping by real processes with the real store: one refresh, and nothing lost when one is killed (zalo 2.5)."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from channels.zalo.auth import TokenState
from storage.accounts import AccountStore, all_accounts
from storage.crypto import Cipher, generate_key
from storage.database import Database
from tests.engines import register_secret
from tests.integration.channels.bench import OAUTH
from tests.integration.channels.conftest import EmulatorHandle

ROOT = Path(__file__).parents[3]


class Site:
    """A database with one account whose access token has ended, and processes that want one."""

    def __init__(
        self, emulator: EmulatorHandle, database: Database, store: AccountStore, order: dict[str, Any]
    ) -> None:
        self.emulator, self.database, self.store, self.order = emulator, database, store, order

    @asynccontextmanager
    async def process(self, **more: Any) -> AsyncIterator[asyncio.subprocess.Process]:
        """A process that is ready and waits."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.integration.channels.token_worker",
            json.dumps(self.order | more),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        try:
            assert process.stdout is not None
            assert await asyncio.wait_for(process.stdout.readline(), 30) == b"ready\n"
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def run(self, **more: Any) -> list[str]:
        async with self.process(**more) as process:
            return await results(process)

    async def refreshes(self) -> int:
        """Requests for tokens that reached the emulator."""
        rows = (await self.emulator.get("requests"))["requests"]
        return sum(row["path"] == OAUTH for row in rows)


async def results(process: asyncio.subprocess.Process) -> list[str]:
    """Let it go, and read what its workers got; nothing when it was killed."""
    output, _ = await asyncio.wait_for(process.communicate(b"go\n"), 30)
    found: list[str] = json.loads(output) if output else []
    return found


@pytest.fixture
async def site(emulator: EmulatorHandle, postgres_url: str) -> AsyncIterator[Site]:
    key = generate_key()
    register_secret(key)
    credentials = emulator.credentials
    order = {
        "postgres_url": postgres_url,
        "base": emulator.base,
        "key": key,
        "app_id": credentials["app_id"],
        "app_secret": credentials["app_secret"],
        "account_id": credentials["oa_id"],
        "workers": 1,
    }
    async with Database(postgres_url) as database:
        store = AccountStore(database, Cipher([key]))
        await store.seed(
            credentials["oa_id"],
            app_id=credentials["app_id"],
            access=SecretStr(credentials["access_token"]),
            refresh=SecretStr(credentials["refresh_token"]),
            expires_in_seconds=-60,
        )
        yield Site(emulator, database, store, order)


async def test_50_workers_of_two_processes_with_an_ended_token_make_one_refresh(site: Site) -> None:
    await site.emulator.order(OAUTH, "slow:0.2", times=None)
    async with site.process(workers=25) as one, site.process(workers=25) as other:
        first, second = await asyncio.gather(results(one), results(other))
    assert len(first) == len(second) == 25
    assert len({*first, *second}) == 1, "all got the same token"
    assert len(first[0]) == 64, "and no error"
    assert await site.refreshes() == 1
    assert (await site.store.read(site.order["account_id"])).version == 2
    assert await site.emulator.get("violations") == []


async def test_a_process_killed_after_the_answer_was_recorded_loses_nothing(site: Site) -> None:
    assert await site.run(die="after_record") == []
    (account,) = await all_accounts(site.database)
    assert (account.has_unsaved_answer, account.version) == (True, 1)
    (token,) = await site.run()
    assert len(token) == 64
    assert await site.refreshes() == 1, "the recorded answer was saved; nobody asked again"
    assert (await site.store.read(account.id)).version == 2
    assert await site.emulator.get("violations") == []


@pytest.mark.provokes_violations("refresh_token_reused")
async def test_a_process_killed_with_the_answer_in_its_hands_ends_in_a_clear_alarm(site: Site) -> None:
    assert await site.run(die="before_record") == []
    (answer,) = await site.run()
    assert answer == "NeedsAuthorization:-14014"
    (account,) = await all_accounts(site.database)
    assert (account.state, account.state_code) == (TokenState.NEEDS_AUTHORIZATION.value, "-14014")
    assert await site.refreshes() == 2, "asked once more and never again"
    (again,) = await site.run()
    assert again == "NeedsAuthorization:needs_authorization"
    assert await site.refreshes() == 2
