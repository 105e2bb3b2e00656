"""The day's template messages (docs: zalo 6.5): counted down, full again at midnight in Vietnam."""

from dataclasses import dataclass

from emulator.clock import day_number
from emulator.errors import Refused


@dataclass(slots=True)
class DailyQuota:
    """`total` a day, of which `used` are gone on `day` (days since 1970 in Vietnam)."""

    total: int
    used: int = 0
    day: int = 0

    def remaining(self, now_ms: int) -> int:
        """How many may still go today."""
        self._turn(now_ms)
        return max(0, self.total - self.used)

    def take(self, now_ms: int) -> int:
        """Use one; how many are left. Raises Refused(-144) when none is."""
        left = self.remaining(now_ms)
        if not left:
            raise Refused(-144)
        self.used += 1
        return left - 1

    def _turn(self, now_ms: int) -> None:
        today = day_number(now_ms)
        if today != self.day:
            self.day, self.used = today, 0
