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
from typing import Final, Protocol

import structlog

from channels.base import Channel, SendReceipt
from channels.content import Feature
from channels.deadline import TOO_LATE, Deadline
from channels.errors import ChannelError, NeedsHuman, NotSent, OutcomeUnknown, TokenUnavailable
from channels.time_limit import TimeLimit
from channels.zalo.auth import AccountUnknown
from status_bridge.route_history import NEXT_DAY, NOT_DELIVERED
from status_bridge.routing import ONE_TIME_CODE, SAME_MESSAGE, NoRoute, Routed
from storage.errors import DatabaseUnavailable, StorageError
from storage.notices import ClaimedNotice, Outcome, RecipientFacts
from storage.recipients import ClosedChannel
from workers import metrics
from workers.alerts import Alerts
from workers.config import DeliveryConfig
from workers.gate import Gate, OpenGate
from workers.outcomes import QUIET_HOURS, accepted, decided, expired, held
from workers.reachability import closed_by
from workers.retry import Decision, NoticeFacts, decide

__all__ = ["QUIET_HOURS", "UNKNOWN_FACTS", "Attempts", "Gate", "Hears", "OpenGate", "default_receipt_wait"]

JITTER = 0.1  # put-back notices come due spread over a tenth of their delay, not all in one second
RECEIPT_WAIT_SECONDS = 7200.0
UNKNOWN_FACTS: Final = RecipientFacts()
"""Instead of what is known of a recipient, when that could not be read: such a notice is not sent."""

_log = structlog.get_logger(__name__)


class Hears(Protocol):
    """Told every outcome; `alarming`: it calls for a person. Quick, and never raises."""

    def __call__(self, outcome: Outcome, *, alarming: bool) -> None:
        """Hear of one outcome."""
        ...


def default_receipt_wait(channel: str, template_id: str | None) -> float:
    """Return how long a receipt is waited for, in seconds: two hours, whatever the channel."""
    del channel, template_id
    return RECEIPT_WAIT_SECONDS


def _hear_nothing(outcome: Outcome, *, alarming: bool) -> None:
    del outcome, alarming


@dataclass(slots=True)
class _Course:
    """How far an attempt came. `send_until`: when the send must be over, for the lease ends soon after."""

    send_until: float
    routed: Routed | NoRoute | None = None
    is_idempotent: bool = False
    called_at: float | None = None
    """When the channel was called; from here on the message may be out."""
    is_alarming: bool = False


