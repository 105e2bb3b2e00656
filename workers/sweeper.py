"""The sweeper: what the bell forgot, what a dead worker left, and what has come due (docs: design 2, point 3).

Every worker process has one; each round is done by whoever gets the lock, which belongs to a transaction and not to a
session, so that it also holds through pgbouncer (docs: rq-httpx-redis-pitfalls A7). Redis may be away: then the work is
done here, and nothing waits for the bell.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from storage import inbox, notices, partitions, waiting
from storage.database import Database, fetch
from storage.errors import DatabaseUnavailable
from workers import metrics
from workers.collapsing import collapse_backlog
from workers.config import SweeperConfig

RECEIPT_KIND = "receipt"
RECEIPTS = "receipts"
_REST_AFTER_A_LOOK = 10
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('hoso.sweeper')) AS locked"

_log = structlog.get_logger(__name__)


class Wakes(Protocol):
    """What the sweeper needs of delivery."""

    def wake(self, lane: str) -> None:
        """Start delivering a lane in the background, or make the one at work take notice."""
        ...


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What one round found. `is_ours`: False when another process held the lock. `waiting` maps work (a lane, or
    'receipts') to how many seconds the oldest has waited; `released` are the lanes with notices whose hour has come.
    """

    is_ours: bool
    released: tuple[str, ...] = ()
    expired: int = 0
    resent: int = 0
    unresolved: int = 0
    waiting: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Duty:
    """Something quick that one process at a time does in the database, at most every so many seconds."""

    name: str
    every_seconds: float
    do: Callable[[], Awaitable[None]]


