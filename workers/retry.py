"""What becomes of a notice after an attempt that was not accepted: one pure decision (docs: design 7; zalo 6.6).

Whether the message may be out comes first, because a second one cannot be taken back: unknown waits for its receipt, or
is repeated where the platform knows it again. What was certainly refused climbs the ladder, waits for its hour, goes on
to the next channel, calls a person, or ends on the officers' list.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from channels.errors import (
    BadMessage,
    ChannelError,
    Later,
    NeedsAuthorization,
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
from status_bridge.route_history import NEXT_CHANNEL, NEXT_DAY, SAME_CHANNEL, read_history
from status_bridge.routing import (
    CHANNEL_NOT_CONFIGURED,
    NEVER_CONFIRMED,
    NO_MOBILE,
    ONE_TIME_CODE,
    OPTED_OUT,
    TEMPLATE_NOT_CONFIGURED,
    ZALO,
    NoRoute,
)
from storage.notices import ClaimedNotice
from workers.config import RETRY_LADDER_SECONDS, DeliveryConfig

SOON_RUNG = 1  # 30 s: a token is not there at once
SLOW_RUNG = 3  # 10 min: a person has to do something first
# What never left is tried every ten minutes, so that an outage of a day ends ten minutes after it ends.
LAST_UNSENT_RUNG = 3
NEXT_DAY_SECONDS = 86400.0
# A setting is missing: somebody may still put it in, so the notice waits instead of failing.
CONFIGURATION_REASONS: Final = frozenset({TEMPLATE_NOT_CONFIGURED, CHANNEL_NOT_CONFIGURED})
# The gate's words: limits of our own, which say nothing about the notice and do not make it old.
OWN_LIMITS: Final = frozenset({"our_limit", "quota_reserved"})
OWN_LIMIT_PAUSE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What the decision looks at. `tries` counts rungs climbed before this attempt, `sends` includes this attempt."""

    kind: str
    since: datetime
    """When the notice was first due: what a night or a holiday held is not old (UTC)."""
    sends: int = 1
    tries: int = 0
    demands_action: bool = False
    had_next_day: bool = False
    """Whether "once more tomorrow" was used already."""
    urgent_until: datetime | None = None
    others: tuple[str, ...] = ()
    """The channels that are left when this one is given up."""
    is_idempotent: bool = False
    """Whether this channel knows the same message again."""
    repeat_until: datetime | None = None
    """An earlier attempt may be out: until then the same channel knows it again."""

    @classmethod
    def of(cls, notice: ClaimedNotice, *, others: tuple[str, ...] = (), is_idempotent: bool = False) -> "NoticeFacts":
        """Read the facts off a claimed notice; the rest is known of the channel that was tried."""
        history = read_history(notice.route)
        return cls(
            kind=notice.kind,
            since=history.since or max(notice.created_at, notice.due_at or notice.created_at),
            sends=notice.sends,
            tries=notice.tries,
            demands_action=notice.demands_action,
            had_next_day=history.had_next_day,
            urgent_until=notice.urgent_until,
            others=others,
            is_idempotent=is_idempotent,
            repeat_until=history.repeat_until,
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the notice goes: the notice's `state`, the attempt's `outcome`, and when (seconds from now) it is due.

    `not_sent` takes the send back: the platform certainly has nothing, so only what may be out counts as a send.
    `pause_seconds`: the whole lane slows down. `next_step` goes to the route ("next_day", "next_channel",
    "same_channel" until `repeat_until`); `is_refused`: with it, no other Zalo channel is tried either.
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
    is_refused: bool = False
    repeat_until: datetime | None = None


def decide(error: ChannelError | NoRoute, *, notice: NoticeFacts, now: datetime, config: DeliveryConfig) -> Decision:
    """Decide by the error's class; `now` must carry an offset. Never raises, whatever the class."""
    if isinstance(error, NoRoute):
        decision = _without_route(error, notice)
    elif isinstance(error, OutcomeUnknown):
        decision = _unknown(error, notice, now, config)
    else:
        decision = _refused(error, notice, now, config)
    if not (isinstance(error, RateLimited) and error.code in OWN_LIMITS):
        decision = _mind_age(decision, error, notice, now, config)
    return _mind_code(decision, notice, now)


def name_error(error: ChannelError | NoRoute) -> str:
    """Return the reason in a word: the class in snake case, with the platform's code: `needs_human:-136`."""
    if isinstance(error, NoRoute):
        return error.reason
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
    return name if error.code is None else f"{name}:{error.code}"


def _refused(error: ChannelError, notice: NoticeFacts, now: datetime, config: DeliveryConfig) -> Decision:
    """The platform certainly has nothing of this attempt."""
    match error:
        case RateLimited():
            return _again(error, error.retry_after_seconds, tries=notice.tries)
        case NotSent():
            return _not_sent(error, notice)
        case Later() if error.try_other_channel and _others(error, notice):
            return _next_channel(error)
        case Later():
            wait = (error.not_before(now) - now).total_seconds()
            return _again(error, max(wait, 0.0), tries=notice.tries)
        case Temporary():
            limit = len(RETRY_LADDER_SECONDS) if error.max_retries is None else error.max_retries
            return _climb(error, notice, limit=limit)
        case TokenRejected():
            return _climb(error, notice, from_rung=SOON_RUNG)
        case NeedsHuman() | BadMessage() if _has_another_way_of_zalo(error, notice):
            # A person mends it, and meanwhile another of Zalo's ways costs the citizen nothing (-249, for example).
            return _next_channel(error)
        case NeedsHuman():
            is_first = error.retry_once and notice.tries == 0
            return _climb(error, notice, from_rung=SOON_RUNG if is_first else SLOW_RUNG)
        case RecipientUnreachable() | RecipientRefused():
            return _closed(error, notice)
        case BadMessage() | UnknownCode():
            return _fail(error, notice)
        case _:
            return _by_claims(error, notice, now, config)


def _has_another_way_of_zalo(error: ChannelError, notice: NoticeFacts) -> bool:
    """Whether the platform named what is wrong with this way, and not with the whole account."""
    is_code = error.code is not None and error.code.lstrip("-").isdigit()
    return is_code and not isinstance(error, NeedsAuthorization) and bool(ZALO.intersection(_others(error, notice)))


def _closed(error: RecipientUnreachable | RecipientRefused, notice: NoticeFacts) -> Decision:
    is_refusal = isinstance(error, RecipientRefused)
    if (is_refusal or error.try_other_channel) and _others(error, notice):
        return _next_channel(error)
    if isinstance(error, RecipientUnreachable) and error.retry_tomorrow_once and not notice.had_next_day:
        return _again(error, NEXT_DAY_SECONDS, tries=notice.tries, next_step=NEXT_DAY)
    return _fail(error, notice)


def _others(error: ChannelError, notice: NoticeFacts) -> tuple[str, ...]:
    """The channels that may take over after this error."""
    if notice.repeat_until is not None:
        return ()  # an earlier attempt may be out here: anything elsewhere might be the second message
    if isinstance(error, RecipientRefused) and not error.try_other_channel:
        # docs: zalo 6.6, row -141: respected, but for what the citizen must act on.
        is_duty = notice.demands_action or notice.kind == ONE_TIME_CODE
        return tuple(other for other in notice.others if other not in ZALO) if is_duty else ()
    return notice.others


def _without_route(error: NoRoute, notice: NoticeFacts) -> Decision:
    if error.reason in CONFIGURATION_REASONS:
        return _climb(NeedsHuman(error.reason), notice, from_rung=SLOW_RUNG)
    if error.reason == NEVER_CONFIRMED:  # it may be out, and is not known again any more: only a receipt ends it
        return Decision("in_doubt", "not_sent", notice.tries, error.reason, not_sent=True)
    state = NO_MOBILE if error.reason == NO_MOBILE else "failed"
    if error.reason == OPTED_OUT and not notice.demands_action:
        state = "suppressed"
    return Decision(state, "not_sent", notice.tries, error.reason, not_sent=True)


def _unknown(error: ChannelError, notice: NoticeFacts, now: datetime, config: DeliveryConfig) -> Decision:
    """The message may be out (docs: rq-httpx-redis-pitfalls B3)."""
    doubt = Decision("in_doubt", "in_doubt", notice.tries, name_error(error), needs_alert=error.needs_alert)
    if notice.kind == ONE_TIME_CODE:
        return doubt  # B3.4: never again by itself; the citizen asks for a new one
    if notice.is_idempotent and notice.tries < len(RETRY_LADDER_SECONDS):
        until = notice.repeat_until or now + timedelta(seconds=config.idempotent_seconds)
        delay = RETRY_LADDER_SECONDS[notice.tries]
        if now + timedelta(seconds=delay) < until:
            return replace(
                doubt,
                state="pending",
                tries=notice.tries + 1,
                due_in_seconds=delay,
                next_step=SAME_CHANNEL,
                repeat_until=until,
            )
    return replace(doubt, due_in_seconds=config.in_doubt_wait_seconds)


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
        return _next_channel(error) if _others(error, notice) else _fail(error, notice)
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
    if isinstance(error, RateLimited):
        pause_seconds = error.retry_after_seconds
        if error.code in OWN_LIMITS:  # the other channels of the lane go on soon
            pause_seconds = min(pause_seconds, OWN_LIMIT_PAUSE_SECONDS)
    return Decision(
        state="pending",
        outcome="not_sent" if isinstance(error, NotSent) else "refused",
        tries=tries,
        reason=name_error(error),
        due_in_seconds=delay_seconds,
        not_sent=True,
        needs_alert=error.needs_alert,
        pause_seconds=pause_seconds,
        next_step=next_step,
    )


def _next_channel(error: ChannelError) -> Decision:
    is_refused = isinstance(error, RecipientRefused) and not error.try_other_channel
    return replace(_again(error, 0.0, tries=0, next_step=NEXT_CHANNEL), is_refused=is_refused)


def _fail(error: ChannelError, notice: NoticeFacts) -> Decision:
    # A refused send stays counted: should the platform have delivered it all the same, its receipt mends the failure.
    is_unsent = isinstance(error, NotSent)
    outcome = "not_sent" if is_unsent else "refused"
    alert = error.needs_alert
    return Decision("failed", outcome, notice.tries, name_error(error), not_sent=is_unsent, needs_alert=alert)


def _by_claims(error: ChannelError, notice: NoticeFacts, now: datetime, config: DeliveryConfig) -> Decision:
    """A class that this module does not know yet is judged by what it says of itself."""
    if error.is_sent_possible:
        return _unknown(error, notice, now, config)
    if error.try_other_channel and _others(error, notice):
        return _next_channel(error)
    return _climb(error, notice) if error.retryable else _fail(error, notice)


def _mind_age(
    decision: Decision,
    error: ChannelError | NoRoute,
    notice: NoticeFacts,
    now: datetime,
    config: DeliveryConfig,
) -> Decision:
    """What would be too old by its next attempt goes to the next channel, or to an officer now, who may still call."""
    waits = decision.state == "pending" and decision.next_step not in (NEXT_CHANNEL, SAME_CHANNEL)
    if not waits or decision.due_in_seconds is None:
        return decision
    due = now + timedelta(seconds=decision.due_in_seconds)
    if due - notice.since <= timedelta(seconds=config.give_up_after_seconds):
        return decision
    if isinstance(error, ChannelError) and _others(error, notice):
        return replace(_next_channel(error), pause_seconds=decision.pause_seconds)
    reason = f"too_old:{decision.reason}"
    return Decision("failed", decision.outcome, decision.tries, reason, not_sent=decision.not_sent, needs_alert=True)


def _mind_code(decision: Decision, notice: NoticeFacts, now: datetime) -> Decision:
    """A one-time code that would come too late is not sent any more (docs: rq-httpx-redis-pitfalls B3.4)."""
    if notice.kind != ONE_TIME_CODE or decision.state != "pending" or decision.due_in_seconds is None:
        return decision
    due = now + timedelta(seconds=decision.due_in_seconds)
    if notice.urgent_until is not None and due < notice.urgent_until:
        return decision
    return replace(decision, state="expired", reason=f"expired:{decision.reason}", due_in_seconds=None, next_step=None)
