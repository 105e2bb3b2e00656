"""The Redis stream source: `hoso:events`, field `event` holding the JSON of one event (contract, section 4).

The group starts at 0, a consumer first reads what it already owned, takes over what the dead left, and acknowledges
only after the commit (docs: rq-httpx-redis-pitfalls A6). What cannot be taken goes to `hoso:events:dead` with the
reason. Handling an entry twice is harmless: intake knows the event's identity.
"""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from typing import Any, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from status_bridge import metrics
from status_bridge.intake import Intake
from status_bridge.notices import EventOutcome
from status_bridge.sources.body import BodyError, decode_json
from storage.errors import StorageError

STREAM = "hoso:events"
DEAD = "hoso:events:dead"
GROUP = "hoso"
BATCH_ENTRIES = 500
BLOCK_MS = 1000
TAKE_OVER_IDLE_MS = 60_000
HOUSEKEEPING_SECONDS = 30
KEEP_SECONDS = 24 * 3600
DEAD_ENTRIES = 100_000
log = structlog.get_logger()

Entry = tuple[bytes, dict[bytes, bytes] | None]


class StreamSource:
    """One consumer of the stream. Give each process its own stable `consumer` name.

    `redis` must be a client with `decode_responses` off and a socket timeout longer than `BLOCK_MS`.
    """

    def __init__(self, redis: "Redis", intake: Intake, *, consumer: str) -> None:
        self._redis = redis
        self._intake = intake
        self._consumer = consumer

    async def run(self, stop: asyncio.Event) -> None:
        """Take entries until `stop` is set; outages of Redis and PostgreSQL are waited out."""
        pause = 0.2
        housekeeping_due = 0.0
        loop = asyncio.get_running_loop()
        cursor = "0"  # first what this consumer was given before it died, then what is new
        while not stop.is_set():
            try:
                if loop.time() >= housekeeping_due:
                    await self._ensure_group()
                    await self._take_over()
                    await self._trim()
                    housekeeping_due = loop.time() + HOUSEKEEPING_SECONDS
                entries = await self._read(cursor)
                cursor = entries[-1][0].decode() if entries and cursor != ">" else ">"
                await self._take(entries)
                pause = 0.2
            except (RedisError, StorageError, OSError) as error:
                log.warning("stream_paused", problem=type(error).__name__, seconds=pause)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), pause)
                pause = min(pause * 2, 10)
                cursor, housekeeping_due = "0", 0.0

    async def _ensure_group(self) -> None:
        try:
            await self._redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def _read(self, cursor: str) -> list[Entry]:
        answer = await self._redis.xreadgroup(
            GROUP, self._consumer, {STREAM: cursor}, count=BATCH_ENTRIES, block=BLOCK_MS if cursor == ">" else None
        )
        return _entries(answer)

    async def _take_over(self) -> None:
        """Take what a dead consumer left behind."""
        start: str | bytes = "0-0"
        while True:
            answer = await self._redis.xautoclaim(
                STREAM, GROUP, self._consumer, min_idle_time=TAKE_OVER_IDLE_MS, start_id=start, count=BATCH_ENTRIES
            )
            start, entries = answer[0], cast("list[Entry]", answer[1])
            await self._take(entries)
            if start in ("0-0", b"0-0"):
                return

    async def _take(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        dead: list[tuple[dict[bytes, bytes], str]] = []
        decoded: list[tuple[dict[bytes, bytes], Any]] = []
        for _, fields in entries:
            if not fields:
                continue  # trimmed away while it was pending: nothing is left to take
            try:
                decoded.append((fields, decode_json(fields[b"event"])))
            except KeyError:
                dead.append((fields, "the entry has no field 'event'"))
            except BodyError as error:
                dead.append((fields, str(error)))
        results = await self._intake.take([value for _, value in decoded]) if decoded else []
        for (fields, _), result in zip(decoded, results, strict=True):
            if result.outcome is EventOutcome.REJECTED:
                dead.append((fields, json.dumps(list(result.errors), ensure_ascii=False)))
        async with self._redis.pipeline(transaction=True) as pipeline:
            for fields, reason in dead:
                event = fields.get(b"event", b"")
                pipeline.xadd(
                    DEAD, {b"event": event, b"reason": reason.encode()}, maxlen=DEAD_ENTRIES, approximate=True
                )
            pipeline.xack(STREAM, GROUP, *[entry_id for entry_id, _ in entries])
            await pipeline.execute()
        metrics.DEAD_LETTERS.inc(len(dead))

    async def _trim(self) -> None:
        """Drop entries older than a day that everybody has finished; never one that is pending or unread."""
        seconds, _ = await self._redis.time()
        borders = [(seconds - KEEP_SECONDS) * 1000]
        for group in await self._redis.xinfo_groups(STREAM):
            pending = await self._redis.xpending(STREAM, group["name"])
            borders.append(_milliseconds(pending["min"] or group["last-delivered-id"]))
        if min(borders) > 0:
            await self._redis.xtrim(STREAM, minid=min(borders), approximate=True)


def _milliseconds(entry_id: bytes | str) -> int:
    text = entry_id.decode() if isinstance(entry_id, bytes) else entry_id
    return int(text.split("-")[0])


def _entries(answer: Any) -> list[Entry]:
    if not answer:
        return []
    streams = answer.values() if isinstance(answer, dict) else [entries for _, entries in answer]
    flat: list[Entry] = []
    for entries in streams:
        # redis-py wraps the list once more when it speaks RESP3.
        plain = entries[0] if entries and isinstance(entries[0], list) else entries
        flat.extend((entry[0], entry[1]) for entry in plain)
    return flat
