"""Writes outcomes down in batches, as they come in, until they are written down.

An outcome that is not recorded turns into a doubt when its lease ends, so a database that is away is waited for.
One outcome that the database refuses does not hold up its neighbours: the batch is repeated one by one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import structlog

from storage.errors import DatabaseUnavailable
from storage.notices import Outcome
from workers import metrics
from workers.config import DeliveryConfig

WORTHWHILE_SHARE = 0.5  # of a full batch: a statement for so many outcomes does not wait for more
LINGER_LOOKS = 3  # how many lingers a statement waits for that many
FIRST_PAUSE_SECONDS = 0.1
MAX_PAUSE_SECONDS = 5.0

_log = structlog.get_logger(__name__)


class Recorder:
    """`record(outcomes)` returns the ids that were still ours; `on_recorded(outcomes, ours)` hears of each batch.

    `is_more_coming()`: whether waiting for further outcomes makes sense; with none under way it only holds things up.
    """

    def __init__(
        self,
        record: Callable[[Sequence[Outcome]], Awaitable[set[UUID]]],
        on_recorded: Callable[[Sequence[Outcome], set[UUID]], None],
        config: DeliveryConfig,
        *,
        is_more_coming: Callable[[], bool],
    ) -> None:
        self._record = record
        self._on_recorded = on_recorded
        self._config = config
        self._is_more_coming = is_more_coming
        self._waiting: list[Outcome] = []
        self._is_news = asyncio.Event()
        self._writing = 0

    @property
    def unrecorded(self) -> int:
        """How many outcomes are not written down yet."""
        return len(self._waiting) + self._writing

    def put(self, outcome: Outcome) -> None:
        """Take an outcome to write down."""
        self._waiting.append(outcome)
        self._is_news.set()

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._is_news.wait()
            await self._linger()
            batch = self._waiting[: self._config.record_batch]
            del self._waiting[: len(batch)]
            if not self._waiting:
                self._is_news.clear()
            self._writing = len(batch)
            ours = await self._write(batch)
            self._writing = 0
            self._tell(batch, ours)

    async def _linger(self) -> None:
        for _ in range(LINGER_LOOKS):
            is_enough = len(self._waiting) >= self._config.record_batch * WORTHWHILE_SHARE
            if is_enough or not self._is_more_coming():
                return
            await asyncio.sleep(self._config.record_linger_seconds)

    async def _write(self, batch: Sequence[Outcome]) -> set[UUID]:
        try:
            return await self._write_patiently(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, one bad outcome must not hold up the others
            _log.error("outcomes_refused", error=type(error).__name__, outcomes=len(batch))
            if len(batch) == 1:
                return set()  # its lease ends and it becomes a doubt, which is the truth as far as it is written down
        ours: set[UUID] = set()
        for outcome in batch:
            ours |= await self._write([outcome])
        return ours

    async def _write_patiently(self, batch: Sequence[Outcome]) -> set[UUID]:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return await self._record(batch)
            except DatabaseUnavailable as error:
                # Repeating is safe: what did get in carries a token whose state is no longer 'sending'.
                if pause == FIRST_PAUSE_SECONDS:
                    _log.warning("outcomes_wait", cause=str(error), outcomes=len(batch))
            await asyncio.sleep(pause)
            pause = min(pause * 2, MAX_PAUSE_SECONDS)

    def _tell(self, batch: Sequence[Outcome], ours: set[UUID]) -> None:
        late = [outcome for outcome in batch if outcome.id not in ours]
        metrics.LATE_OUTCOMES.inc(len(late))
        for outcome in late:
            _log.warning("outcome_late", notice_id=str(outcome.id), outcome=outcome.outcome)
        self._on_recorded(batch, ours)
