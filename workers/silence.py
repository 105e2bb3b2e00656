"""Accepted, and no receipt in its time: the platform is asked, and the next channel may have its turn (design 7).

A chore of every worker process. Who asks holds the row by a lease and no transaction; whatever dies in between is asked
again. The judgement is pure (`judge`), and the router says whether another channel is left.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import structlog

from channels.errors import ChannelError
from channels.zalo.auth import AccountUnknown
from status_bridge.route_history import NEXT_CHANNEL, NOT_DELIVERED, SILENT
from status_bridge.routing import NoRoute, Routed
from storage import recipients, silence
from storage.crypto import Cipher
from storage.database import Database
from storage.errors import StorageError
from storage.notices import ClaimedNotice
from storage.silence import Finding, Settled, SilentNotice
from workers import metrics

NO_RECEIPT: Final = "no_receipt"
CANNOT_BE_ASKED: Final = "cannot_be_asked"
# An outage of the platform must not turn a morning's notices into short messages: three more questions within hours.
ASK_AGAIN_SECONDS: Final = (300.0, 1800.0, 7200.0)

_log = structlog.get_logger(__name__)


class Heard(StrEnum):
    """What a platform says of a message."""

    DELIVERED = "delivered"
    FAILED = "failed"  # for sure, and for good
    NOTHING = "nothing"  # not delivered yet, or it does not know the message
    WAITING = "waiting"  # it does not know itself yet


Ask = Callable[[str], Awaitable[Heard]]
"""Asks a platform about one of its message ids; raises `ChannelError` when it does not answer."""


@dataclass(frozen=True, slots=True)
class SilenceConfig:
    """How often and how many."""

    look_seconds: float = 5.0
    """Pause between two looks when nothing was found."""
    batch: int = 20
    at_once: int = 4
    """Questions under way; they use up the account's rate as sends do."""
    ask_seconds: float = 15.0
    """Longest that one question may take."""
    lease_seconds: float = 180.0
    """After this a dead process's questions are asked by another; longer than a whole batch takes."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a silent notice: its state, why, and when to ask again (None: no more)."""

    state: str
    reason: str | None = None
    due_in_seconds: float | None = None


def judge(heard: Heard | None, *, checks: int, demands_action: bool, has_other: bool) -> Verdict:
    """Decide what becomes of a notice; `heard` None: the platform could not be asked; `checks` counts this question.

    Silence alone sends nobody a second message but those who must act; a failure that the platform itself confirms
    leaves for the next channel whatever it says, or for the officers' list.
    """
    if heard is Heard.DELIVERED:
        return Verdict("delivered")
    if heard is Heard.FAILED:
        return Verdict("pending" if has_other else "failed", NOT_DELIVERED)
    if heard is not Heard.NOTHING and checks <= len(ASK_AGAIN_SECONDS):
        return Verdict("accepted", None, ASK_AGAIN_SECONDS[checks - 1])
    return Verdict("pending" if demands_action and has_other else "accepted", NO_RECEIPT)


