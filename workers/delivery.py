"""Delivery of a lane: one drain at a time in a process, any number of processes beside each other."""

import asyncio
import random as random_module
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import structlog

from channels.base import Channel
from status_bridge.routing import NoRoute, Routed
from storage import notices, recipients
from storage.crypto import Cipher
from storage.database import Database
from storage.errors import DatabaseUnavailable, StorageError
from storage.notices import ClaimedNotice, Outcome
from storage.recipients import ClosedChannel
from workers.attempt import UNKNOWN_FACTS, Attempts, Hears, default_receipt_wait
from workers.config import DeliveryConfig
from workers.drain import DeliveryReport, Drain, Lane
from workers.gate import Gate

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
        gate: every send's share of its account's rate and quota; None: there are no limits.
        on_outcome: told every outcome and whether it alarms.
        receipt_wait: by channel and platform template, for how many seconds a receipt is waited for before what must be
            acted on goes to its next channel; None: no receipt will come.
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
        gate: Gate | None = None,
        on_outcome: Hears | None = None,
        receipt_wait: Callable[[str, str | None], float | None] = default_receipt_wait,
    ) -> None:
        self.config = config or DeliveryConfig()
        self._database = database
        self._cipher = cipher
        self._call_others = call_others
        self._clock = clock
        self._closed_channels: list[ClosedChannel] = []
        self._attempts = Attempts(
            channels,
            route,
            config=self.config,
            decent_delay=decent_delay,
            random=random,
            now=now,
            clock=clock,
            tell_staff=tell_staff,
            gate=gate,
            on_outcome=on_outcome,
            on_closed=self._closed_channels.append,
            receipt_wait=receipt_wait,
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

    async def answer(self, lane: str) -> bool:
        """Have `lane` drained, and return as soon as that found less than there is room for; say whether it goes on.

        A drain that lives as long as its slowest send does not keep whoever answers the bell from the next ring.

        Raises:
            DatabaseUnavailable: nothing could be claimed.
        """
        if not self._join(lane):
            self._start(lane)
        drain, task = self._drains[lane]
        sated = asyncio.create_task(drain.until_sated())
        try:
            await asyncio.wait((sated, task), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sated.cancel()
        if not task.done():
            return True
        await task
        return False

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
            claimed = await self._claim(lane, limit)
            if claimed or limit < self.config.in_flight:
                return claimed
            # Nothing else is due or under way here: a notice with which a worker died before takes no other along.
            return await self._claim(lane, 1, suspects=True)

        drain = Drain(
            shared, claim, self._attempts.make, self._record, config=self.config, call_others=self._call_others
        )
        if self._is_stopping:
            drain.stop_claiming()
        task = asyncio.create_task(drain.run(), name=f"drain-{lane}")
        self._drains[lane] = (drain, task)
        task.add_done_callback(self._on_end)
        return task

    async def _claim(self, lane: str, limit: int, *, suspects: bool = False) -> list[ClaimedNotice]:
        seconds = self.config.lease_seconds
        claimed = await notices.claim_due(
            self._database, self._cipher, lane=lane, limit=limit, lease_seconds=seconds, suspects=suspects
        )
        try:
            return await recipients.with_facts(self._database, self._cipher, claimed)
        except StorageError as error:
            # Claimed is claimed: raising would leave them to their leases, and so in doubt. They are put back unsent.
            _log.warning("facts_unknown", cause=type(error).__name__, notices=len(claimed))
            return [replace(one, known=UNKNOWN_FACTS) for one in claimed]

    async def _record(self, outcomes: Sequence[Outcome]) -> set[UUID]:
        if self._closed_channels:
            await self._remember_closed()
        return await notices.record_outcomes(self._database, outcomes)

    async def _remember_closed(self) -> None:
        """Note what does not reach people, before the outcomes: their next attempt asks for it.

        Raises:
            DatabaseUnavailable: the outcomes wait as well, and both are tried again.
        """
        closed = self._closed_channels[:]
        self._closed_channels.clear()
        try:
            await recipients.close_channels(self._database, closed)
        except DatabaseUnavailable:
            self._closed_channels.extend(closed)
            raise
        except Exception as error:  # noqa: BLE001 - it only spares a request; the outcomes must be written
            _log.error("closed_channels_lost", error=type(error).__name__, channels=len(closed))

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
