"""The doctor's look at what guards the sending: the brake, the site's mark, and what is stuck."""

from collections.abc import AsyncIterator

from hoso.findings import Finding, Verdict
from hoso.site import Site
from storage import brake, mark, stuck
from storage.database import Database
from storage.mark import Tick
from storage.stuck import Patience
from workers.brake import ADVICE
from workers.mark import judge
from workers.mark_memory import FileMemory, Memory, MemoryAway, RedisMemory


async def look_at_brake(_: Site, database: Database) -> AsyncIterator[Finding]:
    """Say whether sending is stopped, and why."""
    status = await brake.status(database)
    if not status.engaged:
        yield Finding("brake", "ok", "off")
        return
    advice = ADVICE.get(status.cause or "", "hoso brake off")
    verdict: Verdict = "fail" if status.release_at is None else "warn"
    yield Finding("brake", verdict, f"ALL SENDING IS STOPPED ({status.cause}: {status.detail}); {advice}")


async def look_at_mark(site: Site, database: Database) -> AsyncIterator[Finding]:
    """Say whether the database's past is ours, without a tick."""
    redis = RedisMemory(site.redis_url)
    memories: list[Memory] = [redis, FileMemory(site.settings.data_dir)]
    remembered: list[Tick] = []
    for memory in memories:
        try:
            tick = await memory.recall()
        except MemoryAway:
            continue
        if tick is not None:
            remembered.append(tick)
    await redis.aclose()
    found = await mark.read(database)
    alarm = judge(found, remembered)
    if alarm is not None:
        yield Finding("mark", "fail", f"{alarm.cause}: {alarm.detail}; {ADVICE[alarm.cause]}")
    elif not remembered:
        yield Finding("mark", "ok", "nothing is remembered outside yet; the first worker does")
    else:
        yield Finding("mark", "ok", f"the database's past is ours, to tick {found.ticks}")


async def look_at_stuck(_: Site, database: Database) -> AsyncIterator[Finding]:
    """Say what stays too long where it is."""
    counts = {state: number for state, number in (await stuck.count(database, Patience())).items() if number}
    if not counts:
        yield Finding("stuck", "ok", "nothing stays too long in one state")
        return
    shown = ", ".join(f"{number} {state}" for state, number in counts.items())
    yield Finding("stuck", "warn", f"{shown}; is a worker running? see: hoso brake status, hoso notices list")
