"""One attempt: the hour, the route, one send under a deadline, and the outcome. It never raises.

Whatever goes wrong becomes an outcome of this one notice (poison harms no neighbour). The line that matters is the
call of `Channel.send`: before it nothing has left, after it only a channel's own error can prove that.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import structlog

from channels.base import Channel, SendReceipt
from channels.errors import ChannelError, NeedsHuman, NotSent, OutcomeUnknown, TokenUnavailable
from channels.zalo.auth import AccountUnknown
from status_bridge.routing import NoRoute, Routed
from storage.errors import DatabaseUnavailable, StorageError
from storage.notices import ClaimedNotice, Outcome
from workers import metrics
from workers.alerts import Alerts
from workers.config import DeliveryConfig
from workers.retry import Decision, NoticeFacts, decide

QUIET_HOURS = "quiet_hours"
JITTER = 0.1  # put-back notices come due spread over a tenth of their delay, not all in one second

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Course:
    """How far an attempt came. `send_until`: when the send must be over, for the lease ends soon after."""

    send_until: float
    routed: Routed | None = None
    called_at: float | None = None
    """When the channel was called; from here on the message may be out."""


class Attempts:
    """Makes attempts. `decent_delay(seconds, notice)` lengthens a delay so that it ends at a decent hour; `now` is UTC;
    `random` gives 0…1.
    """

    def __init__(
        self,
        channels: Mapping[str, Channel],
        route: Callable[[ClaimedNotice], Routed | NoRoute],
        *,
        config: DeliveryConfig,
        decent_delay: Callable[[float, ClaimedNotice], float],
        random: Callable[[], float],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
        tell_staff: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._channels = channels
        self._route = route
        self._config = config
        self._decent_delay = decent_delay
        self._random = random
        self._now = now
        self._clock = clock
        self._alerts = Alerts(clock, tell_staff)

    async def make(self, notice: ClaimedNotice, claimed_at: float, slow_down: Callable[[float], None]) -> Outcome:
        """Try once and return how it ended, also when this task is cancelled in the middle.

        `claimed_at` is when the claim was asked for, by this object's clock: the lease runs from then, also while this
        process is frozen. `slow_down(seconds)` is called when a platform wants fewer messages.
        """
        course = _Course(send_until=claimed_at + self._config.send_deadline_seconds)
        try:
            outcome = await self._make(notice, course)
        except asyncio.CancelledError:
            # Swallowed on purpose: only the owner of this window cancels, and it waits for the outcome.
            outcome = self._judge(notice, course, OutcomeUnknown("cancelled", "this process was stopped"), slow_down)
        except ChannelError as error:
            outcome = self._judge(notice, course, error, slow_down)
        except (StorageError, AccountUnknown) as error:
            outcome = self._judge(notice, course, _without_token(error), slow_down)
        except Exception as error:  # noqa: BLE001 - a bug in one attempt must not lose its notice or its neighbours
            outcome = self._judge(notice, course, _own_fault(error, course, notice), slow_down)
        metrics.SENDS.labels(outcome.channel or "none", outcome.outcome).inc()
        return outcome

    async def _make(self, notice: ClaimedNotice, course: _Course) -> Outcome:
        if not notice.is_readable:
            raise NeedsHuman("undecipherable", "put the old key back into HOSO_ENCRYPTION_KEYS")
        wait = self._decent_delay(0.0, notice)
        if wait > 0:
            return _held(notice, wait)
        routed = self._route(notice)
        if isinstance(routed, NoRoute):
            return self._refuse(notice, course, routed)
        course.routed = routed
        channel = self._channels.get(routed.channel)
        if channel is None:
            return self._refuse(notice, course, NoRoute("channel_not_configured"))
        receipt = await self._send(channel, routed, course)
        return _accepted(notice, course, receipt, self._latency_ms(course))

    async def _send(self, channel: Channel, routed: Routed, course: _Course) -> SendReceipt:
        seconds_left = course.send_until - self._clock()
        if seconds_left <= 0:
            # Frozen between claim and send: others may have decided about this notice, and sent the next one.
            raise NotSent("too_late", "the lease was nearly over before the channel was called")
        course.called_at = self._clock()
        try:
            async with asyncio.timeout(seconds_left) as deadline:
                return await channel.send(routed.message)
        except TimeoutError as error:
            cause = "deadline" if deadline.expired() else "timeout"
            raise OutcomeUnknown(cause, "no answer in time; the message may be out") from error
        finally:
            metrics.SEND_SECONDS.labels(routed.channel).observe(self._clock() - course.called_at)

    def _refuse(self, notice: ClaimedNotice, course: _Course, error: NoRoute) -> Outcome:
        decision = decide(error, notice=NoticeFacts.of(notice), now=self._now(), config=self._config)
        if decision.needs_alert:
            self._alerts.raise_alert("no_route", error.reason, notice.id)
        return self._outcome(notice, course, decision, error.reason)

    def _judge(
        self, notice: ClaimedNotice, course: _Course, error: ChannelError, slow_down: Callable[[float], None]
    ) -> Outcome:
        if isinstance(error, OutcomeUnknown) and course.called_at is None:
            error = NotSent("stopped", "this process was stopped before the channel was called")
        decision = decide(error, notice=NoticeFacts.of(notice), now=self._now(), config=self._config)
        if decision.needs_alert:
            self._alerts.raise_alert(type(error).__name__, error.code, notice.id)
        if decision.pause_seconds is not None:
            slow_down(decision.pause_seconds)
        return self._outcome(notice, course, decision, error.code or type(error).__name__)

    def _outcome(self, notice: ClaimedNotice, course: _Course, decision: Decision, code: str) -> Outcome:
        channel = course.routed.channel if course.routed else None
        if decision.state == "pending":
            metrics.RETRIES.labels(decision.reason or "unknown").inc()
        if decision.state == "in_doubt":
            metrics.DOUBTS.labels("raised").inc()
        return Outcome(
            id=notice.id,
            created_at=notice.created_at,
            token=notice.token,
            state=decision.state,
            outcome=decision.outcome,
            tries=decision.tries,
            reason=decision.reason,
            due_in_seconds=self._due_in(decision, notice),
            not_sent=decision.not_sent,
            channel=channel,
            code=code,
            latency_ms=self._latency_ms(course),
            step=_new_step(notice, course, outcome=decision.outcome, code=code, next=decision.next_step),
        )

    def _due_in(self, decision: Decision, notice: ClaimedNotice) -> float | None:
        if decision.due_in_seconds is None or decision.state != "pending":
            return decision.due_in_seconds
        delay = decision.due_in_seconds * (1 + JITTER * self._random())
        try:
            return max(delay, self._decent_delay(delay, notice))
        except Exception as error:  # noqa: BLE001 - a bug in the calendar must not lose the outcome
            _report_bug(error, notice)
            return delay

    def _latency_ms(self, course: _Course) -> int | None:
        return None if course.called_at is None else round((self._clock() - course.called_at) * 1000)


def _accepted(notice: ClaimedNotice, course: _Course, receipt: SendReceipt, latency_ms: int | None) -> Outcome:
    return Outcome(
        id=notice.id,
        created_at=notice.created_at,
        token=notice.token,
        state="accepted",
        outcome="accepted",
        tries=notice.tries,
        channel=course.routed.channel if course.routed else None,
        latency_ms=latency_ms,
        message_id=receipt.message_id,
        cost_vnd=receipt.cost_vnd,
        step=_new_step(notice, course, outcome="accepted", cost_vnd=receipt.cost_vnd),
    )


def _held(notice: ClaimedNotice, wait_seconds: float) -> Outcome:
    return Outcome(
        id=notice.id,
        created_at=notice.created_at,
        token=notice.token,
        state="held",
        outcome="not_sent",
        tries=notice.tries,
        reason=QUIET_HOURS,
        due_in_seconds=wait_seconds,
        not_sent=True,
        code=QUIET_HOURS,
    )


def _new_step(notice: ClaimedNotice, course: _Course, **facts: Any) -> Mapping[str, Any] | None:
    """The step for the route, or None when it only repeats the last one (the attempts keep every repeat)."""
    if course.routed is not None:
        facts = {"channel": course.routed.channel, "why": course.routed.reason, **facts}
    step = {name: value for name, value in facts.items() if value is not None}
    is_repeat = bool(notice.route) and dict(notice.route[-1]) == step
    return None if is_repeat else step


def _without_token(error: Exception) -> ChannelError:
    # A channel asks our database for its token before it calls the platform, or after a refusal, and never after an
    # acceptance: nothing was sent.
    if isinstance(error, DatabaseUnavailable):
        return TokenUnavailable("database", "no token, because PostgreSQL is away")
    return NeedsHuman("no_token", f"the account's token cannot be read ({type(error).__name__}); check hoso accounts")


def _own_fault(error: Exception, course: _Course, notice: ClaimedNotice) -> ChannelError:
    _report_bug(error, notice)
    if course.called_at is not None:
        return OutcomeUnknown(f"bug_{type(error).__name__}", "an error of our own after the channel was called")
    return NeedsHuman(f"bug_{type(error).__name__}", "an error of our own; nothing was sent")


def _report_bug(error: Exception, notice: ClaimedNotice) -> None:
    # The type and the place, never the text: it may quote what was to be sent.
    metrics.BUGS.labels(type(error).__name__).inc()
    _log.error("send_bug", notice_id=str(notice.id), error=type(error).__name__, at=_place(error.__traceback__))


def _place(traceback: TracebackType | None) -> str:
    if traceback is None:
        return "?"
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_globals.get('__name__', '?')}:{traceback.tb_lineno}"
