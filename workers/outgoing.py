"""Sends what the one-stop system is told (storage/outgoing.py): signed, in order, again for a day.

A chore of every worker process. A row is taken by a lease, and no transaction is open while the receiver is called;
whoever dies in between leaves the event to the next, and the receiver tells a repeat by its `webhook-id`.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Self

import aiohttp
import structlog
from prometheus_client import Counter, Gauge, Histogram

from storage import outgoing
from storage.crypto import Cipher
from storage.database import Database
from storage.errors import StorageError
from storage.outgoing import ClaimedEvent
from workers.outgoing_decision import Answer, Decision, Fate, decide, read_retry_after
from workers.webhook_signature import sign

CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"
USER_AGENT: Final = "bao-ho-so/0.1"
SHOW_SECONDS: Final = 15.0
"""Between two counts for the metrics."""

EVENTS = Counter("hoso_outgoing_events", "Tries at outgoing events by type and what became of them", ["type", "result"])
SECONDS = Histogram("hoso_outgoing_seconds", "Time of one call to the one-stop system")
WAITING = Gauge("hoso_outgoing_waiting", "Outgoing events that are not delivered, by state", ["state"])

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OutgoingConfig:
    """Where events go, how they are signed, and how often they are tried."""

    url: str = field(repr=False)
    """https, or http on this machine; it may hold a secret of the receiver's"""
    keys: Sequence[bytes] = field(repr=False)
    """Of the signatures; the first is the newest"""
    give_up_seconds: float = 86_400.0
    """After the first try of an event"""
    timeout_seconds: float = 15.0
    """Of one call, all in all"""
    lease_seconds: float = 60.0
    batch: int = 8
    """Calls at the same time, each about another subject"""
    look_seconds: float = 1.0
    """Pause between two looks when nothing was found"""


class OutgoingSender:
    """`async with OutgoingSender(...) as sender: await sender.run()` until cancelled, or `await sender.look()` once.

    Args:
        database: the pool.
        cipher: opens the events.
        config: where to, and how.
        tell_staff: told when the receiver is gone, and when an event is given up.
        clock: monotonic seconds.
        sleep: waits seconds.
        chance: a number in 0..1 for the jitter.
        now: the time, with offset.
    """

    def __init__(
        self,
        database: Database,
        cipher: Cipher,
        config: OutgoingConfig,
        *,
        tell_staff: Callable[[str], None] = lambda _text: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._config = config
        self._tell_staff = tell_staff
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._now = now
        self._rests_until = self._shows_at = clock()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=self._config.timeout_seconds, sock_connect=5)
        # No cookies: a receiver must not see in one event what it said to another.
        self._session = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def run(self) -> None:
        """Send until cancelled; outlives every outage and every bug."""
        while True:
            try:
                found = await self.look()
            except StorageError as error:
                _log.warning("outgoing_not_looked_at", error=type(error).__name__)
                found = 0
            except Exception as error:  # noqa: BLE001 - a bug of one look must not end all looks
                _log.error("outgoing_failed", error=type(error).__name__)
                found = 0
            if not found:
                await self._sleep(self._config.look_seconds)

    async def look(self) -> int:
        """Send one batch of what is due; return how many it were. None while the receiver asked for a rest.

        Raises:
            DatabaseUnavailable: what was sent meanwhile is sent again when the lease ends.
        """
        if self._clock() < self._rests_until:
            return 0
        claimed = await outgoing.claim(
            self._database,
            self._cipher,
            url=self._config.url,
            limit=self._config.batch,
            lease_seconds=self._config.lease_seconds,
            give_up_seconds=self._config.give_up_seconds,
        )
        # Each to its end: what one meets must not leave the others between the receiver and the record.
        ends = await asyncio.gather(*(self._bring(event) for event in claimed), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end
        await self._show()
        return len(claimed)

    async def _show(self) -> None:
        if self._clock() < self._shows_at:
            return
        self._shows_at = self._clock() + SHOW_SECONDS
        waiting = await outgoing.count(self._database)
        for state in outgoing.STATES:
            if state != "delivered":
                WAITING.labels(state).set(waiting[state].events if state in waiting else 0)

    async def _bring(self, event: ClaimedEvent) -> None:
        if event.body is None:
            _log.error("outgoing_undecipherable", advice="put the old key back into HOSO_ENCRYPTION_KEYS, then repeat")
            await outgoing.settle(self._database, event, state="failed", answer="undecipherable")
            return
        answer = await self._post(event, event.body.encode())
        decision = decide(answer, tries=event.tries, seconds_left=event.seconds_left, chance=self._chance())
        self._rests_until = max(self._rests_until, self._clock() + decision.rest_seconds)
        EVENTS.labels(event.type, decision.fate).inc()
        await self._settle(event, answer, decision)

    async def _post(self, event: ClaimedEvent, body: bytes) -> Answer:
        if self._session is None:
            raise RuntimeError("OutgoingSender is closed: use it inside 'async with OutgoingSender(...)'")
        timestamp = int(self._now().timestamp())
        headers = {
            "Content-Type": CONTENT_TYPE,
            "User-Agent": USER_AGENT,
            "webhook-id": str(event.id),
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(self._config.keys, id=str(event.id), timestamp=timestamp, body=body),
        }
        try:
            with SECONDS.time():
                # A redirect would carry the event to whomever the receiver's neighbour names.
                async with self._session.post(
                    self._config.url, data=body, headers=headers, allow_redirects=False
                ) as got:
                    wait = read_retry_after(got.headers.get("Retry-After"), self._now())
                    word = "redirect not followed" if 300 <= got.status < 400 else ""
                    return Answer(got.status, word, wait)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            return Answer(None, type(error).__name__)  # never str(error): it may quote the address

    async def _settle(self, event: ClaimedEvent, answer: Answer, decision: Decision) -> None:
        match decision.fate:
            case Fate.DELIVERED:
                await outgoing.settle(self._database, event, state="delivered", answer=str(answer))
            case Fate.AGAIN:
                _log.info("outgoing_again", event_id=str(event.id), answer=str(answer), tries=event.tries)
                await outgoing.settle(
                    self._database,
                    event,
                    state="pending",
                    answer=str(answer),
                    due_in_seconds=decision.due_in_seconds,
                )
            case Fate.FAILED:
                _log.error("outgoing_given_up", event_id=str(event.id), answer=str(answer), tries=event.tries)
                await outgoing.settle(self._database, event, state="failed", answer=str(answer))
                self._tell_staff(
                    f"Báo Hồ Sơ: hệ thống một cửa không nhận sự kiện {event.id} ({answer}). Xem: hoso outgoing list"
                )
            case Fate.GONE:
                await self._stop(event, answer)

    async def _stop(self, event: ClaimedEvent, answer: Answer) -> None:
        """Nothing more goes to a receiver that is gone; the event waits with the others."""
        if await outgoing.stop(self._database, self._config.url, event.id):
            _log.error(
                "outgoing_receiver_gone", event_id=str(event.id), advice="ask the receiver; hoso outgoing resume"
            )
            self._tell_staff(
                "Báo Hồ Sơ: hệ thống một cửa trả lời 410, đã dừng gửi sự kiện. Khi sửa xong: hoso outgoing resume"
            )
        await outgoing.settle(self._database, event, state="pending", answer=str(answer), is_uncounted=True)
