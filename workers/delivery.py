"""Delivery of a lane: one drain at a time in a process, any number of processes beside each other."""

import asyncio
import random as random_module
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import structlog

from channels.base import Channel
from status_bridge.routing import NoRoute, Routed
from storage import notices
from storage.crypto import Cipher
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.notices import ClaimedNotice, Outcome
from workers.attempt import Attempts
from workers.config import DeliveryConfig
from workers.drain import DeliveryReport, Drain, Lane

__all__ = ["Delivery", "DeliveryReport"]

_log = structlog.get_logger(__name__)


class Delivery:
    """Sends what is due. Lives on one event loop; `close` ends it.

    Args:
        database: the pool; no connection is held while a platform is called.
        cipher: opens recipients and contents.
        channels: the channels by the names that `route` uses.
        route: chooses channel and message for a notice, anew for each attempt; pure.
        config: window, lease, deadlines.
        decent_delay: given a delay in seconds and the notice, the same or a longer one that ends at a decent hour.
        call_others: told the lane whenever a claim came back full: other processes may help (the doorbell's
            `ring_soon`).
        random: 0…1, spreads retries.
        tell_staff: takes one line for those who look after the system; must not block or raise.
        now: UTC; only for the age of a notice and a platform's "not before".
        clock: monotonic seconds.
    """

    def __init__(
        self,
        database: Database,
        cipher: Cipher,
        channels: Mapping[str, Channel],
        route: Callable[[ClaimedNotice], Routed | NoRoute],
        *,
        config: DeliveryConfig | None = None,
        decent_delay: Callable[[float, ClaimedNotice], float] = lambda seconds, _notice: seconds,
        call_others: Callable[[str], None] = lambda _lane: None,
        random: Callable[[], float] = random_module.random,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
        tell_staff: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.config = config or DeliveryConfig()
        self._database = database
        self._cipher = cipher
        self._call_others = call_others
        self._clock = clock
        self._attempts = Attempts(
            channels,
            route,
            config=self.config,
            decent_delay=decent_delay,
            random=random,
            now=now,
            clock=clock,
            tell_staff=tell_staff,
        )
        self._lanes: dict[str, Lane] = {}
        self._drains: dict[str, tuple[Drain, asyncio.Task[DeliveryReport]]] = {}
        self._is_stopping = False

    async def deliver_due(self, lane: str) -> DeliveryReport:
        """Drain `lane` until nothing is due. Safe run twice, late, at the same time, and on many machines.

        When this process drains the lane already, that drain takes notice and this call returns at once. Cancelling
        this call leaves the drain at work.

        Raises:
            DatabaseUnavailable: nothing could be claimed.
        """
        if self._join(lane):
            return DeliveryReport(lane=lane, joined=True)
        return await asyncio.shield(self._start(lane))

    def wake(self, lane: str) -> None:
        """Start a drain in the background, or make the one at work take notice."""
        if not self._join(lane):
            self._start(lane)

    def stop_claiming(self) -> None:
        """Claim nothing any more; what is under way goes on."""
        self._is_stopping = True
        for drain, _task in self._drains.values():
            drain.stop_claiming()

    async def close(self) -> None:
        """Stop claiming, let sends under way end (at most `drain_seconds`), break off the rest and record all."""
        self.stop_claiming()
        if await self._wait(self.config.drain_seconds):
            return
        for drain, _task in self._drains.values():
            drain.cancel_sends()
        if await self._wait(self.config.record_patience_seconds):
            return
        _log.error("outcomes_lost", lanes=sorted(self._drains))  # their leases turn them into doubts
        for _drain, task in self._drains.values():
            task.cancel()
        await self._wait(1.0)

    def _join(self, lane: str) -> bool:
        drain = self._drains[lane][0] if lane in self._drains else None
        if drain is None or drain.is_over:
            return False
        drain.take_notice()
        return True

    def _start(self, lane: str) -> asyncio.Task[DeliveryReport]:
        shared = self._lanes.setdefault(lane, Lane(lane, self._clock))

        async def claim(limit: int) -> Sequence[ClaimedNotice]:
            return await notices.claim_due(
                self._database, self._cipher, lane=lane, limit=limit, lease_seconds=self.config.lease_seconds
            )

        drain = Drain(
            shared, claim, self._attempts.make, self._record, config=self.config, call_others=self._call_others
        )
        if self._is_stopping:
            drain.stop_claiming()
        task = asyncio.create_task(drain.run(), name=f"drain-{lane}")
        self._drains[lane] = (drain, task)
        task.add_done_callback(self._on_end)
        return task

    async def _record(self, outcomes: Sequence[Outcome]) -> set[UUID]:
        return await notices.record_outcomes(self._database, outcomes)

    def _on_end(self, task: asyncio.Task[DeliveryReport]) -> None:
        for lane, (_drain, owner) in list(self._drains.items()):
            if owner is task:
                del self._drains[lane]
        if task.cancelled():
            return
        error = task.exception()  # looking at it marks it as seen: nobody may be waiting
        if isinstance(error, DatabaseUnavailable):
            _log.warning("drain_ended", task=task.get_name(), cause="database_unavailable")
        elif error is not None:
            _log.error("drain_failed", task=task.get_name(), error=type(error).__name__)
        else:
            report = task.result()
            if report.claimed:
                _log.info(
                    "drained",
                    lane=report.lane,
                    claimed=report.claimed,
                    accepted=report.accepted,
                    put_back=report.put_back,
                    in_doubt=report.in_doubt,
                    failed=report.failed,
                    late=report.late,
                )

    async def _wait(self, seconds: float) -> bool:
        """Wait for all drains to end; False when the time was over first."""
        tasks = [task for _drain, task in self._drains.values()]
        if not tasks:
            return True
        _done, running = await asyncio.wait(tasks, timeout=seconds)
        return not running
