"""The arithmetic of a token bucket with reserves, and the bucket of a process alone while Redis is away. Pure."""

from dataclasses import dataclass
from typing import Self

from workers.lanes import BROADCAST_LANE, URGENT_LANE
from workers.limit_config import BURST_SECONDS, SMALLEST_BURST, STATUS_RESERVE, VALID_SECONDS

MINUTE_SECONDS = 60.0
BATCH_SECONDS = 0.1  # a process fetches at most what the whole site may send in this time
_ROUNDING = 1e-6  # floating-point sums of tenths must not cost a permit


@dataclass(frozen=True, slots=True)
class Flow:
    """A bucket's size and speed: `rate` tokens a second up to `burst`; `batch` permits are fetched at most in store."""

    rate: float
    burst: float
    batch: int

    @classmethod
    def of(cls, per_minute: float) -> Self:
        """Return the flow of which no 60 seconds ever see more than `per_minute`: burst and late permits included."""
        burst = min(max(per_minute / MINUTE_SECONDS * BURST_SECONDS, SMALLEST_BURST), per_minute / 2)
        rate = (per_minute - burst) / (MINUTE_SECONDS + VALID_SECONDS)
        return cls(rate, burst, max(1, int(rate * BATCH_SECONDS)))

    def reserve(self, lane: str, reserved_share: float) -> float:
        """Return the tokens that `lane` leaves in the bucket; a full bucket always has one for everybody."""
        if lane == URGENT_LANE:
            return 0.0
        share = max(reserved_share, STATUS_RESERVE) if lane == BROADCAST_LANE else STATUS_RESERVE
        return max(0.0, min(self.burst * share, self.burst - 1))


def seconds_until(permits: int, tokens: float, *, rate: float, reserve: float, cost: float) -> float:
    """Return in how many seconds a bucket with `tokens` has so many permits of `cost` above `reserve`."""
    return max(0.0, reserve + cost * permits - tokens) / rate


class LocalBucket:
    """A process's own bucket: its fair share of the flow. Starts empty, so that going alone is no second burst."""

    def __init__(self) -> None:
        self._tokens = 0.0
        self._at = 0.0
        self.spent = 0.0
        """Tokens spent since `start`; the shared bucket does not know of them yet."""

    def start(self, now: float) -> None:
        """Begin alone, with nothing in hand."""
        self._tokens, self._at, self.spent = 0.0, now, 0.0

    def take(
        self, now: float, flow: Flow, workers: int, *, reserve: float, want: int, cost: float
    ) -> tuple[int, float]:
        """Take up to `want` permits of `cost` tokens; return how many, and after how many seconds to ask again.

        `reserve` is that of the whole flow; this bucket's is in proportion.
        """
        burst = max(flow.burst / workers, 2.0)
        kept = min(reserve * burst / flow.burst, burst - 1)
        price = min(cost, max(1.0, burst - kept))
        self._tokens = min(burst, self._tokens + max(0.0, now - self._at) * flow.rate / workers)
        self._at = now
        granted = max(0, min(want, int((self._tokens - kept) / price + _ROUNDING)))
        self._tokens = max(0.0, self._tokens - granted * price)
        self.spent += granted * price
        return granted, seconds_until(
            min(want, flow.batch), self._tokens, rate=flow.rate / workers, reserve=kept, cost=price
        )
