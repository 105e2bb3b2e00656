"""The emergency brake, as workers use it: pulled loudly, released in time, and pulled when failures explode.

Claims obey the table by themselves (storage/queries/notices.sql), so a pull counts for all processes at once.
"""

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from storage import brake as table
from storage.brake import BrakeStatus
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.notices import Outcome
from workers.sweeper import Duty

STEP_SECONDS = 10.0
WINDOW_SECONDS = 60
LOOK_SECONDS = 1.0
RETRY_SECONDS = 1.0

FAILURES, DOUBTS = "failures", "doubts"
ADVICE = {
    "by_hand": "a person pulled it; release it with: hoso brake off",
    "restored": "look at what waits, then: hoso citizen erase --again, and hoso brake off --expire-older-than HOURS",
    "cloned": "is this the database that should send? then: hoso brake off",
    "other_database": "is HOSO_DATABASE_URL right? then: hoso brake off",
    "clock": "set the database's clock right, then: hoso brake off",
    FAILURES: "see needs_human in the log and: hoso doctor; it releases itself and tries again",
    DOUBTS: "is the platform well? it releases itself and tries again",
}
"""What to do, by cause."""

_TOLD = {
    "by_hand": "có người kéo phanh",
    "restored": "cơ sở dữ liệu đã bị đưa về bản cũ",
    "cloned": "cơ sở dữ liệu là bản sao ở nơi khác",
    "other_database": "đây là một cơ sở dữ liệu khác",
    "clock": "đồng hồ của cơ sở dữ liệu nhảy",
    FAILURES: "quá nhiều tin bị từ chối",
    DOUBTS: "quá nhiều tin không rõ đã tới hay chưa",
}

_log = structlog.get_logger(__name__)


class Brake:
    """Pulls and releases; what changes is logged and told to the staff, whichever process changed it.

    Args:
        database: the pool.
        tell_staff: takes one line; must not block or raise.
        by: this process, for the log of the brake.
    """

    def __init__(self, database: Database, *, by: str, tell_staff: Callable[[str], None] = lambda _text: None) -> None:
        self._database = database
        self._tell_staff = tell_staff
        self._by = by
        self._seen = BrakeStatus(engaged=False)

    async def pull(self, cause: str, detail: str, *, step_seconds: float | None = None) -> bool:
        """Stop all sending; False when it was stopped already.

        Raises:
            DatabaseUnavailable: it is not known to be pulled; nothing can be claimed either.
        """
        pulled = await table.pull(self._database, cause, detail=detail, by=self._by, step_seconds=step_seconds)
        if pulled is not None:
            self._notice(pulled)
        return pulled is not None

    async def calm(self) -> None:
        """Forget the pulls in a row."""
        await table.calm(self._database)

    async def look(self) -> BrakeStatus:
        """Release what was to release itself by now, and tell what changed since the last look."""
        await table.release_due(self._database, by=self._by)
        status = await table.status(self._database)
        self._notice(status)
        return status

    def _notice(self, status: BrakeStatus) -> None:
        seen, self._seen = self._seen, status
        if status.engaged and (status.since != seen.since or status.cause != seen.cause):
            advice = ADVICE.get(status.cause or "", "hoso brake off")
            until = status.release_at.isoformat() if status.release_at else None
            _log.error(
                "brake_pulled",
                cause=status.cause,
                detail=status.detail,
                by=status.by,
                advice=advice,
                release_at=until,
            )
            self._tell_staff(_words(status))
        elif seen.engaged and not status.engaged:
            _log.warning("brake_released", by=status.by, after=seen.cause)
            if seen.release_at is None:
                since = f" ({seen.since:%H:%M %d/%m} UTC)" if seen.since else ""
                self._tell_staff(f"Báo Hồ Sơ: đã nhả phanh{since}, tin được gửi tiếp.")


