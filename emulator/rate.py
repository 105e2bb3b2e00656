"""How many requests the app has made in this minute of the emulator's clock (docs: zalo 4.7)."""

from dataclasses import dataclass

MINUTE_MS = 60_000


@dataclass(slots=True)
class MinuteRate:
    """A count that starts again with each minute."""

    used: int = 0
    minute: int = 0

    def take(self, limit: int, now_ms: int) -> int | None:
        """Use one; how many are left, or None when it was one too many."""
        minute = now_ms // MINUTE_MS
        if minute != self.minute:
            self.minute, self.used = minute, 0
        if self.used >= limit:
            return None
        self.used += 1
        return limit - self.used