class SilenceWatch:
    """`await run()` until cancelled, or `await look()` once. Safe beside itself in any number of processes.

    Args:
        database: the pool.
        cipher: opens what the router looks at.
        asks: by channel, how it is asked; a channel that cannot be asked has said nothing.
        route: the router of delivery: whether a channel is left when this one is given up.
        on_work: told the lane of a notice that is due on another channel.
        config: how often and how many.
        clock: monotonic seconds, for latencies.
        sleep: waits seconds.
    """

    def __init__(
        self,
        database: Database,
        cipher: Cipher,
        asks: Mapping[str, Ask],
        route: Callable[[ClaimedNotice], Routed | NoRoute],
        *,
        on_work: Callable[[str], None] = lambda _lane: None,
        config: SilenceConfig | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._asks = asks
        self._route = route
        self._on_work = on_work
        self._config = config or SilenceConfig()
        self._clock = clock
        self._sleep = sleep
        self._turns = asyncio.Semaphore(self._config.at_once)

    async def run(self) -> None:
        """Look until cancelled; outlives every outage and every bug."""
        while True:
            try:
                found = await self.look()
            except StorageError as error:
                _log.warning("silence_not_looked_at", error=type(error).__name__)
                found = 0
            except Exception as error:  # noqa: BLE001 - a bug of one look must not end all looks
                _log.error("silence_failed", error=type(error).__name__)
                found = 0
            if found < self._config.batch:
                await self._sleep(self._config.look_seconds)

    async def look(self) -> int:
        """Ask about one batch and record what was heard; return how many it were.

        Raises:
            DatabaseUnavailable: whatever was asked is asked again when the lease ends.
        """
        silent = await silence.claim(
            self._database, self._cipher, limit=self._config.batch, lease_seconds=self._config.lease_seconds
        )
        if silent:
            heard = await asyncio.gather(*(self._hear(one) for one in silent))
            findings = await self._find(silent, heard)
            self._tell(await silence.settle(self._database, findings), findings)
        return len(silent)

    async def _hear(self, one: SilentNotice) -> "_Hearing":
        ask = self._asks.get(one.channel)
        if ask is None or one.message_id is None:
            return _Hearing(Heard.NOTHING, CANNOT_BE_ASKED)
        async with self._turns:
            began = self._clock()
            heard, code = await self._ask(ask, one.message_id)
            return _Hearing(heard, code, round((self._clock() - began) * 1000))

    async def _ask(self, ask: Ask, message_id: str) -> tuple[Heard | None, str]:
        try:
            async with asyncio.timeout(self._config.ask_seconds):
                heard = await ask(message_id)
        except TimeoutError:
            return None, "timeout"
        except ChannelError as error:
            return None, error.code or type(error).__name__
        except (StorageError, AccountUnknown) as error:
            return None, f"no_token:{type(error).__name__}"
        except Exception as error:  # noqa: BLE001 - a bug in one question harms no neighbour
            _log.error("silence_ask_bug", error=type(error).__name__)
            return None, f"bug_{type(error).__name__}"
        return heard, heard.value

    async def _find(self, silent: Sequence[SilentNotice], heard: Sequence["_Hearing"]) -> list[Finding]:
        given_up = [one for one, hearing in zip(silent, heard, strict=True) if hearing.heard is not Heard.DELIVERED]
        known = await recipients.with_facts(self._database, self._cipher, [one.notice for one in given_up])
        with_facts = {notice.id: notice for notice in known}
        return [
            self._finding(replace(one, notice=with_facts.get(one.notice.id, one.notice)), hearing)
            for one, hearing in zip(silent, heard, strict=True)
        ]

    def _finding(self, one: SilentNotice, hearing: "_Hearing") -> Finding:
        notice, step = one.notice, give_up_step(one.channel, hearing.heard)
        verdict = judge(
            hearing.heard,
            checks=one.checks,
            demands_action=notice.demands_action,
            has_other=hearing.heard is not Heard.DELIVERED and self._has_other(one, step),
        )
        metrics.SILENT.labels(one.channel, "no_answer" if hearing.heard is None else hearing.heard.value).inc()
        return Finding(
            id=notice.id,
            created_at=notice.created_at,
            lease_until=one.lease_until,
            state=verdict.state,
            channel=one.channel,
            code=hearing.code,
            reason=verdict.reason,
            due_in_seconds=verdict.due_in_seconds,
            latency_ms=hearing.latency_ms,
            message_id=one.message_id,
            step=step,
        )

    def _has_other(self, one: SilentNotice, step: Mapping[str, Any]) -> bool:
        """Whether the router knows another way once this channel is given up."""
        if not one.notice.is_readable:
            return False
        try:
            routed = self._route(replace(one.notice, route=[*one.notice.route, step]))
        except Exception as error:  # noqa: BLE001 - a bug in the routing of one notice harms no neighbour
            _log.error("silence_route_bug", notice_id=str(one.notice.id), error=type(error).__name__)
            return False
        return isinstance(routed, Routed) and routed.channel != one.channel

    def _tell(self, settled: Sequence[Settled], findings: Sequence[Finding]) -> None:
        for lane in sorted({one.lane for one in settled if one.state == "pending"}):
            self._on_work(lane)
        counts: dict[str, int] = {}
        for one in settled:
            counts[one.state] = counts.get(one.state, 0) + 1
        _log.info("silent_notices_settled", asked=len(findings), **counts)


@dataclass(frozen=True, slots=True)
class _Hearing:
    """What was heard (None: no answer), in a word or the platform's code, and how long it took."""

    heard: Heard | None
    code: str
    latency_ms: int | None = None


def give_up_step(channel: str, heard: Heard | None) -> dict[str, str]:
    """The route's step that gives a channel up for this notice; what else is silent with it is the router's to know."""
    is_sure = heard is Heard.FAILED
    return {
        "channel": channel,
        "why": NOT_DELIVERED if is_sure else NO_RECEIPT,
        "outcome": "refused" if is_sure else SILENT,
        "next": NEXT_CHANNEL,
    }
