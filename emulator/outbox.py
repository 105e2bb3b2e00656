"""Webhooks on their way out: signed, repeated, and cancelled after the last repeat (docs: zalo 7.1, 7.2)."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog

from emulator.config import EmulatorConfig
from emulator.credentials import APP_ID, OA_SECRET_KEY
from emulator.envelopes import encode
from emulator.events import Event
from emulator.scheduler import Scheduler
from emulator.signature import sign
from emulator.violations import Violations

RETRY_JOB = "webhook"
PLATFORMS = ("oa", "bot", "sms")

log = structlog.get_logger()


@dataclass(slots=True)
class Posting:
    """One event on its way. `retry` counts repeats, 0 for the first attempt; `is_template` adds the extra header."""

    body: str
    timestamp: str
    is_template: bool
    retry: int = 0


class Outbox:
    """Takes events and brings them to the webhook, several at once but never more than the setting."""

    def __init__(self, config: EmulatorConfig, scheduler: Scheduler, violations: Violations) -> None:
        self._config = config
        self._scheduler = scheduler
        self._violations = violations
        self._waiting: deque[Posting] = deque()
        self._under_way: dict[asyncio.Task[None], Posting] = {}
        self._session: aiohttp.ClientSession | None = None
        self.urls: dict[str, str | None] = {**dict.fromkeys(PLATFORMS), "oa": config.webhook_url}
        self.subscribed = True
        self.counts = {"delivered": 0, "failed_attempts": 0, "dropped": 0}
        scheduler.on(RETRY_JOB, self._retry)

    def post(self, event: Event, *, is_template: bool = False) -> None:
        """Send an event, or let it wait for an address; a cancelled subscription loses it, as on the platform."""
        self._enqueue(Posting(encode(event).decode(), event["timestamp"], is_template))

    def subscribe(self, platform: str, url: str | None) -> None:
        """Set a platform's address (None: events wait) and renew a cancelled subscription."""
        self.urls[platform] = url
        if platform == "oa":
            self.subscribed = True
            self._pump()

    def view(self) -> dict[str, Any]:
        """Addresses and counters as JSON."""
        return {
            "urls": self.urls,
            "subscribed": self.subscribed,
            "waiting": len(self._waiting),
            "under_way": len(self._under_way),
            **self.counts,
        }

    async def start(self) -> None:
        """Open connections and send what waits."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._config.webhook_concurrency),
            timeout=aiohttp.ClientTimeout(total=self._config.webhook_deadline_seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        self._pump()

    async def stop(self) -> None:
        """Stop sending and close connections; unfinished events wait again."""
        session, self._session = self._session, None
        unfinished = list(self._under_way.items())
        for task, _ in unfinished:
            task.cancel()
        await asyncio.gather(*(task for task, _ in unfinished), return_exceptions=True)
        self._waiting.extendleft(posting for task, posting in unfinished if task.cancelled())
        if session:
            await session.close()

    def snapshot(self) -> dict[str, Any]:
        """Addresses and what waits or is under way, as JSON; repeats are among the scheduler's jobs."""
        postings = [*self._under_way.values(), *self._waiting]
        return {
            "urls": self.urls,
            "subscribed": self.subscribed,
            "waiting": [[p.body, p.timestamp, p.is_template, p.retry] for p in postings],
        }

    def restore(self, raw: dict[str, Any]) -> None:
        """Take over a snapshot; an address given at the start wins over the stored one."""
        self.urls = {**raw["urls"], "oa": self._config.webhook_url or raw["urls"]["oa"]}
        self.subscribed = raw["subscribed"] or self._config.webhook_url is not None
        self._waiting.extend(Posting(*posting) for posting in raw["waiting"])

    def _enqueue(self, posting: Posting) -> None:
        if not self.subscribed:
            self.counts["dropped"] += 1
            return
        self._waiting.append(posting)
        if len(self._waiting) > self._config.max_waiting_events:
            self._waiting.popleft()
            self.counts["dropped"] += 1
        self._pump()

    def _retry(self, body: str, timestamp: str, is_template: bool, retry: int) -> None:
        self._enqueue(Posting(body, timestamp, is_template, retry))

    def _pump(self) -> None:
        url, session = self.urls["oa"], self._session
        while url and session and self._waiting and len(self._under_way) < self._config.webhook_concurrency:
            posting = self._waiting.popleft()
            task = asyncio.create_task(self._bring(session, url, posting))
            self._under_way[task] = posting
            task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        self._pump()

    async def _bring(self, session: aiohttp.ClientSession, url: str, posting: Posting) -> None:
        body = posting.body.encode()
        try:
            async with session.post(
                url, data=body, headers=self._headers(posting, body), allow_redirects=False
            ) as answer:
                is_taken = answer.status == 200
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            is_taken = False
        if is_taken:
            self.counts["delivered"] += 1
        else:
            self._plan_retry(posting)

    def _headers(self, posting: Posting, body: bytes) -> dict[str, str]:
        mac = sign(APP_ID, body, posting.timestamp, OA_SECRET_KEY)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-ZEvent-Signature": f"mac={mac}" if self._config.mac_prefix else mac,
        }
        if posting.is_template and self._config.zns_header:
            headers["X-ZEvent-Server"] = "ZNS"
        if posting.retry:
            headers["num_retry"] = str(posting.retry)
        return headers

    def _plan_retry(self, posting: Posting) -> None:
        self.counts["failed_attempts"] += 1
        delays = self._config.webhook_retry_delays_seconds
        if posting.retry < len(delays):
            repeat = (posting.body, posting.timestamp, posting.is_template, posting.retry + 1)
            self._scheduler.schedule(delays[posting.retry], RETRY_JOB, *repeat)
        elif self.subscribed:
            self._cancel(posting)

    def _cancel(self, posting: Posting) -> None:
        self.subscribed = False
        self.counts["dropped"] += 1 + len(self._waiting) + self._scheduler.drop(RETRY_JOB)
        self._waiting.clear()
        log.warning("webhook subscription cancelled", retries=posting.retry)
        self._violations.record(
            method="POST",
            path="webhook",
            rule="webhook_cancelled",
            detail=f"no 200 after {posting.retry} repeats; POST /_emulator/webhook subscribes again",
        )
