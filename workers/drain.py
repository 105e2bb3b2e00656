"""The sliding window over one lane: claim for the free slots, send, record, until nothing is due.

Always as many under way as there are slots, so a slow answer does not hold up the rest (facts: performance 3). What is
claimed is sent at once: nothing is claimed in store, because a claim that dies with its process becomes a doubt.

Under load one claim fills many slots: what a statement costs is shared by all its notices.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import structlog

from storage.notices import ClaimedNotice, Outcome
from workers import metrics
from workers.config import DeliveryConfig
from workers.recorder import Recorder

WORTHWHILE_SHARE = 0.5  # of the window: a claim for so many free slots does not wait for more
LINGER_LOOKS = 4  # how many lingers a claim waits for that many
CALL_OTHERS_SECONDS = 0.5  # a ring costs as much as several sends, and whoever heard the last one is at work already

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one drain did, in notices. `put_back` are tried again later (or held for a decent hour); `late` had ceased
    to be ours when their outcome came; `joined`: another drain of this process does the work, after taking notice.
    """

    lane: str
    claimed: int = 0
    accepted: int = 0
    put_back: int = 0
    in_doubt: int = 0
    failed: int = 0
    late: int = 0
    joined: bool = False


class Lane:
    """What drains of one lane share: whether it may claim now. `clock` gives monotonic seconds."""

    def __init__(self, name: str, clock: Callable[[], float]) -> None:
        self.name = name
        self.clock = clock
        self._paused_until = 0.0
        self._called_at = -CALL_OTHERS_SECONDS

    @property
    def is_paused(self) -> bool:
        """Whether a platform asked for fewer messages a moment ago."""
        return self.clock() < self._paused_until

    def slow_down(self, seconds: float) -> None:
        """Claim nothing for a while; the sweeper's next ring after it goes on."""
        self._paused_until = max(self._paused_until, self.clock() + seconds)
        _log.warning("lane_paused", lane=self.name, seconds=round(seconds, 1))

    def may_call_others(self) -> bool:
        """Whether the last call for help is a while ago; says so once, as the caller is about to call."""
        if self.clock() - self._called_at < CALL_OTHERS_SECONDS:
            return False
        self._called_at = self.clock()
        return True