class Sweeper:
    """Looks every `interval_seconds`; `await run()` until cancelled, or `await sweep()` once.

    Args:
        database: the pool.
        ring: rings the bell for a lane or 'receipts'; False when the bell does not work.
        delivery: delivers a lane in this process.
        apply_receipts: applies waiting receipts in this process.
        config: intervals and limits.
        duties: done in turn after the rest of a round, under the same lock; the failure of one harms no other.
        clock: monotonic seconds.
        sleep: waits seconds.
    """

    def __init__(
        self,
        database: Database,
        ring: Callable[[str], Awaitable[bool]],
        delivery: Wakes,
        apply_receipts: Callable[[], Awaitable[int]],
        *,
        config: SweeperConfig | None = None,
        duties: Sequence[Duty] = (),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._duties = duties
        self._done_at: dict[str, float] = {}
        self._ring = ring
        self._delivery = delivery
        self._apply_receipts = apply_receipts
        self._config = config or SweeperConfig()
        self._clock = clock
        self._sleep = sleep
        self._partitions_at: float | None = None
        self._overtaken_at: float | None = None
        self._known_lanes: set[str] = set()
        self._receipts_since: float | None = None
        self._applying: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Sweep until cancelled; outlives every outage and every bug of one round."""
        try:
            await self._run()
        finally:
            if self._applying is not None:
                self._applying.cancel()
                await asyncio.wait([self._applying])

    async def _run(self) -> None:
        pause, was_away = self._config.interval_seconds, False
        while True:
            try:
                await self.sweep()
            except DatabaseUnavailable as error:
                if not was_away:
                    _log.warning("sweeper_waits", cause=str(error))
                was_away, pause = True, min(pause * 2, self._config.max_backoff_seconds)
            except Exception as error:  # noqa: BLE001 - a bug of one round must not end all rounds
                _log.error("sweep_failed", error=type(error).__name__)
                pause = min(pause * 2, self._config.max_backoff_seconds)
            else:
                if was_away:
                    _log.info("sweeper_back")
                was_away, pause = False, self._config.interval_seconds
            await self._sleep(pause)

    async def sweep(self) -> SweepReport:
        """Do one round, unless another process is at it.

        Raises:
            DatabaseUnavailable: PostgreSQL is away; the next round does it all.
        """
        async with self._database.transaction() as connection:
            if not (await fetch(connection, _TRY_LOCK))[0]["locked"]:
                return SweepReport(is_ours=False)
            report = await self._look()
            await self._do_duties()
        # Ringing and working wait for others, so the lock is given back before.
        for work, seconds in report.waiting.items():
            await self._see_to(work, seconds)
        return report

    async def _look(self) -> SweepReport:
        await self._ensure_partitions()
        await self._supersede_overtaken()
        released = await waiting.release_held(self._database, merges=self._config.merges_notices)
        expired = await notices.expire_leases(self._database, wait_seconds=self._config.in_doubt_wait_seconds)
        settled = await notices.settle_doubts(self._database, max_sends=self._config.max_sends)
        resent = sum(again for _lane, again in settled)
        due = await notices.due_lanes(self._database)
        self._show(due, expired=expired, resent=resent, unresolved=len(settled) - resent)
        work = {lane: seconds for lane, (_count, seconds) in due.items()}
        if (seconds := await self._receipts_wait()) is not None:
            work[RECEIPTS] = seconds
        return SweepReport(True, tuple(sorted(released)), expired, resent, len(settled) - resent, work)

    async def _do_duties(self) -> None:
        for duty in self._duties:
            now = self._clock()
            last = self._done_at.get(duty.name)
            if last is not None and now - last < duty.every_seconds:
                continue
            self._done_at[duty.name] = now
            try:
                await duty.do()
            except DatabaseUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 - a bug of one duty must not keep the others from being done
                _log.error("duty_failed", duty=duty.name, error=type(error).__name__)

    async def _see_to(self, work: str, seconds: float) -> None:
        has_rung = await self._ring(work)
        # A bell that rings while nobody comes (RQ's worker is stuck, or gone) is no better than a silent one.
        if has_rung and seconds < self._config.direct_after_seconds:
            return
        if work != RECEIPTS:
            self._delivery.wake(work)
        elif self._applying is None or self._applying.done():
            # In the background: a morning's receipts must not hold up the next round.
            self._applying = asyncio.create_task(self._apply_here())

    async def _apply_here(self) -> None:
        try:
            await self._apply_receipts()
        except DatabaseUnavailable as error:
            _log.warning("receipts_postponed", cause=str(error))
        except Exception as error:  # noqa: BLE001 - nobody waits for this task, so nobody else would tell
            _log.error("receipts_failed", error=type(error).__name__)

    async def _receipts_wait(self) -> float | None:
        """For how many seconds every look of ours has found receipts waiting; None when none wait."""
        if RECEIPT_KIND not in await inbox.due_kinds(self._database):
            self._receipts_since = None
            return None
        if self._receipts_since is None:
            self._receipts_since = self._clock()
        return self._clock() - self._receipts_since

    async def _supersede_overtaken(self) -> None:
        now = self._clock()
        if self._overtaken_at is not None and now - self._overtaken_at < self._config.overtaken_every_seconds:
            return
        patience = self._config.overtaken_after_seconds
        if overtaken := await collapse_backlog(self._database, patience_seconds=patience):
            _log.info("notices_overtaken", notices=overtaken)
        # Of a long backlog a look takes a while: it must not take more than a small share of the time.
        self._overtaken_at = self._clock() + (self._clock() - now) * _REST_AFTER_A_LOOK

    async def _ensure_partitions(self) -> None:
        now = self._clock()
        if self._partitions_at is not None and now - self._partitions_at < self._config.partitions_every_seconds:
            return
        made = await partitions.ensure(self._database)
        self._partitions_at = now
        if made:
            _log.info("partitions_made", names=made)

    def _show(self, due: dict[str, tuple[int, float]], *, expired: int, resent: int, unresolved: int) -> None:
        self._known_lanes |= due.keys()
        for lane in self._known_lanes:
            count, seconds = due.get(lane, (0, 0.0))
            metrics.BACKLOG.labels(lane).set(count)
            metrics.OLDEST_DUE_SECONDS.labels(lane).set(seconds)
        for event, count in (("expired_lease", expired), ("resent", resent), ("unresolved", unresolved)):
            metrics.DOUBTS.labels(event).inc(count)
        if expired:
            _log.warning("leases_expired", notices=expired)
        if resent or unresolved:
            _log.info("doubts_settled", resent=resent, unresolved=unresolved)
