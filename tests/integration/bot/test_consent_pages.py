"""The pages of a consent, whatever is behind them."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest

from bot.consent import ConsentRoutes, consent_document
from bot.inbox import Inbox
from storage.errors import DatabaseUnavailable, StorageError, UndecipherableValue
from tests.integration.bot.harness import running_bot


@pytest.mark.parametrize("error", [DatabaseUnavailable("away"), UndecipherableValue("key")])
async def test_without_postgresql_the_browser_is_asked_to_come_again(
    postgres_url: str, tmp_path: Path, error: StorageError
) -> None:
    async def find(_state: str) -> str | None:
        raise error

    async def finish(_query: Mapping[str, str]) -> str:
        raise error

    def routes(_inbox: Inbox) -> list[aiohttp.web.RouteDef]:
        return ConsentRoutes(find, finish).routes()

    async with running_bot(postgres_url, tmp_path, routes=routes, api_documents=[consent_document()]) as bot:
        for path in ("consent/some-state", "callback?code=1&oa_id=2&state=some-state"):
            async with bot.session.get(f"{bot.url}/oauth/zalo/{path}") as answer:
                page = await answer.text()
                assert (answer.status, "Hệ thống đang bận" in page) == (503, True)
                assert answer.headers["Cache-Control"] == "no-store"
                assert answer.headers["Referrer-Policy"] == "no-referrer"
                assert "some-state" not in page


async def test_a_database_that_hangs_keeps_no_browser_waiting(postgres_url: str, tmp_path: Path) -> None:
    finished = 0

    async def hang(_state: str) -> str | None:
        await asyncio.sleep(60)
        return None

    async def finish(_query: Mapping[str, str]) -> str:
        nonlocal finished
        finished += 1
        return "given"

    def routes(_inbox: Inbox) -> list[aiohttp.web.RouteDef]:
        return ConsentRoutes(hang, finish, find_seconds=0.1).routes()

    async with running_bot(postgres_url, tmp_path, routes=routes) as bot, asyncio.timeout(10):
        for path in ("consent/made-up", "callback?code=1&oa_id=2&state=made-up"):
            async with bot.session.get(f"{bot.url}/oauth/zalo/{path}") as answer:
                assert answer.status == 503
    assert finished == 0


async def test_a_scanner_that_only_asks_for_the_head_uses_no_consent_up(postgres_url: str, tmp_path: Path) -> None:
    finished: list[str] = []

    async def find(state: str) -> str | None:
        return f"https://oauth.example.vn/{state}"

    async def finish(query: Mapping[str, str]) -> str:
        finished.append(query["state"])
        return "given"

    def routes(_inbox: Inbox) -> list[aiohttp.web.RouteDef]:
        return ConsentRoutes(find, finish).routes()

    async with running_bot(postgres_url, tmp_path, routes=routes) as bot:
        async with bot.session.head(f"{bot.url}/oauth/zalo/callback?code=1&oa_id=2&state=s") as answer:
            assert (answer.status, finished) == (405, [])
        async with bot.session.get(f"{bot.url}/oauth/zalo/callback?code=1&oa_id=2&state=s") as answer:
            assert (answer.status, finished) == (200, ["s"])
