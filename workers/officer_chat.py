"""Sends what officers write into chats: each citizen's in order, never twice (storage/officer_messages.py).

A chore of every worker process. What may be out already is left in doubt for the officer to decide, because a chat
message has no receipt and no key by which the platform would know a repeat.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from prometheus_client import Counter

from channels.base import OutgoingMessage, Recipient, SendReceipt
from channels.errors import ChannelError, Later, NotSent
from channels.zalo.token_store import AccountUnknown
from storage import officer_messages
from storage.crypto import Cipher
from storage.database import Database
from storage.errors import StorageError
from storage.officer_messages import ClaimedMessage

Send = Callable[[OutgoingMessage], Awaitable[SendReceipt]]
"""Sends one message through a channel; raises `ChannelError`."""

PAUSES_SECONDS: Final = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)
"""While the platform does not take it; the last one repeats."""
GIVE_UP_AFTER: Final = timedelta(minutes=30)
"""Later than this it is not part of the talk any more: the officer says it again, or something else."""

DOUBT_SECONDS: Final = 5.0
"""Between two looks for what a dead sender left."""

MESSAGES = Counter("hoso_officer_messages", "Officers' messages into chats by what became of them", ["result"])

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OfficerChatConfig:
    """How often and how many."""

    look_seconds: float = 0.5
    """Pause between two looks when nothing was found; somebody waits"""
    batch: int = 10
    lease_seconds: float = 60.0
    """Longer than a send may take"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a refused try comes to: `pending` again after seconds, `in_doubt` or `failed`."""

    state: str
    due_in_seconds: float = 0.0


def judge(error: ChannelError, *, age: timedelta, now: datetime) -> Outcome:
    """Decide what becomes of a message that a channel refused; `age`: since it was written."""
    if error.is_sent_possible:
        return Outcome("in_doubt")
    if not error.retryable:
        return Outcome("failed")
    waits = [pause for pause in PAUSES_SECONDS if pause >= age.total_seconds() / 4]
    pause = waits[0] if waits else PAUSES_SECONDS[-1]
    if isinstance(error, Later):
        pause = max((error.not_before(now) - now).total_seconds(), pause)
    elif isinstance(error, NotSent) and error.retry_after_seconds is not None:
        pause = max(error.retry_after_seconds, pause)
    if age + timedelta(seconds=pause) > GIVE_UP_AFTER:
        return Outcome("failed")
    return Outcome("pending", pause)


class OfficerChat:
    """`await run()` until cancelled, or `await look()` once. Safe beside itself in any number of processes.

    Args:
        database: the pool.
        cipher: opens the messages.
        sends: by the citizens' platform, the channel that reaches them.
        config: how often and how many.
        clock: monotonic seconds.
        sleep: waits seconds.
        now: the time, with offset.
    """

    def __init__(
        self,
        database: Database,
        cipher: Cipher,
        sends: Mapping[str, Send],
        *,
        config: OfficerChatConfig | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._sends = sends
        self._config = config or OfficerChatConfig()
        self._clock = clock
        self._doubts_at = clock()
        self._sleep = sleep
        self._now = now

    async def run(self) -> None:
        """Send until cancelled; outlives every outage and every bug."""
        while True:
            try:
                found = await self.look()
            except StorageError as error:
                _log.warning("officer_chat_not_looked_at", error=type(error).__name__)
                found = 0
            except Exception as error:  # noqa: BLE001 - a bug of one look must not end all looks
                _log.error("officer_chat_failed", error=type(error).__name__)
                found = 0
            if not found:
                await self._sleep(self._config.look_seconds)

    async def look(self) -> int:
        """Send one batch of what is due; return how many it were.

        Raises:
            DatabaseUnavailable: what was sent meanwhile will be in doubt when the lease ends.
        """
        await self._look_for_lost()
        claimed = await officer_messages.claim_messages(
            self._database, self._cipher, limit=self._config.batch, lease_seconds=self._config.lease_seconds
        )
        ends = await asyncio.gather(*(self._bring(message) for message in claimed), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end
        return len(claimed)

    async def _look_for_lost(self) -> None:
        if self._clock() < self._doubts_at:
            return
        self._doubts_at = self._clock() + DOUBT_SECONDS
        for lost in await officer_messages.doubt_expired(self._database):
            _log.error("officer_message_in_doubt", message=lost, advice="see: hoso handovers show")
            MESSAGES.labels("in_doubt").inc()

    async def _bring(self, message: ClaimedMessage) -> None:
        send = self._sends.get(message.platform)
        if send is None or not message.is_readable:
            await self._note(message, Outcome("failed"), "no_channel" if send is None else "undecipherable")
            return
        if self._now() - message.created_at > GIVE_UP_AFTER:  # we were away, or had no account to send by
            await self._note(message, Outcome("failed"), "too_late")
            return
        try:
            receipt = await send(
                OutgoingMessage(
                    reference=f"officer-{message.id}",
                    recipient=Recipient(user_id=message.user_id),
                    text=message.text,
                    account_id=message.account_id,
                )
            )
        except ChannelError as error:
            now = self._now()
            await self._note(
                message, judge(error, age=now - message.created_at, now=now), f"{type(error).__name__}:{error.code}"
            )
            return
        except (StorageError, AccountUnknown) as error:
            # The token is read before the platform is called: nothing was sent.
            await self._note(message, Outcome("pending", PAUSES_SECONDS[2]), type(error).__name__)
            return
        await officer_messages.note_sent(self._database, self._cipher, message, message_id=receipt.message_id)
        MESSAGES.labels("sent").inc()

    async def _note(self, message: ClaimedMessage, outcome: Outcome, reason: str) -> None:
        MESSAGES.labels(outcome.state).inc()
        _log.warning("officer_message_not_sent", message=message.id, state=outcome.state, reason=reason)
        await officer_messages.note_unsent(
            self._database, message, state=outcome.state, reason=reason, due_in_seconds=outcome.due_in_seconds
        )
