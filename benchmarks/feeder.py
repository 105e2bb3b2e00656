"""Events into the real intake, as the web server or the bridge would: batches, commit, doorbell. A process of its own.

`python -m benchmarks.feeder RUN COUNT BATCH RATE`: COUNT events, each the first of its dossier, in batches of BATCH;
RATE events a second, or 0: as fast as they are taken. Prints a line of JSON: when it began, its CPU seconds, and,
when paced, the moment after each event's commit by event id.
"""

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

from benchmarks.samples import first_event
from hoso import parts
from hoso.collector import spare_the_collector
from hoso.loops import run_async
from hoso.settings import load_settings
from hoso.site import open_site
from status_bridge.intake import Intake
from workers.doorbell import Doorbell

AT_ONCE = 2
"""So many batches are under way: while the server writes one, the next one is read, as for two who post."""


async def _feed(taker: Intake, run: int, count: int, batch: int, rate: float) -> dict[str, Any]:
    now = datetime.now(UTC)
    offered = [first_event(number, now=now, run=run) for number in range(count)]
    spare_the_collector()  # as the processes that take events do
    cpu, began, committed = time.process_time(), time.time(), {}
    starts = iter(range(0, count, batch))

    async def offer() -> None:
        for start in starts:
            if rate:
                await asyncio.sleep(max(0.0, began + start / rate - time.time()))
            results = await taker.take(offered[start : start + batch])
            moment = time.time()
            for result in results:
                if result.outcome != "accepted":
                    raise RuntimeError(f"an event was {result.outcome}, not accepted")
                if rate:
                    committed[result.id] = moment

    await asyncio.gather(*(offer() for _ in range(AT_ONCE)))
    return {"began": began, "ended": time.time(), "cpu": time.process_time() - cpu, "committed": committed}


async def _main(run: int, count: int, batch: int, rate: float) -> dict[str, Any]:
    with open_site(load_settings()) as site:
        bell = Doorbell(site.redis_url)
        try:
            async with site.database() as database:
                taker = parts.intake(site, database, site.cipher, on_work=bell.ring_soon)
                return await _feed(taker, run, count, batch, rate)
        finally:
            await bell.aclose()


if __name__ == "__main__":
    print(json.dumps(run_async(_main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))))
