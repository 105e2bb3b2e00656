"""What the leader remembers of one broadcast between two rounds, and how it writes down how far it has come."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from storage import broadcast_rows as rows
from storage.broadcast_rows import Moving
from storage.database import Database
from workers.broadcasts.config import BroadcastConfig
from workers.broadcasts.tally import Tally, Totals, as_progress

STOPPED: Final = frozenset({"paused", "halted"})
ENDED: Final = frozenset({"done", "cancelled"})


class Desk:
    """The desk of one broadcast; all of it can be found out again by another process.

    Attributes:
        failures: rounds in a row that a bug ended.
        rests_until: it is left alone until then, after such a round.
        cancelled_until: the ordinal up to which this turn has cancelled rows.
        opt_outs: people who wanted no more after it had reached them, at the last look.
        stand_ins: rows that the first share has on top, because nothing can be known of its own.
    """

    def __init__(self, database: Database, config: BroadcastConfig, clock: Callable[[], float]) -> None:
        self.failures = 0
        self.rests_until = 0.0
        self.cancelled_until = 0
        self.opt_outs = 0
        self.stand_ins = 0
        self._database = database
        self._config = config
        self._clock = clock
        self._tally = Tally(database)
        self._noted_at: float | None = None
        self._noted_in: str | None = None
        self._opt_outs_at: float | None = None
        self._is_quiet = False
        self._is_settled = False

    async def note(self, broadcast: Moving, *, waits: Mapping[str, Any] | None = None) -> Totals | None:
        """Count, and write progress down, when it is time; return the totals if so.

        Raises:
            DatabaseUnavailable: the next round does it.
        """
        now = self._clock()
        if not self._is_time(broadcast, now):
            return None
        is_settled = broadcast.state in ENDED and not await rows.is_open(self._database, broadcast)
        if is_settled and not self._is_settled:
            self._tally.forget()  # the last count is of every row
        self._is_settled = is_settled
        totals = await self._tally.refresh(broadcast, ahead=self._config.ahead)
        if totals is None:  # there is more to count: on with it in the next round
            return None
        self._noted_at, self._noted_in = now, broadcast.state
        self._is_quiet = is_settled or (broadcast.state in STOPPED and not totals.states["sending"])
        if self._opt_outs_at is None or now - self._opt_outs_at >= self._config.opt_outs_seconds:
            self.opt_outs, self._opt_outs_at = await rows.opt_outs(self._database, broadcast), now
        rate = self._tally.rate(totals, broadcast.rows, now)
        complaints = totals.complaints + self.opt_outs
        progress = as_progress(broadcast, totals, complaints=complaints, rate=rate, waits=waits)
        await rows.note_progress(self._database, broadcast.id, progress | {"settled": is_settled})
        return totals

    def _is_time(self, broadcast: Moving, now: float) -> bool:
        if self._noted_at is None or self._noted_in != broadcast.state:
            return True
        # Only receipts can still change what is quiet.
        every = self._config.late_progress_seconds if self._is_quiet else self._config.progress_seconds
        return now - self._noted_at >= every
