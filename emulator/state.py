"""One emulator: its parts put together, and the whole of it as a document for the state file."""

import asyncio
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from emulator.bot_platform.platform import BotPlatform
from emulator.clock import Clock
from emulator.config import EmulatorConfig
from emulator.errors import StateFileError
from emulator.faults import Fault, Faults
from emulator.media import MediaShelf
from emulator.messages import FROM_CITIZEN, TO_CITIZEN, Message, MessageLog
from emulator.outbox import Outbox
from emulator.parts import Door, Part
from emulator.phones import Phone, PhoneBook
from emulator.quota import DailyQuota
from emulator.receipts import Receipts
from emulator.scheduler import Scheduler
from emulator.sms.gateway import SmsGateway
from emulator.state_file import load_state, replacing, write_document
from emulator.stream import Hub
from emulator.tokens import TokenBook
from emulator.violations import Violations
from emulator.visitors import Visitors

SAVE_SECONDS = 1.0
SAVE_SHARE = 20  # a save that takes t seconds is followed by 20 t of peace, so that saving costs at most 5 %

log = structlog.get_logger()


class Emulator:
    """Everything one emulator knows. Made once per application; `start` and `stop` run on its event loop.

    Raises StateFileError when the state file is damaged.
    """

    def __init__(self, config: EmulatorConfig, clock: Clock | None = None) -> None:
        self.config = config
        self.clock = clock or Clock()
        self.scheduler = Scheduler(self.clock)
        self.violations = Violations(self.clock)
        self.faults = Faults()
        self.media = MediaShelf()
        self.hub = Hub()
        self.phones = PhoneBook(config.max_unregistered_phones)
        self.messages = MessageLog(config.max_messages)
        self.quota = DailyQuota(total=config.daily_quota)
        self.package_used = 0
        self.outbox = Outbox(config, self.scheduler, self.violations)
        self.bot = BotPlatform(config, self.clock, self.scheduler)
        self.sms = SmsGateway(config, self.clock, self.scheduler)
        self.visitors = Visitors()
        self.parts: dict[str, Part] = {
            "outbox": self.outbox,
            "bot": self.bot,
            "sms": self.sms,
            "visitors": self.visitors,
        }
        self.doors: dict[str, Door] = {"oa": self.outbox, "bot": self.bot, "sms": self.sms}
        self.receipts = Receipts(
            config, self.clock, self.scheduler, self.phones, self.messages, self.outbox, self._tell_message
        )
        self._is_changed = False
        self._saves = 0
        self._saver: asyncio.Task[None] | None = None
        stored = load_state(config.state_file) if config.state_file else None
        self.tokens = TokenBook.fresh(config, self.clock.now_ms())
        if stored:
            self._restore(stored)

    async def start(self) -> None:
        """Begin to deliver and to save."""
        self.save()  # first: a file that cannot be written must be told before anything runs
        self.scheduler.start()
        for part in self.parts.values():
            await part.start()
        if self.config.state_file:
            self._saver = asyncio.create_task(self._save_now_and_then(self.config.state_file))

    async def stop(self) -> None:
        """Stop, and save a last time."""
        self.hub.close()
        self.scheduler.stop()
        for part in self.parts.values():
            await part.stop()
        if self._saver:
            self._saver.cancel()
            with suppress(asyncio.CancelledError):
                await self._saver
        self.save()

    def save(self) -> None:
        """Write the state file now, before going on. Does nothing without one. Raises StateFileError."""
        if self.config.state_file:
            self._is_changed = False
            self._saves += 1
            with replacing(self.config.state_file) as file:
                file.writelines(self._document())

    def touch(self) -> None:
        """Something changed that the next save should hold."""
        self._is_changed = True

    def find_or_create_phone(self, number: str) -> Phone:
        """The phone with this `84…` number; a new one is shown on the page."""
        known = self.phones.get(number)
        if known is None:
            known = self.phones.find_or_create(number)
            self.tell_phone(known)
        return known

    def tell_phone(self, phone: Phone) -> None:
        """A phone is new or changed."""
        self.touch()
        self.hub.tell_phone(phone)

    def arrive(
        self,
        phone: Phone,
        *,
        channel: str,
        message_id: str,
        request: bytes,
        answer: bytes,
        faults: list[Fault],
        template_id: str | None = None,
        tracking_id: str | None = None,
        shown: dict[str, Any] | None = None,
    ) -> Message:
        """A message of the account was accepted: keep it, and see to its receipt."""
        message = self._add(phone, channel, TO_CITIZEN, message_id, request, answer, template_id, tracking_id)
        message.shown.update(shown or {})
        self.receipts.expect(message, faults)
        return message

    def leave(self, phone: Phone, message_id: str, event: bytes, channel: str = "oa") -> Message:
        """A message of the citizen went to the account, or to the bot; `event` is the webhook's body."""
        return self._add(phone, channel, FROM_CITIZEN, message_id, event, b"", None, None)

    def _add(
        self,
        phone: Phone,
        channel: str,
        direction: str,
        message_id: str,
        request: bytes,
        answer: bytes,
        template_id: str | None,
        tracking_id: str | None,
    ) -> Message:
        message = Message(
            seq=self.messages.next_seq,
            at_ms=self.clock.now_ms(),
            channel=channel,
            direction=direction,
            phone=phone.phone,
            user_id=phone.user_id,
            template_id=template_id,
            tracking_id=tracking_id,
            message_id=message_id,
            request=request,
            answer=answer,
        )
        self.messages.add(message)
        self._tell_message(message)
        return message

    def _tell_message(self, message: Message) -> None:
        self.touch()
        self.hub.tell_message(message)

    async def _save_now_and_then(self, path: Path) -> None:
        pause_seconds = SAVE_SECONDS
        while True:
            await asyncio.sleep(pause_seconds)
            if not self._is_changed:
                continue
            started = time.monotonic()
            try:
                await self._save_calmly(path)
            except StateFileError as error:
                self._is_changed = True
                log.warning("state not saved", reason=str(error))
            pause_seconds = max(SAVE_SECONDS, SAVE_SHARE * (time.monotonic() - started))

    async def _save_calmly(self, path: Path) -> None:
        """Save between requests. A `save` in the meantime is newer and stays."""
        self._is_changed = False
        saves = self._saves
        with replacing(path, is_wanted=lambda: self._saves == saves) as file:
            for piece in self._document():
                file.write(piece)
                await asyncio.sleep(0)
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())

    def _document(self) -> Iterator[bytes]:
        head = {
            "clock_offset_ms": self.clock.offset_ms,
            "tokens": self.tokens.snapshot(),
            "quota": {"used": self.quota.used, "day": self.quota.day},
            "package_used": self.package_used,
            "last_seq": self.messages.last_seq,
            "parts": {name: part.snapshot() for name, part in self.parts.items()},
            "jobs": self.scheduler.snapshot(),
            "violations": self.violations.all(),
        }
        return write_document(head, {"phones": self.phones.snapshot(), "messages": self.messages.snapshot()})

    def _restore(self, stored: dict[str, Any]) -> None:
        try:
            self.clock.offset_ms = stored["clock_offset_ms"]
            self.tokens = TokenBook.restored(stored["tokens"])
            self.quota.used, self.quota.day = stored["quota"]["used"], stored["quota"]["day"]
            self.package_used = stored["package_used"]
            self.phones.restore(stored["phones"])
            self.messages.restore(stored["messages"], stored["last_seq"])
            for name, raw in stored["parts"].items():
                self.parts[name].restore(raw)
            self.scheduler.restore(stored["jobs"])
            self.violations.restore(stored["violations"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"state file {self.config.state_file} is damaged; move it away or name another"
            raise StateFileError(reason) from error


EMULATOR: web.AppKey[Emulator] = web.AppKey("emulator", Emulator)


def new_message_id() -> str:
    """An id as the platform gives it: hex, never the same twice."""
    return secrets.token_hex(10)
