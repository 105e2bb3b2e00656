"""What the sending of broadcasts must be told; quantities with their units and sources."""

from dataclasses import dataclass
from datetime import time
from typing import Final

from dossiers.calendar import QuietHours

# docs: public-services 6.4: advertising from 07:00 to 22:00, three messages a number within 24 hours.
ADVERTISING_NIGHT: Final = QuietHours(time(22, 0), time(7, 0))
ADVERTISING_A_DAY: Final = 3
CLOSING_SECONDS: Final = 60.0
"""So long before its hours end nothing more of an advertisement is let go: what is under way gets there in time."""
LEAST_OUTCOMES: Final = 20
"""After the first share, so many outcomes are needed before their share of failures says anything."""

FEWEST_PEOPLE: Final = 2
"""One person without Zalo, or one who wants no more, says nothing about all others, however small the first share."""
STAND_INS: Final = 20
"""So many rows more belong to the first share when its own wait for their people's hours, and tell nothing."""


@dataclass(frozen=True, slots=True)
class BroadcastConfig:
    """How far rows run ahead, what halts a broadcast, and how long one turn of the leader may be."""

    ahead: int = 2000
    """Rows that are let go before the ones before are sent."""
    canary_seconds: float = 300.0
    """For so long the first share is watched after the last of it was let go."""
    halt_percent: float = 5.0
    """Failed messages at which a broadcast halts; people who cannot be reached are not among them."""
    unreached_percent: float = 50.0
    """People out of reach (no Zalo, refused) at which a broadcast halts: the list may be a wrong one."""
    complaint_percent: float = 2.0
    """People who opt out or complain at which a broadcast halts."""
    chunk_rows: int = 1000
    """Rows made in one transaction."""
    release_rows: int = 2000
    """Rows let go in one statement: whoever stops a broadcast waits for one such at most."""
    cancel_rows: int = 5000
    """Rows cancelled in one statement."""
    turn_seconds: float = 1.0
    """For so long one broadcast keeps the leader from the others."""
    busy_seconds: float = 0.25
    """Pause between two rounds while something is going."""
    idle_seconds: float = 1.0
    """Pause between two rounds while nothing is."""
    progress_seconds: float = 1.0
    """How often progress is written while something is going."""
    late_progress_seconds: float = 30.0
    """The same for what has ended, whose receipts still come."""
    opt_outs_seconds: float = 5.0
    """How often people who opted out are looked for."""
    max_backoff_seconds: float = 15.0
    """Longest pause while PostgreSQL is away."""
    rest_seconds: float = 2.0
    """After a bug with one broadcast it is left alone for so long, and longer each time."""
    max_failures: int = 5
    """So many chunks that cannot be made one after the other halt a broadcast: a person must look."""
