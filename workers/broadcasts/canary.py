"""What is known of a broadcast's first share. Pure."""

from storage.broadcast_rows import Moving
from workers.broadcasts.config import STAND_INS
from workers.broadcasts.releasing import canary_rows
from workers.broadcasts.tally import Totals


def is_over(broadcast: Moving, totals: Totals) -> bool:
    """Return whether all is known of the first share, and its time is over; of everybody, nobody is left to spare.

    Rows that their own people's hours hold are not waited for, as long as there is anything to judge by.
    """
    if broadcast.state != "canary" or _is_under_way(broadcast, totals):
        return False
    if broadcast.released >= broadcast.rows:
        return True
    if not totals.outcomes and broadcast.released < canary_rows(broadcast) + STAND_INS:
        return False  # those who stand in come first
    is_known = totals.outcomes > 0 or not totals.waiting
    return is_known and broadcast.canary_until is not None and broadcast.now >= broadcast.canary_until


def tells_nothing(broadcast: Moving, totals: Totals) -> bool:
    """Return whether there is no outcome to judge by, and none under way: its people's own hours hold all of it.

    Others stand in for them then: one person who has had enough for today must not keep a street's power cut for a day.
    """
    return broadcast.state == "canary" and not totals.outcomes and not _is_under_way(broadcast, totals)


def _is_under_way(broadcast: Moving, totals: Totals) -> bool:
    is_open = totals.states["pending"] + totals.states["sending"] + totals.open_doubts > 0
    return is_open or broadcast.released < canary_rows(broadcast)
