"""What becomes of a message after its arrival: delivered when the phone is online, read when somebody looks.

docs: zalo 6.1, 7.4
"""

from collections.abc import Callable, Iterable

from emulator import events
from emulator.clock import Clock
from emulator.config import EmulatorConfig
from emulator.faults import Fault
from emulator.messages import TO_CITIZEN, Message, MessageLog
from emulator.outbox import Outbox
from emulator.phones import Phone, PhoneBook
from emulator.scheduler import Scheduler
from emulator.template_shelf import TemplateShelf

DELIVERY_JOB = "delivery"
READ_JOB = "read"
TYPED_BY_ADMIN = "admin_id"
"""What `shown` of a message holds that an admin typed in the chat tool: no app sent it."""


class Receipts:
    """Moves messages from sent to delivered to read, and tells the webhook."""

    def __init__(
        self,
        config: EmulatorConfig,
        clock: Clock,
        scheduler: Scheduler,
        phones: PhoneBook,
        messages: MessageLog,
        templates: TemplateShelf,
        outbox: Outbox,
        tell: Callable[[Message], None],
    ) -> None:
        self._config = config
        self._clock = clock
        self._scheduler = scheduler
        self._phones = phones
        self._messages = messages
        self._templates = templates
        self._outbox = outbox
        self._tell = tell
        scheduler.on(DELIVERY_JOB, self._deliver)
        scheduler.on(READ_JOB, self._read_one)

    def expect(self, message: Message, faults: Iterable[Fault]) -> None:
        """A message was accepted: deliver it soon, or as the faults say."""
        delay_seconds, copies = self._config.receipt_delay_seconds, 1
        for fault in faults:
            if fault.mode == "no_receipt":
                copies = 0
            elif fault.mode == "duplicate_receipt":
                copies *= 2
            elif fault.mode == "late_receipt":
                delay_seconds = fault.seconds
        self._scheduler.schedule(delay_seconds, DELIVERY_JOB, message.message_id, copies)

    def catch_up(self, phone: Phone) -> None:
        """The phone is back online: what waited for it arrives, except templates whose time has passed."""
        for message in self._messages.of_phone(phone.phone):
            if message.undeliverable and not message.delivered_ms and not self._is_too_late(message):
                message.undeliverable = False
                self._scheduler.schedule(self._config.receipt_delay_seconds, DELIVERY_JOB, message.message_id, 1)

    def read_all(self, phone: Phone) -> int:
        """The citizen looks at the chat: every delivered message becomes read; how many."""
        unread = [
            message
            for message in self._messages.of_phone(phone.phone)
            if message.direction == TO_CITIZEN and message.delivered_ms and not message.read_ms
        ]
        for channel in ("oa", "template"):
            self._read([message for message in unread if message.channel == channel])
        return len(unread)

    def _deliver(self, message_id: str, copies: int) -> None:
        message = self._messages.get(message_id)
        if message is None:
            return
        phone = self._phones.get(message.phone)
        if phone and not phone.online:
            message.undeliverable = True
            return
        message.delivered_ms = self._clock.now_ms()
        self._tell(message)
        if self._config.receipts:
            for _ in range(copies):
                self._outbox.post(events.received(message, self._clock.now_ms()), is_template=_is_template(message))
        if self._config.read_delay_seconds is not None:
            self._scheduler.schedule(self._config.read_delay_seconds, READ_JOB, message_id)

    def _is_too_late(self, message: Message) -> bool:
        """Whether a template's time has passed: it is never delivered then, and not charged (docs: zalo 6.1)."""
        if message.template_id is None or not self._config.drop_undelivered:
            return False
        template = self._templates.get(message.template_id)
        return template is not None and self._clock.now_ms() - message.at_ms > template.timeout_seconds * 1000

    def _read_one(self, message_id: str) -> None:
        message = self._messages.get(message_id)
        if message and not message.read_ms:
            self._read([message])

    def _read(self, messages: list[Message]) -> None:
        if not messages:
            return
        now_ms = self._clock.now_ms()
        for message in messages:
            message.read_ms = now_ms
            self._tell(message)
        # Only the app that sent a message hears that it was seen (docs: zalo 7.4).
        sent_by_app = [message for message in messages if TYPED_BY_ADMIN not in message.shown]
        if sent_by_app and self._config.receipts:
            self._outbox.post(events.seen(sent_by_app, now_ms), is_template=_is_template(messages[0]))


def _is_template(message: Message) -> bool:
    return message.channel == "template"
