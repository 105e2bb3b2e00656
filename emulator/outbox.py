"""Webhooks of the Official Account on their way out: signed, repeated, and cancelled after the last repeat.

docs: zalo 7.1, 7.2
"""

import json
from collections.abc import Callable
from typing import Any

import structlog

from emulator.clock import Clock, to_iso
from emulator.config import EmulatorConfig
from emulator.courier import Call, Courier, CourierPlan, Parcel
from emulator.envelopes import encode
from emulator.events import Event
from emulator.parts import Part
from emulator.scheduler import Scheduler
from emulator.signature import signed_headers
from emulator.violations import Violations

TOLD_ADMIN = "Webhook của ứng dụng không phản hồi và đã bị ngắt. Vui lòng đăng ký lại."

log = structlog.get_logger()


class Outbox(Part):
    """Takes events and brings them to the webhook.

    `has_grant` tells whether the account still lets the app act for it. `cancelled` is None, or tells when and why the
    subscription ended and what the account's admin heard in Zalo.
    """

    def __init__(
        self,
        config: EmulatorConfig,
        clock: Clock,
        scheduler: Scheduler,
        violations: Violations,
        has_grant: Callable[[], bool] = lambda: True,
    ) -> None:
        self._config = config
        self._has_grant = has_grant
        self._clock = clock
        self._violations = violations
        self._courier = Courier("oa", self._plan, scheduler, prepare=self._prepare, give_up=self._give_up)
        self.url = config.webhook_url
        self.subscribed = True
        self.cancelled: dict[str, Any] | None = None
        self.lost = 0
        self.filtered = 0

    def post(self, event: Event, *, is_template: bool = False) -> bool:
        """Send an event, or let it wait for an address; False when it is switched off or may not be told."""
        if not self._is_wanted(event):
            self.filtered += 1
            return False
        if not self.subscribed or (self._config.webhook_needs_grant and not self._has_grant()):
            self.lost += 1
            return False
        body = encode(event).decode()
        self._courier.post({"body": body, "timestamp": str(event["timestamp"]), "is_template": is_template})
        return True

    def subscribe(self, url: str | None) -> None:
        """Set the address (None: events wait) and renew a cancelled subscription."""
        self.url = url
        self.subscribed = True
        self.cancelled = None
        self._courier.pump()

    def view(self) -> dict[str, Any]:
        """Counters as JSON; `filtered` counts events that a toggle kept back."""
        seen = self._courier.view()
        seen["dropped"] += self.lost
        return {"subscribed": self.subscribed, "cancelled": self.cancelled, "filtered": self.filtered, **seen}

    async def start(self) -> None:
        """Open connections and send what waits."""
        await self._courier.start()

    async def stop(self) -> None:
        """Stop sending and close connections; unfinished events wait again."""
        await self._courier.stop()

    def snapshot(self) -> dict[str, Any]:
        """The address and what waits or is under way, as JSON."""
        return {
            "url": self.url,
            "subscribed": self.subscribed,
            "cancelled": self.cancelled,
            "waiting": self._courier.snapshot(),
        }

    def restore(self, raw: dict[str, Any]) -> None:
        """Take over a snapshot; an address given at the start wins over the stored one."""
        self.url = self._config.webhook_url or raw["url"]
        self.subscribed = raw["subscribed"] or self._config.webhook_url is not None
        self.cancelled = None if self.subscribed else raw.get("cancelled")
        self._courier.restore(raw["waiting"])

    def _is_wanted(self, event: Event) -> bool:
        config, name = self._config, event["event_name"]
        if config.webhook_events and name not in config.webhook_events:
            return False
        if config.only_hash_text and name == "user_send_text":
            message = event.get("message")  # of any shape, when a tester wrote the event
            return isinstance(message, dict) and str(message.get("text", "")).startswith("#")
        return True

    def _plan(self) -> CourierPlan:
        config = self._config
        return CourierPlan(
            retry_delays_seconds=config.webhook_retry_delays_seconds if config.webhook_retry else (),
            deadline_seconds=config.webhook_deadline_seconds,
            concurrency=config.webhook_concurrency,
            max_waiting=config.max_waiting_events,
        )

    def _prepare(self, parcel: Parcel) -> Call | None:
        if self.url is None:
            return None
        content = parcel.content
        body, timestamp = content["body"].encode(), content["timestamp"]
        if parcel.retry and self._config.resign_retries:
            timestamp = str(self._clock.now_ms())
            body = encode({**json.loads(body), "timestamp": timestamp})
        headers = signed_headers(body, timestamp, self._config)
        if content["is_template"] and self._config.zns_header:
            headers["X-ZEvent-Server"] = "ZNS"
        if parcel.retry:
            headers["num_retry"] = str(parcel.retry)
        return Call("POST", self.url, headers, body)

    def _give_up(self, parcel: Parcel) -> None:
        # Without repeats there is no last one: the event is lost and the subscription stays (docs: zalo 7.1).
        if not self.subscribed or not self._config.webhook_retry:
            return
        self.subscribed = False
        detail = f"no 200 after {parcel.retry} repeats; POST /_emulator/webhook subscribes again"
        self.cancelled = {
            "at": to_iso(self._clock.now_ms()),
            "retries": parcel.retry,
            "violation": detail,
            "admin_told": TOLD_ADMIN,
        }
        self._courier.drop_all()
        log.warning("webhook subscription cancelled", retries=parcel.retry)
        self._violations.record(method="POST", path="webhook", rule="webhook_cancelled", detail=detail)