def _words(status: BrakeStatus) -> str:
    why = _TOLD.get(status.cause or "", status.cause or "?")
    if status.release_at is not None:  # the same words each time: told once an hour, however often it is pulled
        return f"Báo Hồ Sơ: TẠM DỪNG GỬI TIN vì {why}. Hệ thống tự thử lại. Xem: hoso brake status"
    since = f" lúc {status.since:%H:%M %d/%m} UTC" if status.since else ""
    return f"Báo Hồ Sơ: ĐÃ DỪNG GỬI MỌI TIN{since} vì {why}. Không tin nào mất. Xem: hoso brake status"


class BrakeWatch:
    """Counts how attempts of this process end; pulls the brake for a while when most are doubts or alarming failures.

    `note` is called for every outcome and costs a microsecond; `await run()` until cancelled pulls. What never left
    (a rate limit, a platform that is away) says nothing and is not counted.

    Args:
        brake: what is pulled.
        min_outcomes: fewer within a minute prove nothing.
        share_percent: so many of them bad are too many.
        clock: monotonic seconds.
    """

    def __init__(self, brake: Brake, *, min_outcomes: int, share_percent: float, clock: Callable[[], float]) -> None:
        self._brake = brake
        self._min_outcomes = min_outcomes
        self._share = share_percent / 100
        self._clock = clock
        self._seconds: deque[list[int]] = deque()  # of each second: when, outcomes, doubts, alarming failures
        self._sums = [0, 0, 0]
        self._alarm: tuple[str, str] | None = None
        self._is_in_a_row = False
        self._news = asyncio.Event()

    def note(self, outcome: Outcome, *, alarming: bool) -> None:
        """Take how one attempt ended; `alarming`: a person is needed for it."""
        if outcome.outcome == "not_sent":
            return
        is_doubt = outcome.outcome == "in_doubt"
        self._count(is_doubt, alarming and not is_doubt)
        total, doubts, failures = self._sums
        if total < self._min_outcomes:
            return
        if doubts + failures >= self._share * total:
            cause = DOUBTS if doubts >= failures else FAILURES
            detail = f"of {total} attempts within a minute {doubts} ended in doubt and {failures} needed a person"
            self._alarm = (cause, detail)
            self._forget()
            self._news.set()
        elif self._is_in_a_row:
            self._news.set()

    async def run(self) -> None:
        """Pull, and forget pulls when things go well, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            alarm, self._alarm = self._alarm, None
            try:
                await self._act(alarm)
            except DatabaseUnavailable:
                # Nothing can be claimed meanwhile; should it still be so when PostgreSQL is back, it is counted anew.
                await asyncio.sleep(RETRY_SECONDS)

    async def _act(self, alarm: tuple[str, str] | None) -> None:
        if alarm is not None:
            self._is_in_a_row = True
            await self._brake.pull(*alarm, step_seconds=STEP_SECONDS)
        elif self._is_in_a_row:
            await self._brake.calm()
            self._is_in_a_row = False

    def _count(self, is_doubt: bool, is_failure: bool) -> None:
        now = int(self._clock())
        if not self._seconds or self._seconds[-1][0] != now:
            self._seconds.append([now, 0, 0, 0])
            while self._seconds[0][0] <= now - WINDOW_SECONDS:
                _, *gone = self._seconds.popleft()
                self._sums = [held - left for held, left in zip(self._sums, gone, strict=True)]
        this, sums = self._seconds[-1], self._sums
        this[1] += 1
        sums[0] += 1
        if is_doubt:
            this[2] += 1
            sums[1] += 1
        elif is_failure:
            this[3] += 1
            sums[2] += 1

    def _forget(self) -> None:
        self._seconds.clear()
        self._sums = [0, 0, 0]


def brake_duty(brake: Brake) -> Duty:
    """Return the sweeper's look at the brake."""

    async def look() -> None:
        await brake.look()

    return Duty("brake", LOOK_SECONDS, look)
