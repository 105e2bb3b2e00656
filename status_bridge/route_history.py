"""What a notice's route tells its next attempt: what was given up, what must be repeated, since when it waits. Pure.

A step is `{"channel", "why", "outcome", "code"?, "cost_vnd"?, "next"?, "skipped"?, "closed"?, "since"?, "until"?}`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

NEXT_CHANNEL: Final = "next_channel"
"""`next` of a step: its channel is given up for this notice."""
NEXT_DAY: Final = "next_day"
"""`next`: "once more tomorrow" was used."""
SAME_CHANNEL: Final = "same_channel"
"""`next`: the message may be out, and its channel takes it again as the same one (`until`)."""
REFUSED: Final = "refused"
"""`closed` of a step: the person refused us there, so no other Zalo channel is tried either."""
SILENT: Final = "silent"
"""`outcome` of a step: accepted there, and no receipt came in time."""
NOT_DELIVERED: Final = "not_delivered"
"""`why` of a step: the platform says for sure that the message did not arrive."""
RETRIED_BY_HAND: Final = "retried_by_hand"
"""`why` of a step: a person started the notice anew; what came before counts no more."""


@dataclass(frozen=True, slots=True)
class RouteHistory:
    """What counts of the steps so far.

    `silent_on` are those given up because no receipt came; `repeat_on` is the channel that alone may take the message
    again, until `repeat_until`; `since` is when the notice was first due, once an attempt that failed has noted it.
    """

    gave_up: frozenset[str] = frozenset()
    is_refused: bool = False
    silent_on: frozenset[str] = frozenset()
    had_next_day: bool = False
    repeat_on: str | None = None
    repeat_until: datetime | None = None
    since: datetime | None = None


NEW: Final = RouteHistory()


def read_history(route: Sequence[Mapping[str, Any]]) -> RouteHistory:
    """Return what the steps of a route tell; nothing before the last "retried by hand" counts."""
    if not route:
        return NEW
    steps = _since_a_person(route)
    nexts = {step.get("next") for step in steps}
    given_up = [step for step in steps if step.get("next") == NEXT_CHANNEL]
    gave_up = frozenset(str(step.get("channel")) for step in given_up)
    repeats = (step for step in steps if step.get("next") == SAME_CHANNEL)
    # What surely failed there after all is out nowhere, and free to go elsewhere.
    repeated = next((step for step in repeats if step.get("channel") not in gave_up), None)
    return RouteHistory(
        gave_up=gave_up,
        is_refused=any(step.get("closed") == REFUSED for step in given_up),
        silent_on=frozenset(str(step.get("channel")) for step in given_up if step.get("outcome") == SILENT),
        had_next_day=NEXT_DAY in nexts,
        repeat_on=None if repeated is None else str(repeated.get("channel")),
        repeat_until=None if repeated is None else _moment(repeated.get("until")),
        since=next((moment for step in steps if (moment := _moment(step.get("since"))) is not None), None),
    )


def _since_a_person(route: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    for index in range(len(route) - 1, -1, -1):
        if route[index].get("why") == RETRIED_BY_HAND:
            return route[index + 1 :]
    return route


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None
