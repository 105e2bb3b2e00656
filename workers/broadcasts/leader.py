"""One process moves all broadcasts on, round after round; any other takes its place when it is gone.

The lock spares work and nothing more: two leaders, or one that wakes up late, change nothing twice, because every
change names the state that it comes from (storage/broadcast_rows.py).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from status_bridge.choices import DailyLimit
from status_bridge.hours import Hours
from storage import audit
from storage import broadcast_rows as rows
from storage.audit import Entry
from storage.broadcast_rows import Moving
from storage.crypto import Cipher
from storage.database import Connection, Database
from storage.errors import DatabaseUnavailable
from workers.broadcasts.canary import is_over, tells_nothing
from workers.broadcasts.config import STAND_INS, BroadcastConfig
from workers.broadcasts.desk import ENDED, STOPPED, Desk
from workers.broadcasts.hours import next_opening
from workers.broadcasts.preparing import Preparing
from workers.broadcasts.releasing import Releasing, canary_rows
from workers.broadcasts.source import Source
from workers.broadcasts.tally import Totals
from workers.broadcasts.watch import COMPLAINTS, FAILURES, UNREACHED, Seen, judge
from workers.lanes import BROADCAST_LANE

ACTOR = "system"
PREPARING_FAILED = "preparing_failed"
_WORDS = {
    FAILURES: "nhiều tin gửi không được",
    UNREACHED: "nhiều người không thể nhận tin, có thể nhầm danh sách",
    COMPLAINTS: "nhiều người không muốn nhận nữa",
    PREPARING_FAILED: "không lập được danh sách người nhận",
}

_log = structlog.get_logger(__name__)


async def _nobody_starts() -> None:
    return None


class Broadcasts:
    """Moves broadcasts on: `await run()` until cancelled, or `await lead()` for one round.

    Args:
        database: the pool.
        cipher: for phones and contents.
        source: people and words.
        hours: when messages may go.
        limit: how many messages a phone gets in a day; None: any number.
        config: the window, the watch, the pauses.
        wake: told the lane when rows were let go; must not block or raise.
        start_due: starts approved broadcasts whose moment has come.
        tell_staff: takes one line; must not block or raise.
        clock: monotonic seconds.
        sleep: waits seconds.
    """

    def __init__(
        self,
        database: Database,
        cipher: Cipher,
        source: Source,
        *,
        hours: Hours,
        limit: DailyLimit | None = None,
        config: BroadcastConfig | None = None,
        wake: Callable[[str], None] = lambda _lane: None,
        start_due: Callable[[], Awaitable[object]] = _nobody_starts,
        tell_staff: Callable[[str], None] = lambda _text: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._config = config or BroadcastConfig()
        self._preparing = Preparing(database, cipher, source, chunk_rows=self._config.chunk_rows)
        self._releasing = Releasing(database, cipher, hours=hours, limit=limit, config=self._config)
        self._hours = hours
        self._wake = wake
        self._start_due = start_due
        self._tell_staff = tell_staff
        self._clock = clock
        self._sleep = sleep
        self._desks: dict[int, Desk] = {}
        self._begun_at: float | None = None

    async def run(self) -> None:
        """Lead, or wait for the leader's place, until cancelled; outlives every outage."""
        pause = self._config.idle_seconds
        while True:
            try:
                is_busy = await self.lead()
            except DatabaseUnavailable as error:
                _log.debug("broadcasts_wait", cause=str(error))
                pause = min(pause * 2, self._config.max_backoff_seconds)
            except Exception as error:  # noqa: BLE001 - a bug of one round must not end all rounds
                _log.error("broadcasts_failed", error=type(error).__name__)
                pause = min(pause * 2, self._config.max_backoff_seconds)
            else:
                pause = self._config.busy_seconds if is_busy else self._config.idle_seconds
            await self._sleep(pause)

    async def lead(self) -> bool:
        """Do one round unless another process leads; say whether a broadcast is on its way.

        Raises:
            DatabaseUnavailable: PostgreSQL is away; the next round goes on.
        """
        async with self._database.transaction() as connection:
            if not await rows.try_lead(connection):
                self._desks.clear()  # what was counted here grows old
                return False
            await self._begin_and_end()
            found = await rows.moving(self._database)
            self._desks = {
                one.id: self._desks.get(one.id) or Desk(self._database, self._config, self._clock) for one in found
            }
            for broadcast in found:
                await self._move(broadcast, self._desks[broadcast.id])
        return any(
            one.state not in STOPPED | ENDED or (one.state in ENDED and not one.progress.get("settled"))
            for one in found
        )

    async def _begin_and_end(self) -> None:
        now = self._clock()
        if self._begun_at is not None and now - self._begun_at < self._config.idle_seconds:
            return
        self._begun_at = now
        try:
            await self._start_due()
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one that cannot be started must not stop those under way
            _log.error("broadcast_not_started", error=type(error).__name__)
        async with self._database.transaction() as connection:
            for number, unit in await rows.give_up_old(connection):
                await audit.write(connection, Entry(ACTOR, "broadcast.cancel", number, unit, {"reason": "too_old"}))

    async def _move(self, broadcast: Moving, desk: Desk) -> None:
        if self._clock() < desk.rests_until:
            return
        try:
            await self._step(broadcast, desk)
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a bug with one broadcast must not keep the others waiting
            desk.failures += 1
            desk.rests_until = self._clock() + self._config.rest_seconds * desk.failures
            _log.error("broadcast_failed", number=broadcast.number, error=type(error).__name__, times=desk.failures)
            if broadcast.state == "preparing" and desk.failures >= self._config.max_failures:
                await self._halt(broadcast, PREPARING_FAILED, Seen.judged_in(broadcast.progress))
        else:
            desk.failures = 0

    async def _step(self, broadcast: Moving, desk: Desk) -> None:
        if broadcast.state == "preparing":
            await self._prepare(broadcast)
        elif broadcast.state in STOPPED:
            await rows.put_aside(self._database, broadcast, reason=broadcast.state)
            await desk.note(broadcast)
        elif broadcast.state == "cancelled":
            await self._cancel(broadcast, desk)
            await desk.note(broadcast)
        elif broadcast.state == "done":
            await desk.note(broadcast)
        else:
            await self._send(broadcast, desk)

    async def _prepare(self, broadcast: Moving) -> None:
        until = self._clock() + self._config.turn_seconds
        while await self._preparing.make_chunk(broadcast) and self._clock() < until:
            again = await rows.find(self._database, broadcast.id)
            if again is None or again.state != "preparing":
                return
            broadcast = again

    async def _cancel(self, broadcast: Moving, desk: Desk) -> None:
        """Cancel what has not gone out, from the first row to the last, and again as long as something is open."""
        if broadcast.progress.get("settled"):
            return
        until = self._clock() + self._config.turn_seconds
        while True:
            end = min(desk.cancelled_until + self._config.cancel_rows, broadcast.rows)
            await rows.cancel(self._database, broadcast, after=desk.cancelled_until, until=end)
            is_last = end == broadcast.rows
            desk.cancelled_until = 0 if is_last else end
            if is_last or self._clock() >= until:
                return

    async def _send(self, broadcast: Moving, desk: Desk) -> None:
        closed = next_opening(broadcast, self._hours)
        waits = None if closed is None else {"for": closed[1], "until": closed[0].isoformat()}
        window = await rows.window(self._database, broadcast)
        if closed is not None:
            if broadcast.purpose == "advertising":  # quiet hours are minded by each attempt, these by nobody else
                seconds = (closed[0] - broadcast.now).total_seconds()
                await rows.put_aside(self._database, broadcast, reason=closed[1], seconds=seconds)
        elif await self._let_go(broadcast, desk, window):
            self._wake(BROADCAST_LANE)
        totals = await desk.note(broadcast, waits=waits)
        if totals is not None:
            await self._judge(broadcast, desk, totals)
        if closed is not None:
            desk.stand_ins = 0  # in the morning the first share goes first again

    async def _let_go(self, broadcast: Moving, desk: Desk, window: rows.Window) -> int:
        given_back = await rows.give_back(self._database, broadcast) if window.put_aside else 0
        return given_back + await self._releasing.release(broadcast, window.rows, stand_ins=desk.stand_ins)

    async def _judge(self, broadcast: Moving, desk: Desk, totals: Totals) -> None:
        seen = Seen(totals.outcomes, totals.failed, totals.complaints + desk.opt_outs, totals.unreached)
        news = seen.since(Seen.judged_in(broadcast.progress))
        is_canary_over = is_over(broadcast, totals)
        desk.stand_ins = STAND_INS if tells_nothing(broadcast, totals) else 0
        if reason := judge(news, self._config, is_canary_over=is_canary_over):
            await self._halt(broadcast, reason, seen)
            return
        if is_canary_over:
            async with self._database.transaction() as connection:
                if await rows.pass_canary(connection, broadcast, canary=canary_rows(broadcast)):
                    _log.info("broadcast_canary_passed", number=broadcast.number)
        if broadcast.released >= broadcast.rows and not totals.left and not totals.open_doubts:
            await self._finish(broadcast)

    async def _finish(self, broadcast: Moving) -> None:
        async with self._database.transaction() as connection:
            if await rows.finish(connection, broadcast):
                await self._log(connection, broadcast, "broadcast.finish", {"people": broadcast.rows})
                _log.info("broadcast_done", number=broadcast.number, rows=broadcast.rows)

    async def _halt(self, broadcast: Moving, reason: str, seen: Seen) -> None:
        async with self._database.transaction() as connection:
            if not await rows.halt(connection, broadcast, reason=reason, judged=seen.as_progress()):
                return
            await self._log(connection, broadcast, "broadcast.halt", {"reason": reason})
        _log.warning("broadcast_halted", number=broadcast.number, reason=reason, outcomes=seen.outcomes)
        self._tell_staff(f"Báo Hồ Sơ: thông báo {broadcast.number} đã tự dừng: {_WORDS[reason]}. Xem trang Thông báo.")

    async def _log(self, connection: Connection, broadcast: Moving, action: str, detail: dict[str, Any]) -> None:
        await audit.write(connection, Entry(ACTOR, action, broadcast.number, broadcast.unit, detail))