class Drain:
    """One run over a lane, by one task."""

    def __init__(
        self,
        lane: Lane,
        claim: Callable[[int], Awaitable[Sequence[ClaimedNotice]]],
        attempt: Callable[[ClaimedNotice, float, Callable[[float], None]], Coroutine[Any, Any, Outcome]],
        record: Callable[[Sequence[Outcome]], Awaitable[set[UUID]]],
        *,
        config: DeliveryConfig,
        call_others: Callable[[str], None],
    ) -> None:
        self._lane = lane
        self._claim = claim
        self._attempt = attempt
        self._config = config
        self._call_others = call_others
        self._worthwhile = max(1, round(config.in_flight * WORTHWHILE_SHARE))
        self._in_flight_gauge = metrics.IN_FLIGHT.labels(lane.name)
        self._recorder = Recorder(record, self._on_recorded, config, is_more_coming=lambda: bool(self._sending))
        self._sending: dict[asyncio.Task[Outcome], ClaimedNotice] = {}
        self._news = asyncio.Event()
        self._is_sated = asyncio.Event()
        self._is_hungry = True
        self._is_stopping = False
        self._states: Counter[str] = Counter()
        self._claimed = 0
        self._late = 0
        self._failure: Exception | None = None
        self.is_over = False

    def take_notice(self) -> None:
        """Look once more for what is due before ending."""
        self._is_hungry = True
        self._is_sated.clear()
        self._news.set()

    async def until_sated(self) -> None:
        """Wait until a look has found less than there is room for: the next ring is worth hearing."""
        await self._is_sated.wait()

    def stop_claiming(self) -> None:
        """End when what is under way has been sent and recorded."""
        self._is_stopping = True
        self._news.set()

    def cancel_sends(self) -> None:
        """Break off what is under way; it ends in doubt."""
        for task in self._sending:
            task.cancel()

    async def run(self) -> DeliveryReport:
        """Drain the lane and return what was done.

        Raises:
            DatabaseUnavailable: no claim was possible; what had been claimed before was sent and recorded.
        """
        recording = asyncio.create_task(self._recorder.run())
        try:
            await self._work()
        finally:
            self.is_over = True
            recording.cancel()
            await asyncio.wait([recording])
        return self._report()

    async def _work(self) -> None:
        while True:
            if self._may_claim():
                await self._try_claim()
            if self._is_done():
                break
            await self._news.wait()
            self._news.clear()
            if self._may_claim():
                await self._linger()
        # From here to the end nothing is awaited in between, so no notice is taken and forgotten.
        self.is_over = True
        if self._failure is not None:
            raise self._failure

    async def _linger(self) -> None:
        # More slots come free within milliseconds under load. With most of the window free, nothing is to be won.
        for _ in range(LINGER_LOOKS):
            if self._free_slots() >= self._worthwhile:
                return
            await asyncio.sleep(self._config.claim_linger_seconds)

    def _free_slots(self) -> int:
        # Outcomes that cannot be written down hold their slots: no storm of sends that nobody remembers.
        return self._config.in_flight - len(self._sending) - max(0, self._recorder.unrecorded - self._config.in_flight)

    def _may_claim(self) -> bool:
        return self._is_hungry and not self._is_stopping and not self._lane.is_paused and self._free_slots() > 0

    def _is_done(self) -> bool:
        is_idle = not self._sending and self._recorder.unrecorded == 0
        return is_idle and not self._may_claim()

    async def _try_claim(self) -> None:
        # A claim that fails does not end what is under way; the last one's error is raised at the end.
        try:
            await self._claim_and_send()
        except Exception as error:  # noqa: BLE001 - kept, and raised when what is under way is recorded
            self._failure = error
        else:
            self._failure = None

    async def _claim_and_send(self) -> None:
        free = self._free_slots()
        self._is_hungry = False  # before the claim: a notice taken during it asks for another one
        claimed_at = self._lane.clock()  # before the claim: the lease begins later than this, never earlier
        notices = await self._claim(free)
        for notice in notices:
            task = asyncio.create_task(self._attempt(notice, claimed_at, self._lane.slow_down))
            self._sending[task] = notice
            task.add_done_callback(self._on_sent)
        self._claimed += len(notices)
        self._in_flight_gauge.set(len(self._sending))
        if len(notices) == free:
            self._is_hungry = True
            if self._lane.may_call_others():
                self._call_others(self._lane.name)
        elif not self._is_hungry:
            self._is_sated.set()

    def _on_sent(self, task: asyncio.Task[Outcome]) -> None:
        notice = self._sending.pop(task)
        self._in_flight_gauge.set(len(self._sending))
        self._news.set()
        if task.cancelled():
            self._recorder.put(_broken_off(notice, self._config.in_doubt_wait_seconds))
        else:
            self._recorder.put(task.result())

    def _on_recorded(self, batch: Sequence[Outcome], ours: set[UUID]) -> None:
        self._states.update(outcome.state for outcome in batch if outcome.id in ours)
        self._late += sum(outcome.id not in ours for outcome in batch)
        # The dossier's next notice may be due now, or this one again.
        self.take_notice()

    def _report(self) -> DeliveryReport:
        states = self._states
        report = DeliveryReport(lane=self._lane.name, claimed=self._claimed, late=self._late)
        return replace(
            report,
            accepted=states["accepted"],
            put_back=states["pending"] + states["held"],
            in_doubt=states["in_doubt"],
            failed=states["failed"] + states["no_mobile"],
        )


def _broken_off(notice: ClaimedNotice, wait_seconds: float) -> Outcome:
    """A task that was cancelled before its first step; nobody can prove that, so it is a doubt like any other."""
    return Outcome(
        id=notice.id,
        created_at=notice.created_at,
        token=notice.token,
        state="in_doubt",
        outcome="in_doubt",
        tries=notice.tries,
        reason="cancelled",
        due_in_seconds=wait_seconds,
        code="cancelled",
    )
