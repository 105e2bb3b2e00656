"""Intake: a batch of offered events into dossiers, event records and notice rows, in one transaction.

Idempotent by (source, event id), ordered per dossier by the source's time; safe to call at the same time, twice and
after a crash, with the same events or overlapping ones. The doorbell is rung after the commit, never before.
"""

import asyncio
import uuid
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime

import structlog
from psycopg.errors import DeadlockDetected

from status_bridge import metrics
from status_bridge.backlog import implied_columns
from status_bridge.composition import Composer
from status_bridge.daily_limit import hold_back_batch
from status_bridge.dossier_batch import Batch, DossierBatch, IntakeConfig, Offered
from status_bridge.event import DossierEvent, Refusal, parse_event
from status_bridge.notices import EventOutcome
from status_bridge.results import EventResult
from status_bridge.shared_phones import find_shared
from storage import apologies, dossiers, events, holds, links, notices, waiting
from storage.crypto import Cipher
from storage.database import Connection, Database, fetch
from storage.dossiers import LockedDossier
from storage.errors import DatabaseUnavailable
from storage.events import EventRecord, event_key
from storage.holds import HeldBack

MAX_BATCH_EVENTS = 1000
_DEADLOCK_RETRIES = 3
log = structlog.get_logger()


class Intake:
    """Takes batches of decoded events; `on_work` is called with the lane after a commit that made something due.

    `freshen` is awaited before each batch: the place to read anew which words are in force.
    """

    def __init__(
        self,
        database: Database,
        cipher: Cipher,
        composer: Composer,
        config: IntakeConfig,
        *,
        on_work: Callable[[str], None],
        freshen: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._freshen = freshen
        self._database = database
        self._cipher = cipher
        self._composer = composer
        self._config = config
        self._on_work = on_work

    async def take(self, raw_events: Sequence[object]) -> list[EventResult]:
        """Store up to 1,000 events and return one result each; committed when this returns.

        Raises:
            DatabaseUnavailable: nothing is known to be stored; offer the same events again.
            ValueError: more than `MAX_BATCH_EVENTS`.
        """
        if len(raw_events) > MAX_BATCH_EVENTS:
            raise ValueError(f"at most {MAX_BATCH_EVENTS} events at once")
        if self._freshen is not None:
            await self._freshen()
        for attempt in range(_DEADLOCK_RETRIES + 1):
            try:
                batch = await self._take_once(raw_events)
                break
            except DatabaseUnavailable as error:
                if not isinstance(error.__cause__, DeadlockDetected) or attempt == _DEADLOCK_RETRIES:
                    raise
        results = [result for result in batch.results if result is not None]
        for lane in sorted({notice.lane for notice in batch.notices if notice.state == "pending"}):
            self._on_work(lane)
        _count(batch, results)
        return results

    async def _take_once(self, raw_events: Sequence[object]) -> Batch:
        async with self._database.transaction() as connection:
            now: datetime = (await fetch(connection, "SELECT now() AS now"))[0]["now"]
            batch = Batch(results=[None] * len(raw_events))
            by_code: dict[str, list[Offered]] = defaultdict(list)
            for one in await self._sort_out(connection, raw_events, batch, now):
                by_code[one.event.subject].append(one)
            known = await dossiers.lock(connection, list(by_code)) if by_code else {}
            held = await self._lock_held(connection, known.values())
            redated = await _find_redated(connection, by_code, known)
            for number, (code, offered) in enumerate(by_code.items()):
                await _breathe(number)
                dossier = known[code]
                DossierBatch(
                    self._cipher,
                    self._config,
                    dossier,
                    now,
                    held.get(dossier.id),
                    redated=redated.get(dossier.id, frozenset()),
                ).apply(offered, batch)
            await events.append(connection, batch.records, self._cipher)
            await dossiers.save(connection, batch.updates)
            await holds.take_back(connection, batch.taken_back)
            await self._say(connection, batch)
            if batch.notices:
                await self._mind_the_day(connection, batch)
                await notices.insert(connection, batch.notices, self._cipher)
                # A dossier's first notice has nothing older to wait for it.
                going = [one for one in batch.notices if one.state == "pending" and (one.ordinal or 0) > 1]
                await waiting.supersede_held(connection, going, implied=implied_columns())
            await waiting.readdress(connection, batch.moved, self._cipher)
            await links.revoke_moved(connection, batch.left)
        return batch

    async def _mind_the_day(self, connection: Connection, batch: Batch) -> None:
        limit = self._config.daily_limit
        if limit is not None:
            batch.notices = await hold_back_batch(
                connection, self._cipher, batch.notices, limit=limit, hours=self._config.hours
            )

    async def _lock_held(self, connection: Connection, known: Iterable[LockedDossier]) -> dict[int, HeldBack]:
        """Lock what is still held back of the batch's dossiers: only their last notice can be."""
        kinds = self._config.policy.hold_seconds
        if not kinds:
            return {}
        last = [(dossier.id, dossier.notices) for dossier in known if dossier.last_notice in kinds]
        return await holds.lock(connection, last)

    async def _say(self, connection: Connection, batch: Batch) -> None:
        """Find the words of what was decided."""
        shared = await find_shared(connection, self._cipher, batch.planned, self._config)
        for number, planned in enumerate(batch.planned):
            await _breathe(number)
            batch.notices += planned.say(self._composer, shared)

    async def _sort_out(
        self, connection: Connection, raw_events: Sequence[object], batch: Batch, now: datetime
    ) -> list[Offered]:
        """Validate, take the identities, and answer refusals and duplicates; return the events that are new."""
        parsed: dict[int, tuple[uuid.UUID, DossierEvent]] = {}
        for index, raw in enumerate(raw_events):
            await _breathe(index)
            event = parse_event(raw, now=now)
            if isinstance(event, Refusal):
                _refuse(batch, index, event)
            else:
                parsed[index] = event_key(event.source, event.id), event
        taken = await events.claim_keys(connection, [key for key, _ in parsed.values()]) if parsed else set()
        fresh: list[Offered] = []
        for index, (key, event) in parsed.items():
            if key in taken:
                taken.discard(key)  # the same identity twice in one batch: the second is a duplicate
                fresh.append(Offered(index, key, event))
                continue
            batch.results[index] = EventResult(event.id, EventOutcome.DUPLICATE, event.subject)
            batch.records.append(
                EventRecord(event.source, event.id, EventOutcome.DUPLICATE, key, dossier_code=event.subject)
            )
        return fresh


async def _find_redated(
    connection: Connection, by_code: Mapping[str, Sequence[Offered]], known: Mapping[str, LockedDossier]
) -> dict[int, frozenset[datetime]]:
    """Return the dates that were apologised for, of dossiers to which an event brings another date than is known.

    A statement of its own behind the lock: an apology that was confirmed while the lock was waited for counts as well.
    """
    moved = [
        dossier.id
        for code, offered in by_code.items()
        if (dossier := known[code]).due_at is not None
        and any(one.event.data.due_at not in (None, dossier.due_at) for one in offered)
    ]
    return await apologies.redated(connection, moved) if moved else {}


def _count(batch: Batch, results: Sequence[EventResult]) -> None:
    for outcome, count in Counter(result.outcome for result in results).items():
        metrics.EVENTS.labels(outcome.value).inc(count)
    unusual = [record for record in batch.records if record.anomaly is not None]
    if unusual:
        metrics.ANOMALIES.inc(len(unusual))
        first = unusual[0]
        log.warning("unusual_transitions", count=len(unusual), dossier=first.dossier_code, step=first.anomaly)


async def _breathe(number: int) -> None:
    """Let other requests of this process have their turn: a full batch would hold them up for half a second."""
    if number % 50 == 49:
        await asyncio.sleep(0)


def _refuse(batch: Batch, index: int, refusal: Refusal) -> None:
    batch.results[index] = EventResult(refusal.id, EventOutcome.REJECTED, errors=refusal.errors)
    batch.records.append(
        EventRecord(
            refusal.source or "", refusal.id or "", EventOutcome.REJECTED, errors=[dict(e) for e in refusal.errors]
        )
    )
