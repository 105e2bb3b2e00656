"""The one-stop system as a fault test needs it: it repeats what was not answered, and remembers what was."""

import asyncio
import itertools
import json
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.site import BATCH, SINGLE, Site, make_event

STORY = (1, 5, 2, 4, 9)  # "in processing" after "accepted" is not told again
EXPECTED = ("submitted", "supplement", "accepted", "finished")
POSTERS = 4
MAX_CHUNK = 40
REPEAT_SHARE = 0.1
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.1

_numbers = itertools.count(1)
"""Dossiers are numbered through the whole run: several tests may share one site."""


@dataclass(frozen=True)
class Dossier:
    """One dossier with the events of its life, oldest first."""

    code: str
    phone: str
    events: Sequence[dict[str, Any]]


def make_dossier() -> Dossier:
    """A dossier of its own, with a phone of its own."""
    number = next(_numbers)
    code = f"H17.33.2-{datetime(2026, 3, 2) + timedelta(days=number // 10_000):%y%m%d}-{number % 10_000:04d}"
    phone = f"84905{number:06d}"
    begun = datetime.now(UTC) - timedelta(minutes=len(STORY))
    events = [make_event(code, status, phone, at=begun + timedelta(minutes=n)) for n, status in enumerate(STORY)]
    return Dossier(code, phone, events)


class Traffic:
    """The events of some dossiers on their way into a site, in batches and singly, each dossier's in order.

    Attributes:
        answers: event id → the outcomes that 2xx answers gave it. Chunks are sometimes sent twice on purpose.
        streamed: ids of events whose XADD succeeded.
    """

    def __init__(self, site: Site, events: int, *, seed: int, per_second: float, by_stream: bool = False) -> None:
        self.dossiers = [make_dossier() for _ in range(events // len(STORY))]
        self.total = len(self.dossiers) * len(STORY)
        self.answers: dict[str, list[str]] = defaultdict(list)
        self.streamed: set[str] = set()
        self._site = site
        self._random = random.Random(seed)
        self._per_second = per_second
        self._by_stream = by_stream

    @property
    def codes(self) -> list[str]:
        """The dossiers' codes."""
        return [dossier.code for dossier in self.dossiers]

    @property
    def taken(self) -> int:
        """How many events the site has taken."""
        return len(self.answers) + len(self.streamed)

    async def run(self) -> None:
        """Send everything; returns when all of it is answered."""
        if self._by_stream:
            async with Redis.from_url(self._site.redis_url) as redis:
                await self._send_all(lambda chunk: self._add(redis, chunk))
        else:
            await self._send_all(self._post)

    async def _send_all(self, send: Callable[[Sequence[dict[str, Any]]], Awaitable[None]]) -> None:
        async with asyncio.TaskGroup() as posters:
            for number in range(POSTERS):
                posters.create_task(self._send_part(self.dossiers[number::POSTERS], send))

    async def _send_part(
        self, dossiers: Sequence[Dossier], send: Callable[[Sequence[dict[str, Any]]], Awaitable[None]]
    ) -> None:
        for step in range(len(STORY)):
            waiting = [dossier.events[step] for dossier in dossiers]
            self._random.shuffle(waiting)
            while waiting:
                size = 1 if self._random.random() < 0.5 else self._random.randint(2, MAX_CHUNK)
                chunk, waiting = waiting[:size], waiting[size:]
                for _ in range(2 if self._random.random() < REPEAT_SHARE else 1):
                    await send(chunk)
                await asyncio.sleep(len(chunk) * POSTERS / self._per_second)

    async def _post(self, chunk: Sequence[dict[str, Any]]) -> None:
        is_single = len(chunk) == 1
        body = json.dumps(chunk[0] if is_single else chunk).encode()

        async def try_once() -> bool:
            status, answer = await self._site.post(body, content_type=SINGLE if is_single else BATCH)
            if status == 429 or status >= 500:
                return False
            assert status == 200, f"{status}: {answer}"
            for result in answer["results"]:
                self.answers[result["id"]].append(result["outcome"])
            return True

        await _patiently(try_once)

    async def _add(self, redis: "Redis", chunk: Sequence[dict[str, Any]]) -> None:
        async def try_once() -> bool:
            for event in chunk:
                if event["id"] not in self.streamed:
                    await redis.xadd("hoso:events", {"event": json.dumps(event)})
                    self.streamed.add(event["id"])
            return True

        await _patiently(try_once)


async def _patiently(try_once: Callable[[], Awaitable[bool]]) -> None:
    """Repeat until it is taken, as the contract asks of senders: the same events with the same ids."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                if await try_once():
                    return
            except (aiohttp.ClientError, RedisError, OSError):
                pass
            await asyncio.sleep(PAUSE_SECONDS)
