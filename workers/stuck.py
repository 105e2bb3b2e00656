"""The alarm for rows that stay too long in one state: something that should move them does not."""

import time
from collections.abc import Callable

import structlog
from prometheus_client import Gauge

from storage import brake, stuck
from storage.database import Database
from storage.stuck import Patience
from workers.sweeper import Duty

LOOK_SECONDS = 20.0
# After an outage everything is late for a moment, and on its way.
CONFIRM_SECONDS = 60.0
STUCK = Gauge("hoso_stuck_notices", "Rows that stay too long in one state (inbox: platform events)", ["state"])

_WORDS = {
    "pending": "chờ gửi",
    "held": "đang giữ lại",
    "sending": "đang gửi",
    "in_doubt": "chưa rõ đã tới hay chưa",
    "inbox": "tin nhắn của người dân chưa được xử lý",
}

_log = structlog.get_logger(__name__)


class StuckWatch:
    """`await look()` now and then; an alarm once when rows of a state begin to stick, a line when they move again.

    Args:
        database: the pool.
        tell_staff: takes one line; must not block or raise.
        patience: how long is too long.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        database: Database,
        *,
        tell_staff: Callable[[str], None] = lambda _text: None,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._tell_staff = tell_staff
        self._patience = patience or Patience()
        self._clock = clock
        self._since: dict[str, float] = {}
        self._told: set[str] = set()

    async def look(self) -> dict[str, int]:
        """Count, show, and alarm; nothing counts as stuck while the brake is on, which says so itself.

        Raises:
            DatabaseUnavailable: nothing is known.
        """
        is_braked = (await brake.status(self._database)).engaged
        counts = {} if is_braked else await stuck.count(self._database, self._patience)
        for state in _WORDS:
            number = counts.get(state, 0)
            STUCK.labels(state).set(number)
            self._judge(state, number)
        return {state: number for state, number in counts.items() if number}

    def _judge(self, state: str, number: int) -> None:
        if number == 0:
            self._since.pop(state, None)
            if state in self._told:
                self._told.discard(state)
                _log.info("no_longer_stuck", state=state)
            return
        since = self._since.setdefault(state, self._clock())
        if state in self._told or self._clock() - since < CONFIRM_SECONDS:
            return
        self._told.add(state)
        _log.error("notices_stuck", state=state, rows=number, advice="see: hoso doctor")
        self._tell_staff(f"Báo Hồ Sơ: có tin đứng yên quá lâu ({_WORDS[state]}). Xem: hoso doctor")


def stuck_duty(watch: StuckWatch) -> Duty:
    """Return the sweeper's look at what is stuck."""

    async def look() -> None:
        await watch.look()

    return Duty("stuck", LOOK_SECONDS, look)
