"""The emulator's clock: real time that a test may set or move forward.

Windows, quotas, tokens and the night follow `now_ms`; delays (receipts, webhook retries) follow `elapsed_ms`, which
never runs backwards, so that setting the clock back stalls nothing.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

VIETNAM_OFFSET_SECONDS = 7 * 3600  # Asia/Ho_Chi_Minh has no summer time
VIETNAM = timezone(timedelta(seconds=VIETNAM_OFFSET_SECONDS))
DAY_SECONDS = 86_400
NIGHT_STARTS_HOUR = 22  # docs: zalo 6.5
NIGHT_ENDS_HOUR = 6
MIN_MS = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp() * 1000)
MAX_MS = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp() * 1000)


def is_night(now_ms: int) -> bool:
    """Whether templates are refused at this moment: 22:00 up to, not including, 06:00 in Vietnam."""
    hour = (now_ms // 1000 + VIETNAM_OFFSET_SECONDS) % DAY_SECONDS // 3600
    return hour >= NIGHT_STARTS_HOUR or hour < NIGHT_ENDS_HOUR


def day_number(now_ms: int) -> int:
    """The day in Vietnam, counted from 1970-01-01; daily quotas start again when it changes (docs: zalo 11)."""
    return (now_ms // 1000 + VIETNAM_OFFSET_SECONDS) // DAY_SECONDS


def month_number(now_ms: int) -> int:
    """The month in Vietnam, as year * 12 + month; monthly quotas start again when it changes."""
    moment = datetime.fromtimestamp(now_ms / 1000, VIETNAM)
    return moment.year * 12 + moment.month


def to_iso(ms: int) -> str:
    """Milliseconds since 1970 as ISO 8601 with Vietnam's offset, to the millisecond."""
    return datetime.fromtimestamp(ms / 1000, VIETNAM).isoformat(timespec="milliseconds")


def parse_moment(value: object) -> int:
    """Milliseconds since 1970 from ISO 8601 or from such a number; Vietnam's time without offset. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("a moment is ISO 8601 or milliseconds since 1970")  # noqa: TRY004 - documented as ValueError
    try:
        ms = int(value) if isinstance(value, int | float) or value.isdecimal() else _parse_iso(value)
    except OverflowError as error:
        raise ValueError("a moment must lie between 2000 and 2200") from error
    if not MIN_MS <= ms <= MAX_MS:
        raise ValueError("a moment must lie between 2000 and 2200")
    return ms


def _parse_iso(value: str) -> int:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=VIETNAM)
    return int(moment.timestamp() * 1000)


class Clock:
    """Now, as this emulator sees it. `wall` gives seconds since 1970, `monotonic` seconds that only grow."""

    def __init__(self, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._advanced_ms = 0
        self._on_jump: list[Callable[[], None]] = []
        self.offset_ms = 0

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        return int(self._wall() * 1000) + self.offset_ms

    def elapsed_ms(self) -> int:
        """Milliseconds that only grow: real time passed plus every jump forward."""
        return int(self._monotonic() * 1000) + self._advanced_ms

    def set_ms(self, ms: int) -> None:
        """Make it `ms` now; time goes on from there. Raises ValueError outside 2000 to 2200."""
        if not MIN_MS <= ms <= MAX_MS:
            raise ValueError("a moment must lie between 2000 and 2200")
        jump_ms = ms - self.now_ms()
        self.offset_ms += jump_ms
        self._advanced_ms += max(0, jump_ms)
        for tell in self._on_jump:
            tell()

    def on_jump(self, tell: Callable[[], None]) -> None:
        """Call `tell` after every set."""
        self._on_jump.append(tell)
