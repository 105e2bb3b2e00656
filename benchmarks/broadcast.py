"""A broadcast to many phones on one machine, made, approved and steered as officers do, with a day's work beside it.

Real processes all the way: `hoso up` with its emulator, one more worker for broadcasts, the desk that the console uses.
It is paused, resumed, one worker is killed, it is stopped and resumed again, while dossiers' events come in. No figure
comes of a run in which a phone got no message or two, or the officers' report differs from what arrived.

`python -m benchmarks.broadcast [PHONES]` runs it by hand (100,000 phones, some minutes).
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from aiohttp import ClientSession
from redis.asyncio import Redis

from benchmarks.folders import new_folder
from console import sessions
from hoso.loops import run_async
from storage import officers
from storage.database import Database
from storage.officers import EVERYWHERE, Grant, Role

PHONES = 100_000
SERIES = "8710"
EVENTS_PAUSE_SECONDS = 0.5
SETTINGS = {
    "HOSO_LEASE_SECONDS": "20",
    "HOSO_IN_DOUBT_SECONDS": "5",
    "HOSO_BROADCAST_CANARY_MINUTES": "0.05",
}
WORKER = "worker-broadcast#2"
LONGEST_SECONDS = 1800.0


class StatusTraffic:
    """Events of dossiers at a steady pace; when each was answered, by phone."""

    def __init__(self, site: Any, make_event: Any) -> None:
        self.answered: dict[str, float] = {}
        self._site = site
        self._make_event = make_event

    async def run(self) -> None:
        """Post until cancelled."""
        number = 0
        while True:
            number += 1
            phone = f"84907{number:06d}"
            event = self._make_event(f"H17.33.2-{260000 + number // 10_000:06d}-{number % 10_000:04d}", 1, phone)
            await self._site.post_events([event])
            self.answered[phone] = time.time()
            await asyncio.sleep(EVENTS_PAUSE_SECONDS)

    def waits(self, messages: list[dict[str, Any]]) -> list[float]:
        """Seconds from each answer to the arrival on the phone."""
        arrived = {one["phone"]: datetime.fromisoformat(one["at"]).astimezone(UTC).timestamp() for one in messages}
        return sorted(arrived[phone] - at for phone, at in self.answered.items())


class OfficersTraffic:
    """An officer who looks at one page after the other of the console, twice a second; how long each took."""

    PAGES = ("/console/", "/console/broadcasts", "/console/broadcasts/{number}", "/console/dossiers", "/console/due")

    def __init__(self, site: Any, database: Database) -> None:
        self.seconds: dict[str, list[float]] = {page: [] for page in self.PAGES}
        self.number = ""
        self._site = site
        self._database = database

    async def run(self) -> None:
        """Look until cancelled.

        Raises:
            RuntimeError: a page is not what it should be.
        """
        async with (
            Redis.from_url(self._site.redis_url) as redis,
            ClientSession(cookies=await self._enter(redis)) as web,
        ):
            while True:
                for page in self.PAGES:
                    if "{" not in page or self.number:
                        await self._look(web, page)
                        await asyncio.sleep(EVENTS_PAUSE_SECONDS)

    def p95_ms(self) -> dict[str, int]:
        """The slowest twentieth of each page, and of all."""
        every = {"all": [one for taken in self.seconds.values() for one in taken], **self.seconds}
        return {page: round(1000 * statistics.quantiles(taken, n=20)[18]) for page, taken in every.items() if taken[1:]}

    async def _look(self, web: ClientSession, page: str) -> None:
        begun = time.perf_counter()
        async with web.get(self._site.url + page.format(number=self.number), allow_redirects=False) as answer:
            await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{page}: {answer.status}")
        self.seconds[page].append(time.perf_counter() - begun)

    async def _enter(self, redis: Redis) -> dict[str, str]:
        """A session as the sign-in makes it, without its form."""
        async with self._database.transaction() as connection:
            officer_id = await officers.add(
                connection,
                login="looks-on",
                name="Cán bộ",
                grants=[Grant(EVERYWHERE, Role.AUTHOR)],
                password_hash="none",
                created_by="benchmark",
                must_set_up=False,
            )
        key, now = sessions.new_key(), time.time()
        content = {"officer": officer_id, "version": 1, "stage": "full", "sid": "benchmark", "csrf": "-", "opened": now}
        content |= {"seen": now, "address": "127.0.0.1", "agent": "benchmark"}
        await redis.set(sessions.storage_key(key), json.dumps(content), ex=3600)
        await redis.hset(sessions.list_key(officer_id or 0), "benchmark", sessions.storage_key(key))
        return {sessions.COOKIE: key}


async def _steer(site: Any, phones: int) -> dict[str, Any]:
    from tests.faults.broadcast_control import controlled
    from tests.site import make_event

    traffic = StatusTraffic(site, make_event)
    posting = asyncio.create_task(traffic.run())
    async with Database(site.postgres_url, max_size=1) as database:
        officer = OfficersTraffic(site, database)
        looking = asyncio.create_task(officer.run())
        await asyncio.sleep(1)  # its session is made by then
    begun = time.monotonic()
    async with controlled(site, phones, series=SERIES) as running:
        made = time.monotonic()
        officer.number = running.number
        watching = asyncio.create_task(running.watch())
        await running.until_state("canary", "sending", timeout=LONGEST_SECONDS)
        prepared = time.monotonic()
        stops = []
        await running.until_sent(0.2, LONGEST_SECONDS)
        stops.append(await running.pause())
        await running.resume()
        await running.until_sent(0.45, LONGEST_SECONDS)
        site.kill(WORKER)
        await running.until_sent(0.6, LONGEST_SECONDS)
        stops.append(await running.pause())
        site.start(WORKER)
        await running.resume()
        done = await running.until_state("done", timeout=LONGEST_SECONDS)
        ended = time.monotonic()
        progress = done.progress
        confirmed = time.monotonic()
        retried = await running.retry_doubts(LONGEST_SECONDS)
        messages = await running.until_all_delivered(LONGEST_SECONDS)
        confirmed_s = time.monotonic() - confirmed
        looking.cancel()
        posting.cancel()
        await asyncio.gather(looking, posting, return_exceptions=True)
        if not looking.cancelled():
            raise RuntimeError("the console failed meanwhile") from looking.exception()
        report = await running.report()
        await asyncio.sleep(5)  # the last events' notices
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await running.look()
        waits = traffic.waits(list(running.seen.values()))
    told = {one["phone"] for one in messages}
    if not (len(messages) == len(told) == report.people == report.arrived == phones):
        raise RuntimeError(f"{len(messages)} messages to {len(told)} of {phones} phones; the report says {report}")
    quantiles = statistics.quantiles(waits, n=20)
    return {
        "phones": phones,
        "messages": len(messages),
        "report_arrived": report.arrived,
        "listed_and_approved_s": round(made - begun, 1),
        "rows_made_s": round(prepared - made, 1),
        "sent_s": round(ended - prepared, 1),
        "sent_per_s": round(phones / (ended - prepared)),
        "last_receipt_after_s": round(confirmed_s, 1),
        "stop_s": [round(stop.seconds, 2) for stop in stops],
        "arrived_after_stop": [stop.arrived_later for stop in stops],
        "in_doubt_after_kill": retried,
        "last_progress": {name: progress.get(name) for name in ("rate_per_second", "counts", "cost_vnd")},
        "status_notices": len(waits),
        "status_p50_s": round(statistics.median(waits), 3),
        "status_p95_s": round(quantiles[18], 3),
        "console_pages": sum(map(len, officer.seconds.values())),
        "console_p95_ms": officer.p95_ms(),
    }


def measure(folder: Path, phones: int = PHONES) -> dict[str, Any]:
    """Run a site in `folder` and return the figures.

    Raises:
        RuntimeError: a phone got no message or two, or the report is wrong.
    """
    os.environ.setdefault("HOSO_TEST_RUN_DIR", str(folder))
    from tests.site import start_site

    with ExitStack() as files:

        def log(name: str) -> IO[bytes]:
            return files.enter_context((folder / f"{name}.log").open("ab", buffering=0))

        with start_site(folder / "data", log, settings=SETTINGS) as site:
            site.start(WORKER)
            return run_async(_steer(site, phones))


if __name__ == "__main__":
    print(json.dumps(measure(new_folder("broadcast"), int(sys.argv[1]) if len(sys.argv) > 1 else PHONES), indent=2))
