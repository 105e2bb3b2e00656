"""What every view has at hand; areas with needs of their own have keys of their own beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web
from redis.asyncio import Redis

from storage.crypto import Cipher
from storage.database import Database


@dataclass(frozen=True, slots=True)
class ConsoleConfig:
    """What the console must be told.

    `secure_cookies`: the console is reached over https. `trusts_proxy`: `X-Forwarded-For` is the reverse proxy's word.
    """

    zone: ZoneInfo
    base_url: str
    secure_cookies: bool
    trusts_proxy: bool = False
    idle_seconds: int = 30 * 60
    session_seconds: int = 12 * 3600
    is_emulated: bool = False
    """Zalo is the emulator: every page says so, so that nobody takes a trial for the real thing."""
    city: str = "Đà Nẵng"


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of the process that views use. `ring(lane)` rings the doorbell of a lane: there is work."""

    database: Database
    cipher: Cipher
    redis: Redis
    config: ConsoleConfig
    now: Callable[[], datetime]
    ring: Callable[[str], None]


DESK = web.AppKey("desk", Desk)
