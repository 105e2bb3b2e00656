"""What comes back from a consent went through a browser: it is believed only as far as the platform confirms it."""

import asyncio
import json
import re
import sys
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest

from tests.engines import register_secret
from tests.site import Site


async def _accounts(site: Site) -> Any:
    return json.loads((await asyncio.to_thread(site.hoso, "accounts", "list", "--json")).stdout)


async def _agree(site: Site, browser: aiohttp.ClientSession) -> tuple[asyncio.subprocess.Process, str]:
    """Begin, and press the button; the command that waits, and the address to which the browser is sent."""
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hoso", "accounts", "authorize"),
        env=site.environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert command.stdout is not None
    async with asyncio.timeout(60):
        await command.stdout.readline()
        address = (await command.stdout.readline()).decode().strip()
    async with browser.get(address, allow_redirects=False) as answer:
        platform = answer.headers["Location"]
    asked = dict(parse_qsl(urlsplit(platform).query))
    async with browser.post(platform.split("?")[0], data=asked, allow_redirects=False) as answer:
        return command, answer.headers["Location"]


async def test_the_platform_tells_whose_tokens_they_are_not_the_address(site: Site) -> None:
    [before] = await _accounts(site)
    async with aiohttp.ClientSession() as browser:
        command, back = await _agree(site, browser)
        async with browser.get(re.sub(r"oa_id=\w*", "oa_id=999", back)) as answer:
            assert answer.status == 200
    async with asyncio.timeout(60):
        words, _ = await command.communicate()
    assert (command.returncode, before["id"].encode() in words) == (0, True), words
    for token in (await site.emulator("GET", "credentials"))["current"].values():
        register_secret(token)
    [after] = await _accounts(site)
    assert (after["id"], after["version"]) == (before["id"], before["version"] + 1)


@pytest.mark.parametrize("written", ["oa_id=%00", "oa_id=", "oa_id=1%0d%0aSet-Cookie:x"])
async def test_what_names_no_account_ends_the_consent_before_the_code_is_spent(site: Site, written: str) -> None:
    before = await _accounts(site)
    async with aiohttp.ClientSession() as browser:
        command, back = await _agree(site, browser)
        async with browser.get(re.sub(r"oa_id=\w*", written, back)) as answer:
            assert (answer.status, "Chưa kết nối được" in await answer.text()) == (400, True)
    async with asyncio.timeout(60):
        words, _ = await command.communicate()
    assert (command.returncode, b"no tokens" in words) == (1, True), words
    assert await _accounts(site) == before
