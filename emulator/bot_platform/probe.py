"""Tries a webhook's address once, as `testWebhook` and the newer `setWebhook` do (docs: zalo 8.1, grade C)."""

import time
from dataclasses import dataclass

import aiohttp

from emulator.bot_platform.platform import webhook_headers

EMPTY_UPDATE = b'{"ok":true,"result":{}}'


@dataclass(frozen=True, slots=True)
class Trial:
    """How an address answered: its HTTP status, 0 for none, after so many milliseconds."""

    status: int
    milliseconds: int

    @property
    def outcome(self) -> str:
        """In a word."""
        return "SUCCESS" if self.status == 200 else f"HTTP_{self.status}" if self.status else "UNREACHABLE"


async def try_webhook(url: str, secret: str, deadline_seconds: float) -> Trial:
    """Call the address with an update that holds nothing; never raises for what the other side does."""
    started = time.monotonic()
    timeout = aiohttp.ClientTimeout(total=deadline_seconds)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=EMPTY_UPDATE, headers=webhook_headers(secret), allow_redirects=False) as said,
        ):
            status = said.status
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        status = 0
    return Trial(status, int((time.monotonic() - started) * 1000))
