"""The alarm for notices with which workers died twice: they are set aside, and a person looks."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from storage import poison
from storage.database import Database
from workers import metrics
from workers.sweeper import Duty

LOOK_SECONDS = 5.0
# Another process may have set it aside in the moment before ours began to look.
FIRST_LOOK_BACK = timedelta(minutes=1)

_log = structlog.get_logger(__name__)


class PoisonWatch:
    """`await look()` now and then: each notice that was set aside is told once."""

    def __init__(self, database: Database, *, tell_staff: Callable[[str], None] = lambda _text: None) -> None:
        self._database = database
        self._tell_staff = tell_staff
        self._since: datetime | None = None

    async def look(self) -> int:
        """Return how many were set aside since the last look.

        Raises:
            DatabaseUnavailable: nothing is known.
        """
        if self._since is None:
            self._since = await poison.now(self._database) - FIRST_LOOK_BACK
        found = await poison.found_since(self._database, self._since)
        for notice, at in found:
            self._since = at
            metrics.ALERTS.labels("poison").inc()
            _log.error("notice_poisoned", notice_id=str(notice), advice="hoso notices explain ID, then report it")
        if found:
            first = found[0][0]
            self._tell_staff(
                f"Báo Hồ Sơ: có tin bị để riêng vì tiến trình gửi đã hai lần dừng giữa chừng khi gửi tin đó. "
                f"Xem: hoso notices explain {first}"
            )
        return len(found)


def poison_duty(watch: PoisonWatch) -> Duty:
    """Return the sweeper's look at what was set aside."""

    async def look() -> None:
        await watch.look()

    return Duty("poison", LOOK_SECONDS, look)