class Attempts:
    """Makes attempts.

    Args:
        channels: the channels by the names that `route` uses.
        route: chooses channel and message for a notice; pure.
        config: deadlines and patience.
        decent_delay: `decent_delay(seconds, notice)` lengthens a delay so that it ends at a decent hour.
        random: gives 0…1.
        now: UTC.
        clock: monotonic seconds.
        tell_staff: takes one line; must not block or raise.
        gate: every send's share of rate and quota.
        on_outcome: told every outcome.
        on_closed: told of channels that do not reach a recipient.
        receipt_wait: by channel and platform template, seconds to wait for a receipt before the next channel's turn;
            None: there will be none.
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
        gate: Gate | None = None,
        on_outcome: Hears | None = None,
        on_closed: Callable[[ClosedChannel], None] = lambda _closed: None,
        receipt_wait: Callable[[str, str | None], float | None] = default_receipt_wait,
    ) -> None:
        self._channels = channels
        self._route = route
        self._config = config
        self._decent_delay = decent_delay
        self._random = random
        self._now = now
        self._clock = clock
        self._alerts = Alerts(clock, tell_staff)
        self._gate: Gate = gate or OpenGate()
        self._on_outcome = on_outcome or _hear_nothing
        self._on_closed = on_closed
        self._receipt_wait = receipt_wait

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
        metrics.sends(outcome.channel or "none", outcome.outcome).inc()
        self._on_outcome(outcome, alarming=course.is_alarming)
        return outcome

    async def _make(self, notice: ClaimedNotice, course: _Course) -> Outcome:
        if not notice.is_readable:
            raise NeedsHuman("undecipherable", "put the old key back into HOSO_ENCRYPTION_KEYS")
        if notice.known is UNKNOWN_FACTS:
            raise NotSent("database", "what is known of the recipient could not be read")
        if notice.kind == ONE_TIME_CODE and not self._is_in_time(notice):
            return expired(notice)
        wait = self._decent_delay(0.0, notice)
        if wait > 0:
            return held(notice, wait)
        routed = course.routed = self._route(notice)
        if isinstance(routed, NoRoute):
            return self._refuse(notice, course, routed)
        channel = self._channels.get(routed.channel)
        if channel is None:
            return self._refuse(notice, course, NoRoute("channel_not_configured"))
        course.is_idempotent = Feature.IDEMPOTENT in getattr(channel, "features", ())
        receipt = await self._send(channel, routed, notice.lane, course)
        return accepted(
            notice,
            routed,
            receipt,
            latency_ms=self._latency_ms(course),
            due_in_seconds=self._silence_after(notice, routed),
        )

    def _is_in_time(self, notice: ClaimedNotice) -> bool:
        return notice.urgent_until is not None and self._now() < notice.urgent_until

    def _silence_after(self, notice: ClaimedNotice, routed: Routed) -> float | None:
        """How long the receipt of what must be acted on is waited for; None: there is no other channel for it.

        What was repeated on a channel that knows repeats is asked about in any case, also when a person retried what
        the channel had failed: it says "accepted" to a message that it failed before, and sends nothing. A code is only
        sent once.
        """
        is_repeat = routed.reason == SAME_MESSAGE or any(
            step.get("why") == NOT_DELIVERED and step.get("channel") == routed.channel for step in notice.route
        )
        is_waited_for = notice.demands_action and routed.others and notice.kind != ONE_TIME_CODE
        if not is_waited_for and not is_repeat:
            return None
        template = routed.message.template
        return self._receipt_wait(routed.channel, None if template is None else template.template_id)

    async def _send(self, channel: Channel, routed: Routed, lane: str, course: _Course) -> SendReceipt:
        patience = min(self._config.limit_wait_seconds, course.send_until - self._clock())
        if patience > 0:
            await self._gate.enter(routed.channel, lane, seconds=patience)
        called_at = self._clock()
        seconds_left = course.send_until - called_at
        if seconds_left <= 0:
            # Frozen between claim and send: others may have decided about this notice, and sent the next one.
            raise NotSent(TOO_LATE, "the lease was nearly over before the channel was called")
        course.called_at = called_at
        try:
            with Deadline(course.send_until, self._clock) as last, TimeLimit(seconds_left) as limit:
                receipt = await channel.send(routed.message)
        except TimeoutError as error:
            if last.was_late:  # the timer struck in the same moment
                raise NotSent(TOO_LATE, "the lease was nearly over before the message could leave") from error
            cause = "deadline" if limit.is_over else "timeout"
            raise OutcomeUnknown(cause, "no answer in time; the message may be out") from error
        except ChannelError as error:
            self._gate.note_error(routed.channel, lane, error)
            raise
        finally:
            metrics.send_seconds(routed.channel).observe(self._clock() - called_at)
        self._gate.note_receipt(routed.channel, lane, receipt)
        return receipt

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
        routed = course.routed if isinstance(course.routed, Routed) else None
        others = () if routed is None else routed.others
        facts = NoticeFacts.of(notice, others=others, is_idempotent=course.is_idempotent)
        decision = decide(error, notice=facts, now=self._now(), config=self._config)
        if decision.needs_alert:
            self._alerts.raise_alert(type(error).__name__, error.code, notice.id)
        if decision.pause_seconds is not None:
            slow_down(decision.pause_seconds)
        # Not with "once more tomorrow": that try would find its only channel closed.
        if routed is not None and decision.next_step != NEXT_DAY:
            closed = closed_by(error, routed.channel, notice, self._config)
            if closed is not None:
                self._on_closed(closed)
        return self._outcome(notice, course, decision, error.code or type(error).__name__)

    def _outcome(self, notice: ClaimedNotice, course: _Course, decision: Decision, code: str) -> Outcome:
        course.is_alarming = decision.needs_alert
        if decision.state == "pending":
            metrics.RETRIES.labels(decision.reason or "unknown").inc()
        if decision.outcome == "in_doubt":
            metrics.DOUBTS.labels("raised").inc()
        return decided(
            notice,
            decision,
            code=code,
            routed=course.routed,
            due_in_seconds=self._due_in(decision, notice),
            latency_ms=self._latency_ms(course),
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
