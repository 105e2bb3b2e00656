"""Calls for a person, once a minute per cause instead of once a notice."""

from collections.abc import Callable
from uuid import UUID

import structlog

from workers import metrics

QUIET_SECONDS = 60.0
_TEXT = "Báo Hồ Sơ: có tin cần người xử lý ({error}, mã {code}). Xem: hoso notices explain {notice}"

_log = structlog.get_logger(__name__)


class Alerts:
    """Logs `needs_human` with the cause and tells the staff; `clock` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float], tell: Callable[[str], None] = lambda _text: None) -> None:
        self._clock = clock
        self._tell = tell
        self._said: dict[tuple[str, str | None], float] = {}
        self._unsaid: dict[tuple[str, str | None], int] = {}

    def raise_alert(self, error: str, code: str | None, notice: UUID) -> None:
        """Count the alert and log it, with the number of those since the last line about the same cause."""
        metrics.ALERTS.labels(error).inc()
        cause, now = (error, code), self._clock()
        last = self._said.get(cause)
        if last is not None and now - last < QUIET_SECONDS:
            self._unsaid[cause] = self._unsaid.get(cause, 0) + 1
            return
        self._said[cause] = now
        more = self._unsaid.pop(cause, 0)
        _log.error("needs_human", error=error, code=code, notice_id=str(notice), unlogged=more)
        self._tell(_TEXT.format(error=error, code=code or "-", notice=notice))
