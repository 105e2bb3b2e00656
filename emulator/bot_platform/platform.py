"""What the Bot Platform knows of one bot: its chats, its webhook and secret, updates that wait, the month's messages.

docs: zalo 8
"""

import asyncio
import hashlib
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog

from emulator.bot_platform.updates import write_update
from emulator.clock import VIETNAM, Clock
from emulator.config import EmulatorConfig
from emulator.courier import Call, Courier, CourierPlan, Parcel
from emulator.credentials import BOT_SECRET_TOKEN
from emulator.envelopes import encode
from emulator.errors import Refused
from emulator.parts import Part
from emulator.scheduler import Scheduler

QUOTA_EXCEEDED = 429
CHAT_ID_CHARS = 20
LOOK_SECONDS = 1.0  # how often a poll looks whether its client is still there

log = structlog.get_logger()


def chat_id_of(phone: str) -> str:
    """A person's id at the Bot Platform: hex, always the same, unlike the one at the Official Account."""
    return hashlib.sha256(f"bot:{phone}".encode()).hexdigest()[:CHAT_ID_CHARS]


class BotPlatform(Part):
    """The state of one bot. Getting updates by polling and by webhook exclude each other (docs: zalo 8.1)."""

    def __init__(self, config: EmulatorConfig, clock: Clock, scheduler: Scheduler) -> None:
        self._config = config
        self._clock = clock
        self._courier = Courier("bot", self._plan, scheduler, prepare=self._prepare, give_up=self._give_up)
        self._updates: deque[dict[str, Any]] = deque()
        self._changed = asyncio.Event()
        self._chats: dict[str, str] = {}
        self._month, self._sent_in_month = "", 0
        self.url: str | None = None
        self.secret = BOT_SECRET_TOKEN
        self.updated_ms = 0

    def open_chat(self, phone: str) -> str:
        """The chat of a person who wrote to the bot; only such chats can be answered."""
        chat_id = chat_id_of(phone)
        self._chats.setdefault(chat_id, phone)
        return chat_id

    def phone_of(self, chat_id: str) -> str | None:
        """Whose chat this is, if it is open."""
        return self._chats.get(chat_id)

    def charge(self, chat_id: str) -> None:
        """Count one message to this chat. Raises Refused(429) beyond the plan's people or the month's messages."""
        users, messages = self._config.bot_users, self._config.bot_monthly_messages
        if users is not None and list(self._chats).index(chat_id) >= users:
            raise Refused(QUOTA_EXCEEDED)
        month = datetime.fromtimestamp(self._clock.now_ms() / 1000, VIETNAM).strftime("%Y-%m")
        if month != self._month:
            self._month, self._sent_in_month = month, 0
        if messages is not None and self._sent_in_month >= messages:
            raise Refused(QUOTA_EXCEEDED)
        self._sent_in_month += 1

    def post(self, update: dict[str, Any]) -> None:
        """Bring an update to the webhook, or let it wait for a poll."""
        if self.url:
            self._bring(update)
        else:
            self._updates.append(update)
            if len(self._updates) > self._config.max_waiting_events:
                self._updates.popleft()
            self._changed.set()

    async def take_update(self, timeout_seconds: float, is_gone: Callable[[], bool]) -> dict[str, Any] | None:
        """The next update, which is then consumed; None when the time is over, or the client `is_gone`.

        Real time: a poll is an open connection. Nothing comes while a webhook is set.
        """
        deadline = time.monotonic() + timeout_seconds
        while not is_gone():
            if self._updates and not self.url:
                return self._updates.popleft()
            left_seconds = deadline - time.monotonic()
            if left_seconds <= 0:
                return None
            self._changed.clear()
            await self._wait(min(left_seconds, LOOK_SECONDS))
        return None

    def subscribe(self, url: str | None) -> None:
        """Set the webhook's address with the fixed secret, as `/_emulator/webhook` does; None goes back to polling."""
        self.set_webhook(url, BOT_SECRET_TOKEN)

    def set_webhook(self, url: str | None, secret: str) -> None:
        """Set the webhook, or with None delete it; updates that waited for a poll go there."""
        self.url, self.secret = url, secret
        self.updated_ms = self._clock.now_ms()
        while self.url and self._updates:
            self._bring(self._updates.popleft())
        self._changed.set()

    def view(self) -> dict[str, Any]:
        """Counters as JSON."""
        seen = self._courier.view()
        counts = {"chats": len(self._chats), "sent_this_month": self._sent_in_month}
        return {**seen, "waiting": seen["waiting"] + len(self._updates), **counts}

    async def start(self) -> None:
        """Open connections and bring what waits."""
        await self._courier.start()

    async def stop(self) -> None:
        """Close connections; what was under way waits again."""
        await self._courier.stop()

    def snapshot(self) -> dict[str, Any]:
        """Everything as JSON."""
        return {
            "url": self.url,
            "secret": self.secret,
            "updated_ms": self.updated_ms,
            "chats": dict(self._chats),
            "month": [self._month, self._sent_in_month],
            "updates": list(self._updates),
            "waiting": self._courier.snapshot(),
        }

    def restore(self, raw: dict[str, Any] | None) -> None:
        """Take over a snapshot; older state files have none."""
        if raw is None:
            return
        self.url, self.secret, self.updated_ms = raw["url"], raw["secret"], raw["updated_ms"]
        self._chats.update(raw["chats"])
        self._month, self._sent_in_month = raw["month"]
        self._updates.extend(raw["updates"])
        self._courier.restore(raw["waiting"])

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return

    def _bring(self, update: dict[str, Any]) -> None:
        written = write_update(update, self._config)
        body = {"ok": True, "result": written} if self._config.bot_webhook_wrapped else written
        # With its address: what is under way when the webhook changes still goes to the former one.
        self._courier.post({"url": self.url, "secret": self.secret, "body": encode(body).decode()})

    def _plan(self) -> CourierPlan:
        return CourierPlan(
            retry_delays_seconds=self._config.bot_webhook_retry_delays_seconds,
            deadline_seconds=self._config.bot_webhook_deadline_seconds,
            concurrency=self._config.webhook_concurrency,
            max_waiting=self._config.max_waiting_events,
        )

    @staticmethod
    def _prepare(parcel: Parcel) -> Call:
        content = parcel.content
        return Call("POST", content["url"], webhook_headers(content["secret"]), content["body"].encode())

    @staticmethod
    def _give_up(parcel: Parcel) -> None:
        log.warning("bot update lost", retries=parcel.retry)


def webhook_headers(secret: str) -> dict[str, str]:
    """What every call of the webhook carries (docs: zalo 8.3)."""
    return {"Content-Type": "application/json", "X-Bot-Api-Secret-Token": secret}
