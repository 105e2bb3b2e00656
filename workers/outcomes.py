"""How an attempt is written down: the outcome's row, and the step on the notice's route. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from channels.base import SendReceipt
from status_bridge.route_history import REFUSED, read_history
from status_bridge.routing import NoRoute, Routed
from storage.notices import ClaimedNotice, Outcome
from workers.retry import Decision

QUIET_HOURS: Final = "quiet_hours"
EXPIRED: Final = "expired"


def accepted(
    notice: ClaimedNotice,
    routed: Routed,
    receipt: SendReceipt,
    *,
    latency_ms: int | None,
    due_in_seconds: float | None = None,
) -> Outcome:
    """The platform has it; `due_in_seconds`: how long its receipt is waited for before the next channel's turn."""
    cost_vnd = routed.cost_vnd if receipt.cost_vnd is None else receipt.cost_vnd
    return Outcome(
        id=notice.id,
        created_at=notice.created_at,
        token=notice.token,
        state="accepted",
        outcome="accepted",
        tries=notice.tries,
        due_in_seconds=due_in_seconds,
        channel=routed.channel,
        latency_ms=latency_ms,
        message_id=receipt.message_id,
        cost_vnd=cost_vnd,
        step=new_step(notice, routed, outcome="accepted", cost_vnd=cost_vnd),
    )


def decided(
    notice: ClaimedNotice,
    decision: Decision,
    *,
    code: str,
    routed: Routed | NoRoute | None,
    due_in_seconds: float | None,
    latency_ms: int | None,
) -> Outcome:
    """What was decided after an attempt that was not accepted."""
    step = new_step(
        notice,
        routed,
        outcome=decision.outcome,
        code=code,
        next=decision.next_step,
        closed=REFUSED if decision.is_refused else None,
        until=None if decision.repeat_until is None else decision.repeat_until.isoformat(),
        since=_since(notice) if decision.state == "pending" else None,
    )
    return Outcome(
        id=notice.id,
        created_at=notice.created_at,
        token=notice.token,
        state=decision.state,
        outcome=decision.outcome,
        tries=decision.tries,
        reason=decision.reason,
        due_in_seconds=due_in_seconds,
        not_sent=decision.not_sent,
        channel=routed.channel if isinstance(routed, Routed) else None,
        code=code,
        latency_ms=latency_ms,
        step=step,
    )


def held(notice: ClaimedNotice, wait_seconds: float) -> Outcome:
    """Nothing was sent: it waits for a decent hour."""
    return _untried(notice, "held", QUIET_HOURS, wait_seconds)


def expired(notice: ClaimedNotice) -> Outcome:
    """Nothing was sent: a one-time code whose time is over."""
    return _untried(notice, "expired", EXPIRED, None)


def _untried(notice: ClaimedNotice, state: str, reason: str, wait_seconds: float | None) -> Outcome:
    return Outcome(
        id=notice.id,
        created_at=notice.created_at,
        token=notice.token,
        state=state,
        outcome="not_sent",
        tries=notice.tries,
        reason=reason,
        due_in_seconds=wait_seconds,
        not_sent=True,
        code=reason,
    )


def new_step(notice: ClaimedNotice, routed: Routed | NoRoute | None, **facts: Any) -> Mapping[str, Any] | None:
    """Return the step for the route, or None when it only repeats the last one (the attempts keep every repeat)."""
    step: dict[str, Any] = {}
    if routed is not None:
        if isinstance(routed, Routed):
            step = {"channel": routed.channel, "why": routed.reason}
        if routed.skipped:
            step["skipped"] = [[one.channel, one.why] for one in routed.skipped]
    step.update((name, value) for name, value in facts.items() if value is not None)
    if not notice.route:
        return step
    # `since` stands on the first step alone, so it makes no difference.
    last = {name: value for name, value in notice.route[-1].items() if name != "since"}
    return None if last == step else step


def _since(notice: ClaimedNotice) -> str | None:
    """When the notice was first due, for the first step that puts it back; None: an earlier step has it."""
    if read_history(notice.route).since is not None:
        return None
    since: datetime = max(notice.created_at, notice.due_at or notice.created_at)
    return since.isoformat()
