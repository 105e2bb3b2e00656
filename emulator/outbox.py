"""Webhooks of the Official Account on their way out: signed, repeated, and cancelled after the last repeat.

docs: zalo 7.1, 7.2
"""

from typing import Any

import structlog

from emulator.config import EmulatorConfig
from emulator.courier import Call, Courier, CourierPlan, Parcel
from emulator.credentials import APP_ID, OA_SECRET_KEY
from emulator.envelopes import encode
from emulator.events import Event
from emulator.parts import Part
from emulator.scheduler import Scheduler
from emulator.signature import sign
from emulator.violations import Violations

log = structlog.get_logger()


class Outbox(Part):
    """Takes events and brings them to the webhook."""

    def __init__(self, config: EmulatorConfig, scheduler: Scheduler, violations: Violations) -> None:
        self._config = config
        self._violations = violations
        self._courier = Courier("oa", self._plan, scheduler, prepare=self._prepare, give_up=self._cancel)
        self.url = config.webhook_url
        self.subscribed = True
        self.lost = 0

    def post(self, event: Event, *, is_template: bool = False) -> None:
        """Send an event, or let it wait for an address; a cancelled subscription loses it, as on the platform."""
        if not self.subscribed:
            self.lost += 1
            return
        content = {"body": encode(event).decode(), "timestamp": event["timestamp"], "is_template": is_template}
        self._courier.post(content)

    def subscribe(self, url: str | None) -> None:
        """Set the address (None: events wait) and renew a cancelled subscription."""
        self.url = url
        self.subscribed = True
        self._courier.pump()

    def view(self) -> dict[str, Any]:
        """Counters as JSON."""
        seen = self._courier.view()
        return {"subscribed": self.subscribed, **seen, "dropped": seen["dropped"] + self.lost}

    async def start(self) -> None:
        """Open connections and send what waits."""
        await self._courier.start()

    async def stop(self) -> None:
        """Stop sending and close connections; unfinished events wait again."""
        await self._courier.stop()

    def snapshot(self) -> dict[str, Any]:
        """The address and what waits or is under way, as JSON."""
        return {"url": self.url, "subscribed": self.subscribed, "waiting": self._courier.snapshot()}

    def restore(self, raw: dict[str, Any]) -> None:
        """Take over a snapshot; an address given at the start wins over the stored one."""
        self.url = self._config.webhook_url or raw["url"]
        self.subscribed = raw["subscribed"] or self._config.webhook_url is not None
        self._courier.restore(raw["waiting"])

    def _plan(self) -> CourierPlan:
        config = self._config
        return CourierPlan(
            retry_delays_seconds=config.webhook_retry_delays_seconds,
            deadline_seconds=config.webhook_deadline_seconds,
            concurrency=config.webhook_concurrency,
            max_waiting=config.max_waiting_events,
        )

    def _prepare(self, parcel: Parcel) -> Call | None:
        if self.url is None:
            return None
        body = parcel.content["body"].encode()
        mac = sign(APP_ID, body, parcel.content["timestamp"], OA_SECRET_KEY)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-ZEvent-Signature": f"mac={mac}" if self._config.mac_prefix else mac,
        }
        if parcel.content["is_template"] and self._config.zns_header:
            headers["X-ZEvent-Server"] = "ZNS"
        if parcel.retry:
            headers["num_retry"] = str(parcel.retry)
        return Call("POST", self.url, headers, body)

    def _cancel(self, parcel: Parcel) -> None:
        if not self.subscribed:
            return
        self.subscribed = False
        self._courier.drop_all()
        log.warning("webhook subscription cancelled", retries=parcel.retry)
        self._violations.record(
            method="POST",
            path="webhook",
            rule="webhook_cancelled",
            detail=f"no 200 after {parcel.retry} repeats; POST /_emulator/webhook subscribes again",
        )
