"""What the account may still send of broadcasts, and one person still get of promotions (docs: zalo 4.7, 5.4)."""

from dataclasses import asdict, dataclass
from typing import Any

from emulator.clock import day_number, month_number
from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.parts import Part

OUT_OF_QUOTA = -211  # docs: zalo 4.8
RECEIVED_ENOUGH = -218


@dataclass(slots=True)
class Received:
    """Promotions that one person got: on `day` (since 1970, in Vietnam) and in `month`."""

    day: int = 0
    day_count: int = 0
    month: int = 0
    month_count: int = 0


class Allowances(Part):
    """Counters of both kinds; the limits are settings, read when needed."""

    def __init__(self, config: EmulatorConfig) -> None:
        self._config = config
        self._received: dict[str, Received] = {}
        self.broadcasts_used = 0

    def take_broadcast(self) -> None:
        """Use one broadcast of the package. Raises Refused(-211)."""
        if self.broadcasts_used >= self._config.package_broadcasts:
            raise Refused(OUT_OF_QUOTA)
        self.broadcasts_used += 1

    def promotions_left(self, user_id: str, now_ms: int) -> tuple[int, int]:
        """How many promotions this person may still get: today, and this month."""
        seen = self._turn(user_id, now_ms)
        today = self._config.promotions_per_user_day - seen.day_count
        this_month = self._config.promotions_per_user_month - seen.month_count
        return max(0, today), max(0, this_month)

    def take_promotion(self, user_id: str, now_ms: int) -> None:
        """Count one promotion for this person. Raises Refused(-218)."""
        if not min(self.promotions_left(user_id, now_ms)):
            raise Refused(RECEIVED_ENOUGH)
        seen = self._received.setdefault(user_id, self._turn(user_id, now_ms))
        seen.day_count += 1
        seen.month_count += 1

    def snapshot(self) -> dict[str, Any]:
        """Both counters as JSON."""
        return {
            "broadcasts_used": self.broadcasts_used,
            "received": {user_id: asdict(seen) for user_id, seen in self._received.items()},
        }

    def restore(self, raw: Any) -> None:
        """Take over a snapshot."""
        self.broadcasts_used = raw["broadcasts_used"]
        self._received = {user_id: Received(**seen) for user_id, seen in raw["received"].items()}

    def _turn(self, user_id: str, now_ms: int) -> Received:
        seen = self._received.get(user_id) or Received()
        day, month = day_number(now_ms), month_number(now_ms)
        if seen.day != day:
            seen.day, seen.day_count = day, 0
        if seen.month != month:
            seen.month, seen.month_count = month, 0
        return seen
