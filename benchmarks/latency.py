"""From the answer to an event until the emulator has the message, at a steady rate, through the whole site."""

import asyncio
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.samples import STATUSES, event
from benchmarks.site import MeasuredSite, running_site

TOO_MANY = 429
SETTLE_SECONDS = 5


async def measure(folder: Path, *, rates: tuple[int, ...] = (20, 50), seconds: int = 15) -> dict[str, Any]:
    """Return p50, p95 and p99 in milliseconds for each rate of events a second."""
    figures = {}
    async with running_site(folder) as site:
        for number, rate in enumerate(rates):
            figures[f"latency_at_{rate}_per_s"] = await _at_rate(site, rate, seconds, number)
    return figures


async def _at_rate(site: MeasuredSite, rate: int, seconds: int, number: int) -> dict[str, Any]:
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        answered: dict[str, float] = {}
        async with asyncio.TaskGroup() as group:
            began = asyncio.get_running_loop().time()
            for count in range(rate * seconds):
                group.create_task(_post(session, site, number * 1_000_000 + count, answered))
                await asyncio.sleep(max(0.0, began + (count + 1) / rate - asyncio.get_running_loop().time()))
        await asyncio.sleep(SETTLE_SECONDS)
        async with session.get(f"{site.emulator_url}/_emulator/messages?channel=template") as response:
            messages = await response.json()
    arrived = {message["phone"]: datetime.fromisoformat(message["at"]).timestamp() for message in messages}
    waits = sorted((arrived[phone] - moment) * 1000 for phone, moment in answered.items() if phone in arrived)
    return {
        "events": len(answered),
        "arrived": len(waits),
        "p50_ms": round(waits[len(waits) // 2], 1),
        "p95_ms": round(waits[int(len(waits) * 0.95)], 1),
        "p99_ms": round(waits[int(len(waits) * 0.99)], 1),
    }


async def _post(session: aiohttp.ClientSession, site: MeasuredSite, number: int, answered: dict[str, float]) -> None:
    # The first event of a dossier of its own: one message to one phone.
    offered = event(number * len(STATUSES), now=datetime.now().astimezone())
    headers = {"Authorization": f"Bearer {site.key}", "Content-Type": "application/cloudevents+json"}
    while True:
        async with session.post(f"{site.url}/v1/events", json=offered, headers=headers) as answer:
            if answer.status != TOO_MANY:
                answer.raise_for_status()
                await answer.read()
                break
            pause = float(answer.headers.get("Retry-After", 1))
        await asyncio.sleep(pause)  # the machine is busy; what counts begins with the answer that takes the event
    answered["84" + offered["data"]["applicant"]["phone"][1:]] = time.time()
