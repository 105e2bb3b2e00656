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

from emulator.allowances import Allowances
from emulator.articles import Articles
from emulator.assets import Assets
from emulator.bot_platform.platform import BotPlatform
from emulator.clock import Clock
from emulator.conditions import Conditions
from emulator.config import EmulatorConfig
from emulator.errors import StateFileError
from emulator.faults import Fault, Faults
from emulator.groups import Groups
from emulator.media import MediaShelf
from emulator.messages import FROM_CITIZEN, TO_CITIZEN, Message, MessageLog
from emulator.outbox import Outbox
from emulator.parts import Door, Part
from emulator.phones import Phone, PhoneBook
from emulator.profiles import Profiles
from emulator.quota import TemplateQuota
from emulator.rate import MinuteRate
from emulator.ratings import Ratings
from emulator.receipts import Receipts
from emulator.request_log import RequestLog
from emulator.scheduler import Scheduler
from emulator.sms.gateway import SmsGateway
from emulator.sms.short_message import ShortMessage
from emulator.state_file import load_state, replacing, write_document
from emulator.state_lock import StateLock
from emulator.stream import Hub
from emulator.template_shelf import TemplateShelf
from emulator.tokens import TokenBook
from emulator.violations import Violations
from emulator.visitors import Visitors
from emulator.zbs.journey_tokens import JourneyTokens
from emulator.zbs.phone_hashes import PhoneHashes
from emulator.zbs.rsa_keys import RsaKeys
from emulator.zbs.workbench import Workbench

CHANNELS_WITH_RECEIPTS = frozenset({"oa", "template"})
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
        self.assets = Assets(config, self.media)
        self.articles = Articles(config, self.clock)
        self.profiles = Profiles()
        self.hub = Hub()
        self.phones = PhoneBook(config.max_unregistered_phones)
        self.messages = MessageLog(config.max_messages)
        self.quota = TemplateQuota(config)
        self.package_used = 0
        self.outbox = Outbox(config, self.clock, self.scheduler, self.violations, self._has_grant)
        self.bot = BotPlatform(config, self.clock, self.scheduler)
        self.sms = SmsGateway(config, self.clock, self.scheduler, self._receive_sms)
        self.conditions = Conditions()
        self.requests = RequestLog(self.clock)
        self.rate = MinuteRate()
        self.visitors = Visitors()
        self.allowances = Allowances(config)
        self.groups = Groups()
        self.templates = TemplateShelf()
        self.ratings = Ratings()
        self.workbench = Workbench()
        self.rsa_keys = RsaKeys()
        self.journey_tokens = JourneyTokens()
        self.phone_hashes = PhoneHashes(self.phones)
        self.parts: dict[str, Part] = {
            "outbox": self.outbox,
            "bot": self.bot,
            "sms": self.sms,
            "visitors": self.visitors,
            "allowances": self.allowances,
            "groups": self.groups,
            "media": self.media,
            "assets": self.assets,
            "articles": self.articles,
            "profiles": self.profiles,
            "templates": self.templates,
            "ratings": self.ratings,
            "workbench": self.workbench,
            "rsa_keys": self.rsa_keys,
            "journey_tokens": self.journey_tokens,
            "conditions": self.conditions,
        }
        self.doors: dict[str, Door] = {"oa": self.outbox, "bot": self.bot, "sms": self.sms}
        self.receipts = Receipts(
            config,
            self.clock,
            self.scheduler,
            self.phones,
            self.messages,
            self.templates,
            self.outbox,
            self.tell_message,
        )
        self._is_changed = False
        self._saves = 0
        self._saver: asyncio.Task[None] | None = None
        self._lock = StateLock(config.state_file) if config.state_file else None
        stored = load_state(config.state_file) if config.state_file else None
        self.tokens = TokenBook.fresh(config, self.clock.now_ms())
        if stored:
            self._restore(stored)

    async def start(self) -> None:
        """Begin to deliver and to save. Raises StateFileError, also when another emulator uses the state file."""
        if self._lock:
            self._lock.take()
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
        if self._lock:
            self._lock.free()

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
        if channel in CHANNELS_WITH_RECEIPTS:
            self.receipts.expect(message, faults)
        elif phone.online:
            self._deliver(message)
        return message

    def catch_up(self, phone: Phone) -> None:
        """The phone is back online: what waited for it arrives, on every channel."""
        self.receipts.catch_up(phone)
        for message in self.messages.of_phone(phone.phone):
            is_ours = message.direction == TO_CITIZEN and message.channel not in CHANNELS_WITH_RECEIPTS
            if is_ours and not message.delivered_ms:
                self._deliver(message)
        self.sms.catch_up(phone.phone)

    def arrive_off_phone(
        self, user_id: str, *, message_id: str, request: bytes, answer: bytes, shown: dict[str, Any] | None = None
    ) -> Message:
        """A message of the account to a group, kept under that id: no one phone holds it, and no receipt comes."""
        nobody = Phone(phone="", user_id=user_id)
        message = self._add(nobody, "oa", TO_CITIZEN, message_id, request, answer, None, None)
        message.shown.update(shown or {})
        return message

    def leave(
        self,
        phone: Phone,
        message_id: str,
        event: bytes,
        channel: str = "oa",
        *,
        shown: dict[str, Any] | None = None,
    ) -> Message:
        """A message of the citizen went to the account, or to the bot; `event` is the webhook's body."""
        message = self._add(phone, channel, FROM_CITIZEN, message_id, event, b"", None, None)
        message.shown.update(shown or {})
        return message

    def _has_grant(self) -> bool:
        """Whether the app may still act for the account: without a grant it hears nothing (docs: zalo 7.1)."""
        tokens = self.tokens
        return self.clock.now_ms() < tokens.refresh_expires_ms and not tokens.is_grant_over(self.config)

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
        self.tell_message(message)
        return message

    def _deliver(self, message: Message) -> None:
        # The Official Account's webhook hears nothing of bots and short messages.
        message.delivered_ms = self.clock.now_ms()
        self.tell_message(message)

    def _receive_sms(self, sms: ShortMessage) -> bool:
        """A short message reaches the phone's network; whether the phone was there to take it."""
        phone = self.find_or_create_phone(sms.phone)
        if not phone.online and self.config.sms_offline_fails:
            return False
        self.arrive(
            phone,
            channel="sms",
            message_id=sms.message_id,
            request=sms.request.encode(),
            answer=sms.answer.encode(),
            faults=[],
            tracking_id=sms.request_id or None,
            shown={"parts": sms.parts, "encoding": sms.encoding, "sender": sms.sender},
        )
        return phone.online

    def tell_message(self, message: Message) -> None:
        """A message is new or changed."""
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
            "quota": self.quota.snapshot(),
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
            self.quota.restore(stored["quota"])
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
