"""What becomes of a notice after an attempt that was not accepted: one pure decision (docs: design 7; zalo 6.6).

Whether the message may be out comes first, because a second one cannot be taken back: unknown waits for its receipt.
What was certainly refused climbs the ladder, waits for its hour, calls a person, or ends on the officers' list.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from channels.errors import (
    BadMessage,
    ChannelError,
    Later,
    NeedsHuman,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    RecipientRefused,
    RecipientUnreachable,
    Temporary,
    TokenRejected,
    TokenUnavailable,
    UnknownCode,
)
from status_bridge.routing import NoRoute
from storage.notices import ClaimedNotice
from workers.config import RETRY_LADDER_SECONDS, DeliveryConfig

SOON_RUNG = 1  # 30 s: a token is not there at once
SLOW_RUNG = 3  # 10 min: a person has to do something first
# What never left is tried every ten minutes, so that an outage of a day ends ten minutes after it ends.
LAST_UNSENT_RUNG = 3
NEXT_DAY_SECONDS = 86400.0
NEXT_DAY = "next_day"
NO_MOBILE = "no_mobile"
# A setting is missing: somebody may still put it in, so the notice waits instead of failing.
CONFIGURATION_REASONS: Final = frozenset({"template_not_configured", "channel_not_configured"})


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What the decision looks at. `tries` counts rungs climbed before this attempt, `sends` includes this attempt."""

    kind: str
    created_at: datetime
    sends: int = 1
    tries: int = 0
    demands_action: bool = False
    had_next_day: bool = False
    """Whether "once more tomorrow" was used already."""

    @classmethod
    def of(cls, notice: ClaimedNotice) -> "NoticeFacts":
        """Read the facts off a claimed notice."""
        return cls(
            kind=notice.kind,
            created_at=notice.created_at,
            sends=notice.sends,
            tries=notice.tries,
            demands_action=notice.demands_action,
            had_next_day=_had_next_day(notice.route),
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the notice goes: the notice's `state`, the attempt's `outcome`, and when (seconds from now) it is due.

    `not_sent` takes the send back: the platform certainly has nothing, so only what may be out counts as a send.
    `pause_seconds`: the whole lane slows down. `next_step` goes to the route ("next_day").
    """

    state: str
    outcome: str
    tries: int
    reason: str | None
    due_in_seconds: float | None = None
    not_sent: bool = False
    needs_alert: bool = False
    pause_seconds: float | None = None
    next_step: str | None = None


def decide(error: ChannelError | NoRoute, *, notice: NoticeFacts, now: datetime, config: DeliveryConfig) -> Decision:
    """Decide by the error's class; `now` must carry an offset. Never raises, whatever the class."""
    match error:
        case NoRoute():
            decision = _without_route(error, notice)
        case OutcomeUnknown():
            decision = _in_doubt(error, notice, config)
        case RateLimited():
            decision = _again(error, error.retry_after_seconds, tries=notice.tries)
        case NotSent():
            decision = _not_sent(error, notice)
        case Later():
            wait = (error.not_before(now) - now).total_seconds()
            decision = _again(error, max(wait, 0.0), tries=notice.tries)
        case Temporary():
            limit = len(RETRY_LADDER_SECONDS) if error.max_retries is None else error.max_retries
            decision = _climb(error, notice, limit=limit)
        case TokenRejected():
            decision = _climb(error, notice, from_rung=SOON_RUNG)
        case NeedsHuman():
            is_first = error.retry_once and notice.tries == 0
            decision = _climb(error, notice, from_rung=SOON_RUNG if is_first else SLOW_RUNG)
        case RecipientUnreachable() if error.retry_tomorrow_once and not notice.had_next_day:
            decision = _again(error, NEXT_DAY_SECONDS, tries=notice.tries, next_step=NEXT_DAY)
        case RecipientUnreachable() | RecipientRefused() | BadMessage() | UnknownCode():
            decision = _fail(error, notice)
        case _:
            decision = _by_claims(error, notice, config)
    return _mind_age(decision, notice, now, config)


def name_error(error: ChannelError | NoRoute) -> str:
    """Return the reason in a word: the class in snake case, with the platform's code: `needs_human:-136`."""
    if isinstance(error, NoRoute):
        return error.reason
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
    return name if error.code is None else f"{name}:{error.code}"


def _had_next_day(route: Sequence[Mapping[str, Any]]) -> bool:
    return any(step.get("next") == NEXT_DAY for step in route)


def _without_route(error: NoRoute, notice: NoticeFacts) -> Decision:
    if error.reason in CONFIGURATION_REASONS:
        return _climb(NeedsHuman(error.reason), notice, from_rung=SLOW_RUNG)
    state = NO_MOBILE if error.reason == NO_MOBILE else "failed"
    return Decision(state, "not_sent", notice.tries, error.reason, not_sent=True)


def _in_doubt(error: ChannelError, notice: NoticeFacts, config: DeliveryConfig) -> Decision:
    wait = config.in_doubt_wait_seconds
    return Decision("in_doubt", "in_doubt", notice.tries, name_error(error), wait, needs_alert=error.needs_alert)


def _not_sent(error: NotSent, notice: NoticeFacts) -> Decision:
    # Stops climbing at ten minutes and never uses the ladder up: age ends it (`_mind_age`).
    first = SOON_RUNG if isinstance(error, TokenUnavailable) else 0
    rung = min(max(notice.tries, first), LAST_UNSENT_RUNG)
    asked = error.retry_after_seconds
    delay = max(RETRY_LADDER_SECONDS[rung], asked or 0.0)
    tries = max(notice.tries, min(rung + 1, LAST_UNSENT_RUNG))
    return _again(error, delay, tries=tries, pause_seconds=asked)


def _climb(
    error: ChannelError, notice: NoticeFacts, *, from_rung: int = 0, limit: int = len(RETRY_LADDER_SECONDS)
) -> Decision:
    if notice.tries >= min(limit, len(RETRY_LADDER_SECONDS)):
        return _fail(error, notice)
    rung = max(notice.tries, from_rung)
    return _again(error, RETRY_LADDER_SECONDS[rung], tries=rung + 1)


def _again(
    error: ChannelError,
    delay_seconds: float,
    *,
    tries: int,
    pause_seconds: float | None = None,
    next_step: str | None = None,
) -> Decision:
    return Decision(
        state="pending",
        outcome="not_sent" if isinstance(error, NotSent) else "refused",
        tries=tries,
        reason=name_error(error),
        due_in_seconds=delay_seconds,
        not_sent=True,
        needs_alert=error.needs_alert,
        pause_seconds=error.retry_after_seconds if isinstance(error, RateLimited) else pause_seconds,
        next_step=next_step,
    )


def _fail(error: ChannelError, notice: NoticeFacts) -> Decision:
    # A refused send stays counted: should the platform have delivered it all the same, its receipt mends the failure.
    is_unsent = isinstance(error, NotSent)
    outcome = "not_sent" if is_unsent else "refused"
    alert = error.needs_alert
    return Decision("failed", outcome, notice.tries, name_error(error), not_sent=is_unsent, needs_alert=alert)


def _by_claims(error: ChannelError, notice: NoticeFacts, config: DeliveryConfig) -> Decision:
    """A class that this module does not know yet is judged by what it says of itself."""
    if error.is_sent_possible:
        return _in_doubt(error, notice, config)
    return _climb(error, notice) if error.retryable else _fail(error, notice)


def _mind_age(decision: Decision, notice: NoticeFacts, now: datetime, config: DeliveryConfig) -> Decision:
    """What would be too old by its next attempt is told to an officer now, who may still call."""
    if decision.state != "pending" or decision.due_in_seconds is None:
        return decision
    due = now + timedelta(seconds=decision.due_in_seconds)
    if due - notice.created_at <= timedelta(seconds=config.give_up_after_seconds):
        return decision
    reason = f"too_old:{decision.reason}"
    return Decision("failed", decision.outcome, decision.tries, reason, not_sent=decision.not_sent, needs_alert=True)
