"""Who gets a notice through which channel, and why: pure, decided anew for each attempt (docs: design 7; zalo 11).

The order: a consultation message while it is free, the platform's template by user id or by phone (the cheaper one
first), a short message, a letter. What a channel is barred by is looked at for each; the first one without a bar takes
the notice. What was given up for this notice stays given up; what may be out on a channel that knows repeats is
repeated there and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from channels.base import OutgoingMessage
from status_bridge.outgoing import CONSULTATION, EMAIL, TEMPLATE_BY_PHONE, TEMPLATE_BY_USER, compose_message
from status_bridge.route_bars import (
    NO_MOBILE,
    NOT_SET_UP,
    ONE_TIME_CODE,
    OPTED_OUT,
    ZALO,
    Case,
    find_bar,
    look_at,
    template_of,
)
from status_bridge.route_policy import Policy, Prices, Question

__all__ = [
    "CHANNEL_NOT_CONFIGURED",
    "CONSULTATION",
    "EMAIL",
    "NEVER_CONFIRMED",
    "NO_MOBILE",
    "ONE_TIME_CODE",
    "OPTED_OUT",
    "SAME_MESSAGE",
    "TEMPLATE_BY_PHONE",
    "TEMPLATE_BY_USER",
    "TEMPLATE_NOT_CONFIGURED",
    "ZALO",
    "NoRoute",
    "Policy",
    "Prices",
    "Question",
    "Routed",
    "Skipped",
    "route",
    "template_of",
]

NEVER_CONFIRMED: Final = "never_confirmed"
SAME_MESSAGE: Final = "same_message"
TEMPLATE_NOT_CONFIGURED: Final = "template_not_configured"
CHANNEL_NOT_CONFIGURED: Final = "channel_not_configured"

_REASONS: Final = {CONSULTATION: "in_window", TEMPLATE_BY_USER: "linked", TEMPLATE_BY_PHONE: "phone_in_dossier"}


class Skipped(NamedTuple):
    """A channel that was not taken, and why, in a word."""

    channel: str
    why: str


@dataclass(frozen=True, slots=True)
class Routed:
    """One step: the channel's name, the message for it, and why this channel, in a word.

    `cost_vnd` is what it will cost as far as known beforehand, without VAT; `others` are the channels that would be
    left if this one were given up.
    """

    channel: str
    message: OutgoingMessage
    reason: str
    cost_vnd: int | None = None
    skipped: Sequence[Skipped] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoRoute:
    """Nothing is left to try; `reason` goes to the officers' list."""

    reason: str
    skipped: Sequence[Skipped] = ()


def route(question: Question, policy: Policy, now: datetime) -> Routed | NoRoute:
    """Choose the channel for a notice and build its message; `now` must carry an offset."""
    notice = question.notice
    case = look_at(notice, policy, now)
    if case.history.repeat_on is not None:
        return _repeat(case, case.history.repeat_on, question.prices)
    skipped: list[Skipped] = []
    left: list[str] = []
    for channel in _order(policy, question.prices):
        why = find_bar(channel, case) if channel in policy.channels else NOT_SET_UP  # most cities have few of them
        if why is None:
            left.append(channel)
        elif not left:
            skipped.append(Skipped(channel, why))
    if not left:
        return NoRoute(_why_none(case), skipped)
    told = [one for one in skipped if one.why != NOT_SET_UP]
    reason = _REASONS.get(left[0]) or _why_beside_zalo(case, skipped)
    return _routed(left[0], reason, case, question.prices, skipped=told, others=tuple(left[1:]))


def _order(policy: Policy, prices: Prices) -> list[str]:
    by_price = (
        (TEMPLATE_BY_PHONE, TEMPLATE_BY_USER)
        if prices.by_phone < prices.by_user
        else (TEMPLATE_BY_USER, TEMPLATE_BY_PHONE)
    )
    order = [CONSULTATION, *by_price]
    if policy.sms_channel is not None:
        order.append(policy.sms_channel)
    order.append(EMAIL)
    return order


def _why_none(case: Case) -> str:
    notice, closed = case.notice, case.notice.known.closed_channels
    if notice.known.opted_out:
        return OPTED_OUT
    if case.is_refused:
        return "recipient_refused"
    if case.history.gave_up:
        return "no_receipt" if case.history.silent_on else "nothing_left"
    if notice.phone is None:
        return NO_MOBILE
    if TEMPLATE_BY_PHONE in closed:
        return "recipient_unreachable"
    if case.template_id is None and TEMPLATE_BY_PHONE in case.policy.channels:
        return TEMPLATE_NOT_CONFIGURED
    return "recipient_unreachable" if closed else CHANNEL_NOT_CONFIGURED


def _why_beside_zalo(case: Case, skipped: Sequence[Skipped]) -> str:
    """Return why a notice leaves Zalo, in a word: what barred the template by phone."""
    bars = dict(skipped)
    bar = bars.get(TEMPLATE_BY_PHONE, NOT_SET_UP)
    if bar in ("unreachable", "given_up"):
        return "zalo_silent" if case.history.silent_on else "zalo_unreachable"
    if bar == "refused":
        return "zalo_refused"
    return bar if bar in (OPTED_OUT, NO_MOBILE) else "no_zalo"


def _repeat(case: Case, channel: str, prices: Prices) -> Routed | NoRoute:
    """The message may be out there: the same channel recognises it, any other would say it twice."""
    until = case.history.repeat_until
    if until is None or case.now >= until:
        return NoRoute(NEVER_CONFIRMED)
    if channel not in case.policy.channels:
        return NoRoute(CHANNEL_NOT_CONFIGURED, [Skipped(channel, NOT_SET_UP)])
    return _routed(channel, SAME_MESSAGE, case, prices)


def _routed(
    channel: str,
    reason: str,
    case: Case,
    prices: Prices,
    *,
    skipped: Sequence[Skipped] = (),
    others: tuple[str, ...] = (),
) -> Routed:
    message = compose_message(channel, case.notice, case.template_id, case.policy.short)
    if channel in (CONSULTATION, EMAIL):
        cost_vnd = 0
    elif channel in ZALO:
        cost_vnd = prices.by_phone if channel == TEMPLATE_BY_PHONE else prices.by_user
    else:
        cost_vnd = case.policy.short.cost_vnd(message.text or "")
    return Routed(channel, message, reason, cost_vnd, skipped, others)
