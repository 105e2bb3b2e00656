"""What the SMS gateways know: messages by their orders, the balance, and reports that wait."""

from collections import deque
from collections.abc import Callable
from typing import Any

import structlog

from emulator.clock import Clock
from emulator.config import EmulatorConfig
from emulator.courier import Call, Courier, CourierPlan, Parcel
from emulator.parts import Part
from emulator.rate import MinuteRate
from emulator.scheduler import Scheduler
from emulator.sms.recent import RecentSends
from emulator.sms.reports import join_query, write_callback
from emulator.sms.short_message import ShortMessage

SEND_JOB = "sms.send"
REPORT_JOB = "sms.report"
MAX_ORDERS = 10_000  # the oldest is forgotten beyond it; eSMS itself answers for seven days
MAX_UNTOLD = 10_000

log = structlog.get_logger()


class SmsGateway(Part):
    """The state of one customer's accounts at eSMS and SpeedSMS.

    `hand_over` brings a message to its phone and says whether the phone was there to take it.
    """

    def __init__(
        self, config: EmulatorConfig, clock: Clock, scheduler: Scheduler, hand_over: Callable[[ShortMessage], bool]
    ) -> None:
        self._config = config
        self._clock = clock
        self._scheduler = scheduler
        self._hand_over = hand_over
        self._courier = Courier("sms", self._plan, scheduler, prepare=self._prepare, give_up=self._give_up)
        self._orders: dict[str, list[ShortMessage]] = {}
        self._untold: deque[str] = deque(maxlen=MAX_UNTOLD)
        self.url: str | None = None
        self.spent_vnd = {"esms": 0, "speedsms": 0}
        self.last_transaction = 100_000
        self.recent = RecentSends()
        self.speedsms_rate = MinuteRate()
        self._second = 0
        self._sends_this_second = 0
        scheduler.on(SEND_JOB, self._send)
        scheduler.on(REPORT_JOB, self._report)

    def balance_vnd(self, provider: str) -> int:
        """What is left of the account at `esms` or `speedsms`."""
        charged = {"esms": self._config.esms_balance_vnd, "speedsms": self._config.speedsms_balance_vnd}
        return charged[provider] - self.spent_vnd[provider]

    def take_turn(self, limit: int) -> bool:
        """Count one send in this second of the emulator's clock; False for one too many."""
        second = self._clock.now_ms() // 1000
        if second != self._second:
            self._second, self._sends_this_second = second, 0
        self._sends_this_second += 1
        return self._sends_this_second <= limit

    def submit(self, messages: list[ShortMessage]) -> None:
        """Accept the messages of one order: they are paid, and go out now or when they are due."""
        order_id = messages[0].order_id
        self._orders[order_id] = messages
        while len(self._orders) > MAX_ORDERS:
            del self._orders[next(iter(self._orders))]
        for index, sms in enumerate(messages):
            self.spent_vnd[sms.provider] += sms.price_vnd
            wait_ms = sms.due_ms - self._clock.now_ms()
            if wait_ms > 0:
                self._scheduler.schedule(wait_ms / 1000, SEND_JOB, order_id, index)
            else:
                self._send(order_id, index)

    def find(self, order_id: str, provider: str) -> list[ShortMessage]:
        """The messages of an order; none when this provider does not know it."""
        return [sms for sms in self._orders.get(order_id, []) if sms.provider == provider]

    def catch_up(self, phone: str) -> None:
        """A phone is back online: what waited for it has arrived, and is reported."""
        for order_id, messages in self._orders.items():
            for index, sms in enumerate(messages):
                if sms.phone == phone and sms.state == "away":
                    sms.state = "sent"
                    self._scheduler.schedule(sms.report_delay_seconds, REPORT_JOB, order_id, index, "delivered")

    def subscribe(self, url: str | None) -> None:
        """Set the address of reports for messages that name none; what waited for one goes out."""
        self.url = url
        while url and self._untold:
            self._courier.post({"url": join_query(url, self._untold.popleft())})

    def view(self) -> dict[str, Any]:
        """Counters and balances as JSON."""
        seen = self._courier.view()
        balances = {f"{provider}_balance_vnd": self.balance_vnd(provider) for provider in self.spent_vnd}
        return {**seen, "waiting": seen["waiting"] + len(self._untold), **balances}

    async def start(self) -> None:
        """Open connections and bring reports that wait."""
        await self._courier.start()

    async def stop(self) -> None:
        """Close connections; unfinished reports wait again."""
        await self._courier.stop()

    def snapshot(self) -> dict[str, Any]:
        """Everything as JSON."""
        return {
            "url": self.url,
            "spent_vnd": dict(self.spent_vnd),
            "last_transaction": self.last_transaction,
            "orders": [[sms.row() for sms in messages] for messages in self._orders.values()],
            "recent": self.recent.snapshot(),
            "untold": list(self._untold),
            "waiting": self._courier.snapshot(),
        }

    def restore(self, raw: dict[str, Any] | None) -> None:
        """Take over a snapshot; older state files have none."""
        if raw is None:
            return
        self.url = raw["url"]
        self.spent_vnd.update(raw["spent_vnd"])
        self.last_transaction = raw["last_transaction"]
        for rows in raw["orders"]:
            messages = [ShortMessage(*row) for row in rows]
            self._orders[messages[0].order_id] = messages
        self.recent.restore(raw["recent"])
        self._untold.extend(raw["untold"])
        self._courier.restore(raw["waiting"])

    def _send(self, order_id: str, index: int) -> None:
        sms = self._message(order_id, index)
        if sms is None:
            return
        outcome = self._outcome(sms.phone)
        sms.state = "sent"
        if outcome == "delivered" and not self._hand_over(sms):
            outcome = "failed" if self._config.sms_offline_fails else "away"
        sms.request = sms.answer = ""
        if outcome == "away":
            sms.state = "away"
        else:
            self._scheduler.schedule(sms.report_delay_seconds, REPORT_JOB, order_id, index, outcome)

    def _report(self, order_id: str, index: int, outcome: str) -> None:
        sms = self._message(order_id, index)
        if sms is None or sms.is_final:
            return
        sms.state = outcome
        if outcome in {"failed", "rejected"}:  # only what arrives is paid, as the documented sample shows
            self.spent_vnd[sms.provider] -= sms.price_vnd
            sms.price_vnd = 0
        if sms.provider == "esms":
            for _ in range(sms.report_copies):
                self._tell(sms)

    def _tell(self, sms: ShortMessage) -> None:
        url, query = sms.callback_url or self.url, write_callback(sms)
        if url:
            self._courier.post({"url": join_query(url, query)})
        else:
            self._untold.append(query)

    def _outcome(self, phone: str) -> str:
        config = self._config
        fates = {
            "rejected": config.sms_rejected_phones,
            "failed": config.sms_failing_phones,
            "uncertain": config.sms_uncertain_phones,
        }
        return next((fate for fate, phones in fates.items() if phone in phones), "delivered")

    def _message(self, order_id: str, index: int) -> ShortMessage | None:
        messages = self._orders.get(order_id)
        return messages[index] if messages else None

    def _plan(self) -> CourierPlan:
        return CourierPlan(
            retry_delays_seconds=self._config.sms_callback_retry_delays_seconds,
            deadline_seconds=self._config.sms_callback_deadline_seconds,
            max_waiting=self._config.max_waiting_events,
        )

    @staticmethod
    def _prepare(parcel: Parcel) -> Call:
        return Call("GET", parcel.content["url"])

    @staticmethod
    def _give_up(parcel: Parcel) -> None:
        log.warning("sms report given up", retries=parcel.retry)
