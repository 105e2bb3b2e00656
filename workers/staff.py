"""Calls for a person that reach one: short texts to the staff's chats, through any chat channel.

Told and forgotten: whoever tells never waits, and an alert that cannot be sent is in the log and the metrics all the
same. No personal data is in an alert.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence

import structlog

from channels.base import OutgoingMessage, Recipient, SendReceipt
from channels.errors import ChannelError
from workers import metrics
from workers.told import Told

MAX_WAITING = 50
RETRY_PAUSES_SECONDS = (5.0, 60.0)
REPEAT_SECONDS = 3600.0  # the same text again within the hour tells nothing new

_log = structlog.get_logger(__name__)

Send = Callable[[OutgoingMessage], Awaitable[SendReceipt]]


class StaffBell:
    """`tell(text)` from anywhere on the loop; `await run()` until cancelled sends.

    Args:
        send: the channel's `send`.
        chats: ids of the chats that hear of everything.
        clock: monotonic seconds.
        sleep: waits seconds.
        told: what other processes told; without it every process tells.
    """

    def __init__(
        self,
        send: Send,
        chats: Sequence[str],
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        told: Told | None = None,
    ) -> None:
        self._shared = told
        self._send = send
        self._chats = tuple(chats)
        self._clock = clock
        self._sleep = sleep
        self._waiting: asyncio.Queue[str] = asyncio.Queue(MAX_WAITING)
        self._told: dict[str, float] = {}

    def tell(self, text: str) -> None:
        """Take an alert; one that was told within the hour, or comes while too many wait, is left out."""
        now = self._clock()
        self._told = {known: at for known, at in self._told.items() if now - at < REPEAT_SECONDS}
        if text in self._told:
            return
        try:
            self._waiting.put_nowait(text)
        except asyncio.QueueFull:
            metrics.STAFF_ALERTS.labels("dropped").inc()
            return
        self._told[text] = now

    async def run(self) -> None:
        """Send what is told, one text after the other, to every chat. What nobody got may be told again at once."""
        while True:
            text = await self._waiting.get()
            if self._shared is not None and not await self._shared.claim(text):
                continue
            heard = [await self._send_safely(chat, text) for chat in self._chats]
            if not any(heard):
                await self._forget(text)

    async def _forget(self, text: str) -> None:
        self._told.pop(text, None)
        if self._shared is not None:
            await self._shared.forget(text)

    async def _send_safely(self, chat: str, text: str) -> bool:
        reference = f"alert-{uuid.uuid4().hex}"
        message = OutgoingMessage(reference=reference, recipient=Recipient(user_id=chat), text=text)
        for pause in (*RETRY_PAUSES_SECONDS, None):
            try:
                await self._send(message)
            except ChannelError as error:
                _log.warning("staff_alert_not_sent", error=type(error).__name__, code=error.code)
                # An alert that comes twice does no harm; one that does not come may.
                if (error.retryable or error.is_sent_possible) and pause is not None:
                    await self._sleep(pause)
                    continue
                break
            except Exception as error:  # noqa: BLE001 - the bell must outlive whatever a channel does
                _log.error("staff_alert_crashed", error=type(error).__name__)
                break
            metrics.STAFF_ALERTS.labels("sent").inc()
            return True
        metrics.STAFF_ALERTS.labels("failed").inc()
        return False
