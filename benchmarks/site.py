"""A whole site for measuring: `hoso up` in a folder of its own, on free ports, with the emulator standing in."""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from hoso.ports import free_ports

READY_SECONDS = 60


@dataclass(frozen=True)
class MeasuredSite:
    """Addresses and the key of a running site."""

    url: str
    emulator_url: str
    key: str


@asynccontextmanager
async def running_site(folder: Path) -> AsyncIterator[MeasuredSite]:
    """Start a site in `folder` and stop it afterwards."""
    server, emulator = free_ports(2)
    site = MeasuredSite(f"http://127.0.0.1:{server}", f"http://127.0.0.1:{emulator}", secrets.token_urlsafe(16))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOSO_")} | {
        "HOSO_ENV_FILE": "",
        "HOSO_DATA_DIR": str(folder),
        "HOSO_LISTEN": site.url.removeprefix("http://"),
        "HOSO_EMULATOR_LISTEN": site.emulator_url.removeprefix("http://"),
        "HOSO_EVENT_KEYS": f"bench:{site.key}",
        "HOSO_LOG_LEVEL": "error",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hoso", "up", env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await _until_ready(site)
        yield site
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_ready(site: MeasuredSite) -> None:
    async with asyncio.timeout(READY_SECONDS), aiohttp.ClientSession() as session:
        for url in (f"{site.url}/readyz", f"{site.emulator_url}/_emulator/clock"):
            while True:
                try:
                    async with session.get(url) as answer:
                        if answer.status == 200:
                            break
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)
