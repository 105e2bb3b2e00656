"""Is the database's past ours? Asked before the first claim, and every few seconds.

The database takes a tick now and then and the same is remembered outside, after the commit. So the database is never
behind what is remembered, unless it was restored from a backup: then what waits in it was sent long ago, and the brake
is pulled. The same for another database, a clone, and a clock that jumps. Whoever has no memory (a flushed Redis, a new
machine) takes the database as it is.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from storage import mark as table
from storage.database import Database
from storage.mark import SiteMark, Tick
from workers.brake import Brake
from workers.mark_memory import Memory, MemoryAway
from workers.sweeper import Duty

TICK_SECONDS = 5.0
RESTORED, CLONED, OTHER_DATABASE, CLOCK = "restored", "cloned", "other_database", "clock"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Why the past is not ours: a word, and one line of what was seen."""

    cause: str
    detail: str


def judge(mark: SiteMark, remembered: Sequence[Tick]) -> Alarm | None:
    """Compare the database's mark with what is remembered outside; None: its past is ours. Pure."""
    for tick in remembered:
        if tick.site_id != mark.site_id and tick.site_id not in mark.known_sites:
            return Alarm(OTHER_DATABASE, f"the database is {mark.site_id}, and {tick.site_id} is remembered")
    ahead = max((tick.ticks for tick in remembered if tick.site_id == mark.site_id), default=0)
    if ahead > mark.ticks:
        return Alarm(RESTORED, f"the database has come to tick {mark.ticks}, and it had come to {ahead} before")
    if _differs(mark.system_identifier, mark.present_system):
        return Alarm(CLONED, "the database runs in another PostgreSQL cluster than the one it was marked in")
    if _differs(mark.database_name, mark.present_database):
        return Alarm(CLONED, f"the database is called {mark.present_database}, and was {mark.database_name}")
    return None


def _differs(recorded: str | None, present: str | None) -> bool:
    return recorded is not None and present is not None and recorded != present


@dataclass(frozen=True, slots=True)
class _Reading:
    """The database's clock as it was at some moment between two readings of our own."""

    theirs: float
    before: float
    after: float


class ClockWatch:
    """Tells how far the database's clock jumped since the last reading, against a clock that never jumps.

    The question may take any time to be answered (a frozen server), so only what no delay explains counts.
    """

    def __init__(self) -> None:
        self._last: _Reading | None = None

    def note(self, theirs: datetime, *, before: float, after: float) -> float:
        """Take a reading, made between `before` and `after` of our clock; return the jump in seconds, 0 for none.

        Negative: it jumped back.
        """
        last, this = self._last, _Reading(theirs.timestamp(), before, after)
        self._last = this
        if last is None:
            return 0.0
        passed = this.theirs - last.theirs
        longest, shortest = this.after - last.before, this.before - last.after
        return max(passed - longest, 0.0) + min(passed - max(shortest, 0.0), 0.0)


class MarkKeeper:
    """Checks and ticks the mark; `memories` are the places outside.

    Args:
        database: the pool.
        brake: pulled when the past is not ours.
        memories: where the mark is remembered.
        max_jump_seconds: the database's clock may be set by so much.
        clock: seconds that pass also while the machine sleeps, and never jump.
    """

    def __init__(
        self,
        database: Database,
        brake: Brake,
        memories: Sequence[Memory],
        *,
        max_jump_seconds: float,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._database = database
        self._brake = brake
        self._memories = memories
        self._max_jump_seconds = max_jump_seconds
        self._clock = clock or boot_seconds
        self._clock_watch = ClockWatch()
        self._is_first = True
        self._jumped: Alarm | None = None
        """A jump that was seen: it shows once, so it is kept until the brake is known to be pulled."""

    async def check(self) -> Alarm | None:
        """Look whether the past is ours: tick and remember if it is, pull the brake if not.

        Raises:
            DatabaseUnavailable: nothing is known.
        """
        # First what is remembered, then the database: it is remembered after the commit, so it cannot be ahead.
        heard = await self._recall()
        before = self._clock()
        mark = await table.read(self._database)
        jump = self._clock_watch.note(mark.now, before=before, after=self._clock())
        self._jumped = self._jumped or self._judge_clock(mark, jump)
        remembered = [tick for _, tick in heard if tick is not None]
        alarm = judge(mark, remembered)
        if alarm is None:
            # A place that could not be asked may remember more than we know, so it is not written to.
            await self._go_on(mark, [memory for memory, _ in heard], is_known=bool(remembered))
            alarm = self._jumped
        self._is_first = False
        if alarm is not None:
            await self._brake.pull(alarm.cause, alarm.detail)
            self._jumped = None
        return alarm

    async def adopt(self) -> None:
        """Take the database as ours, as a person decided, and remember it everywhere.

        Raises:
            DatabaseUnavailable: whether it was taken is unknown.
        """
        heard = await self._recall()
        mark = await table.read(self._database)
        tick = await table.adopt(self._database, mark, [tick for _, tick in heard if tick is not None])
        for memory in self._memories:
            await memory.remember(tick)

    async def _recall(self) -> list[tuple[Memory, Tick | None]]:
        heard: list[tuple[Memory, Tick | None]] = []
        for memory in self._memories:
            try:
                heard.append((memory, await memory.recall()))
            except MemoryAway as error:
                _log.debug("mark_not_recalled", cause=str(error))
        return heard

    async def _go_on(self, mark: SiteMark, places: Sequence[Memory], *, is_known: bool) -> None:
        tick = await table.tick(self._database, mark)
        if self._is_first and not is_known:
            _log.info("mark_adopted", site_id=str(mark.site_id), ticks=tick.ticks)
        for memory in places:
            await memory.remember(tick)

    def _judge_clock(self, mark: SiteMark, jump: float) -> Alarm | None:
        if self._is_first:  # across a restart only a way back shows: time passes while nobody looks
            jump = min((mark.now - mark.ticked_at).total_seconds(), 0.0)
        if abs(jump) <= self._max_jump_seconds:
            return None
        way = "forward" if jump > 0 else "back"
        return Alarm(CLOCK, f"the database's clock jumped {way} by {abs(jump):.0f} s")


def boot_seconds() -> float:
    """Return seconds since the machine started, sleep included, whatever its clock is set to."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def mark_duty(keeper: MarkKeeper) -> Duty:
    """Return the sweeper's look at the mark."""

    async def check() -> None:
        await keeper.check()

    return Duty("mark", TICK_SECONDS, check)
