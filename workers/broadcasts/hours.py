"""When a broadcast's next rows may go: the city's hours, those of advertising, and what a phone has had. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from status_bridge.hours import QUIET_HOURS, Hours
from storage.broadcast_rows import Moving
from workers.broadcasts.config import ADVERTISING_A_DAY, ADVERTISING_NIGHT, CLOSING_SECONDS

ADVERTISING: Final = "advertising"
ADVERTISING_HOURS: Final = "advertising_hours"
ADVERTISING_CAP: Final = "advertising_cap"
_DAY = timedelta(days=1)
_MOST_TURNS = 20  # between the city's hours and advertising's; two have always been enough


def next_opening(broadcast: Moving, hours: Hours) -> tuple[datetime, str] | None:
    """Return from when its rows may go and what keeps them until then, in a word; None: they may go now.

    What is urgent waits for nothing.
    """
    if broadcast.urgent:
        return None
    now = broadcast.now
    opening = _open_from(now, hours, is_advertising=broadcast.purpose == ADVERTISING)
    if opening > now:
        is_citys = _open_from(now, hours, is_advertising=False) > now
        return opening, QUIET_HOURS if is_citys else ADVERTISING_HOURS
    if broadcast.purpose != ADVERTISING:
        return None
    closing = now + timedelta(seconds=CLOSING_SECONDS)
    reopening = _open_from(closing, hours, is_advertising=True)
    return (reopening, ADVERTISING_HOURS) if reopening > closing else None


def _open_from(moment: datetime, hours: Hours, *, is_advertising: bool) -> datetime:
    nights = [hours] if not is_advertising else [hours, replace(hours, quiet=ADVERTISING_NIGHT)]
    for _ in range(_MOST_TURNS):
        later = max(one.quiet.release_time(moment, zone=one.zone, calendar=one.calendar) for one in nights)
        if later <= moment:
            return moment
        moment = later
    return moment


def advertising_from(moments: Sequence[datetime], now: datetime) -> datetime | None:
    """Return from when a phone may get another advertisement; None: now. `moments`: its others, the newest first."""
    recent = [moment for moment in moments if moment > now - _DAY]
    return None if len(recent) < ADVERTISING_A_DAY else recent[ADVERTISING_A_DAY - 1] + _DAY


def advertising_holds(
    moments: Mapping[int, Sequence[datetime]], broadcast: Moving, hours: Hours
) -> dict[int, datetime]:
    """Return by ordinal until when rows wait, whose phones have had all the advertising that they may get."""
    waits = {ordinal: advertising_from(theirs, broadcast.now) for ordinal, theirs in moments.items()}
    return {
        ordinal: _open_from(moment, hours, is_advertising=True)
        for ordinal, moment in waits.items()
        if moment is not None
    }
