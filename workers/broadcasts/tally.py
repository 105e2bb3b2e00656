"""What became of a broadcast's rows, kept up to date without counting a million each second.

Rows are counted in blocks of their order. Where rows are going out, blocks are counted anew each time; of the others a
few in turn, because receipts come late. A row that was not let go is known to be held.
"""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from storage import broadcast_rows as rows
from storage.broadcast_rows import HELD_REASON, Group, Moving
from storage.database import Database

BLOCK_ROWS: Final = 5000
BLOCKS_IN_TURN: Final = 2
BLOCKS_AT_ONCE: Final = 20
"""A new leader counts a broadcast that is far along in several rounds: the others have their turn in between."""
RATE_SECONDS: Final = 60.0
_WAITING: Final = frozenset({"held", "pending", "sending"})
_ARRIVED: Final = frozenset({"accepted", "delivered", "read"})
_FAILED: Final = frozenset({"failed", "no_mobile"})
# A fifth of a city's phones may be without Zalo: no fault of the message or of ours.
_OUT_OF_REACH: Final = ("recipient_unreachable", "recipient_refused", "no_mobile", "nothing_left", "opted_out")


def _is_unreached(group: Group) -> bool:
    return group.state == "no_mobile" or (group.state == "failed" and (group.reason or "").startswith(_OUT_OF_REACH))


@dataclass(slots=True)
class Totals:
    """All rows by what became of them; `outcomes` are known to have gone well or badly, `failed` badly."""

    states: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    """Rows that wait for something of their own, by reason."""
    channels: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    outcomes: int = 0
    failed: int = 0
    """Those of them that nobody expects; people out of reach are `unreached` instead."""
    unreached: int = 0
    open_doubts: int = 0
    complaints: int = 0
    cost_vnd: int = 0

    @property
    def left(self) -> int:
        """Rows that have not gone out yet."""
        return sum(self.states[state] for state in _WAITING)

    def add(self, group: Group) -> None:
        """Take a group in."""
        self.states[group.state] += group.rows
        self.cost_vnd += group.cost_vnd
        self.complaints += group.complaints
        if group.state == "held" and group.reason not in (None, HELD_REASON):
            self.waiting[group.reason or ""] += group.rows
        if group.channel is not None and (group.state in _ARRIVED or group.state == "in_doubt"):
            self.channels[group.channel] += group.rows
        if group.state == "in_doubt" and not group.is_final_doubt:
            self.open_doubts += group.rows
        elif group.state in _ARRIVED:
            self.outcomes += group.rows
        elif group.state in _FAILED or group.is_final_doubt:
            self.outcomes += group.rows
            if _is_unreached(group):
                self.unreached += group.rows
            else:
                self.failed += group.rows
            self.failures[group.reason or group.state] += group.rows


class Tally:
    """The count of one broadcast."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._blocks: dict[int, Sequence[Group]] = {}
        self._turn = 0
        self._newest = 0
        self._counts_all = False
        self._samples: deque[tuple[float, int]] = deque()

    def forget(self) -> None:
        """Count everything anew, whether it was let go or not."""
        self._blocks.clear()
        self._counts_all = True

    async def refresh(self, broadcast: Moving, *, ahead: int) -> Totals | None:
        """Count what may have changed and return the totals; None: there is more to count first.

        Raises:
            DatabaseUnavailable: the count stays as it was.
        """
        due, is_complete = self._due(broadcast, ahead)
        for block in due:
            start = block * BLOCK_ROWS
            end = min(start + BLOCK_ROWS, broadcast.rows)
            self._blocks[block] = await rows.count(self._database, broadcast, after=start, until=end)
        if not is_complete:
            return None
        totals = Totals()
        for groups in self._blocks.values():
            for group in groups:
                totals.add(group)
        uncounted = broadcast.rows - sum(totals.states.values())
        totals.states["held"] += max(uncounted, 0)
        return totals

    def rate(self, totals: Totals, rows_made: int, clock: float) -> float | None:
        """Return how many rows left a second over the last minute; None: not known yet."""
        gone = rows_made - totals.left - totals.states["cancelled"] - totals.states["suppressed"]
        self._samples.append((clock, gone))
        while self._samples[0][0] < clock - RATE_SECONDS:
            self._samples.popleft()
        since, before = self._samples[0]
        return None if clock - since < 1 else max(0.0, (gone - before) / (clock - since))

    def _due(self, broadcast: Moving, ahead: int) -> tuple[list[int], bool]:
        """Return the blocks to count now, and whether every block that must be known is known then."""
        blocks = -(-broadcast.rows // BLOCK_ROWS)
        newest = max(broadcast.released - 1, 0) // BLOCK_ROWS
        known_until = blocks if self._counts_all else min(newest + 1, blocks)
        missing = [block for block in range(known_until) if block not in self._blocks]
        if len(missing) > BLOCKS_AT_ONCE:
            return missing[:BLOCKS_AT_ONCE], False
        oldest = min(max(broadcast.released - ahead, 0) // BLOCK_ROWS, self._newest)
        self._newest = newest
        in_turn = [(self._turn + step) % blocks for step in range(min(BLOCKS_IN_TURN, blocks))] if blocks else []
        self._turn = (self._turn + BLOCKS_IN_TURN) % blocks if blocks else 0
        return sorted({*range(oldest, min(newest + 1, blocks)), *missing, *in_turn}), True


def as_progress(
    broadcast: Moving, totals: Totals, *, complaints: int, rate: float | None, waits: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return what pages show of how far it has come; `rate` in rows a second, `waits`: for what, and until when."""
    is_going = broadcast.state in ("canary", "sending") and waits is None
    remaining = None if not is_going or not rate else round(totals.left / rate, 1)
    kept = {name: broadcast.progress[name] for name in ("judged",) if name in broadcast.progress}
    return {
        "at": broadcast.now.isoformat(),
        "people": broadcast.rows,
        "counts": {state: number for state, number in sorted(totals.states.items()) if number},
        "channels": dict(totals.channels.most_common()),
        "failures": dict(totals.failures.most_common()),
        "waiting": dict(totals.waiting.most_common()),
        "outcomes": totals.outcomes,
        "failed": totals.failed,
        "complaints": complaints,
        "cost_vnd": totals.cost_vnd,
        "left": totals.left,
        "left_out": dict((broadcast.cursor or {}).get("left_out") or {}),
        "rate_per_second": None if rate is None else round(rate, 1),
        "remaining_seconds": remaining,
        "waits": None if waits is None else dict(waits),
        **kept,
    }
