"""One inbox entry from reading to its end: who wrote, which handler, what became of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot import metrics, outcomes
from bot.context import Context
from bot.errors import LeaseLost
from bot.interaction import opens_window
from bot.progress import Phase, Progress
from bot.replies import Replies, Reply
from bot.router import Router
from bot.texts import words_for
from channels.base import EventKind, IncomingEvent, WebhookRoute
from channels.errors import ChannelError
from storage import citizens, inbox
from storage.crypto import Cipher
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.inbox import Entry, Finished

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Talk:
    """How one platform's people are talked with.

    Attributes:
        door: the adapter's door, which reads the stored bodies again.
        router: the tree of handlers.
        reply: sends one message through the account's channel.
    """

    door: WebhookRoute
    router: Router
    reply: Reply


class Desk:
    """Works on one entry at a time for each call; safe to call for many at once.

    Args:
        talks: by platform.
        lease_seconds: lease that is renewed before each reply.
        handle_seconds: limit of one try; less than the lease.
        now: the time, with offset.
    """

    def __init__(
        self,
        *,
        database: Database,
        cipher: Cipher,
        talks: Mapping[str, Talk],
        lease_seconds: float,
        handle_seconds: float,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._talks = talks
        self._lease_seconds = lease_seconds
        self._handle_seconds = handle_seconds
        self._now = now

    async def work(self, entry: Entry) -> Finished:
        """Answer an entry, and return how its work ended.

        Raises:
            LeaseLost: somebody else has the entry; nothing was sent since.
            DatabaseUnavailable: nothing can be decided now; the lease will end and the entry be taken again.
        """
        progress = Progress.read(entry.note)
        if progress.phase is Phase.REPEATING:
            return outcomes.finish_in_doubt(entry)  # sent, repeated once: whatever came of it, it is enough
        try:
            event = self._read(entry)
        except Exception as error:  # noqa: BLE001 - was readable at the door, so it is ours to look into
            return self._set_aside(entry, error)
        if event.user_id is None:
            return outcomes.finish_answered(entry, is_possible_duplicate=False, note="no sender")
        reply = self._talks[entry.platform].reply
        replies = Replies(entry, chat_of(event), send=reply, mark=self._mark_of(entry), progress=progress)
        if outcomes.count_tries(entry, progress) > outcomes.MAX_TRIES:
            return await self._apologise(entry, event, replies, None)
        return await self._try(entry, event, replies)

    async def _try(self, entry: Entry, event: IncomingEvent, replies: Replies) -> Finished:
        try:
            async with asyncio.timeout(self._handle_seconds):
                is_handled = await self._answer(entry, event, replies)
        except (LeaseLost, DatabaseUnavailable):
            raise
        except ChannelError as error:
            return self._after_refusal(entry, error, replies.progress)
        except Exception as error:  # noqa: BLE001 - one message must not stop the others
            if replies.is_sending:
                return outcomes.finish_in_doubt(entry)
            if outcomes.count_tries(entry, replies.progress) >= outcomes.MAX_TRIES:
                return await self._apologise(entry, event, replies, error)
            _log.warning("entry_failed", entry=entry.id, tries=entry.tries, error=type(error).__name__)
            return outcomes.after_failure(entry, replies.progress)
        metrics.answer_seconds.observe(max((self._now() - entry.received_at).total_seconds(), 0))
        note = None if is_handled else "no handler"
        return outcomes.finish_answered(entry, is_possible_duplicate=replies.is_possible_duplicate, note=note)

    async def _answer(self, entry: Entry, event: IncomingEvent, replies: Replies) -> bool:
        assert event.user_id is not None  # noqa: S101 - for the type checker: `work` has looked
        citizen = await citizens.meet(self._database, self._cipher, platform=entry.platform, user_id=event.user_id)
        if opens_window(event):
            await citizens.note_interaction(self._database, citizen.id, at=event.occurred_at or entry.received_at)
        context = Context(
            event=event,
            citizen=citizen,
            database=self._database,
            reply=replies,
            words=words_for(citizen.language),
            now=self._now(),
        )
        return await self._talks[entry.platform].router.walk(context)

    async def _apologise(
        self, entry: Entry, event: IncomingEvent, replies: Replies, error: Exception | None
    ) -> Finished:
        """Set a poison message aside, with one polite answer unless one may be out already."""
        is_silent = replies.progress.phase is Phase.SENDING or replies.progress.sent > 0
        if event.kind is EventKind.MESSAGE and not is_silent:
            try:
                await replies(words_for("vi").apology)
            except ChannelError as refusal:
                _log.warning("apology_not_sent", entry=entry.id, error=type(refusal).__name__)
        return self._set_aside(entry, error)

    def _set_aside(self, entry: Entry, error: Exception | None) -> Finished:
        reason = "died while working on it" if error is None else type(error).__name__
        _log.error("entry_set_aside", entry=entry.id, tries=entry.tries, error=reason, event_name=entry.event_name)
        return outcomes.finish_failed(entry, f"poison: {reason}")

    def _after_refusal(self, entry: Entry, error: ChannelError, progress: Progress) -> Finished:
        if error.needs_alert:
            _log.error("reply_needs_a_person", entry=entry.id, error=type(error).__name__, code=error.code)
        return outcomes.after_refusal(entry, error, progress, self._now())

    def _read(self, entry: Entry) -> IncomingEvent:
        events = self._talks[entry.platform].door.parse({}, entry.raw.encode())
        found = [event for event in events if event.dedup_key == entry.platform_id]
        return found[0] if found else events[0]

    def _mark_of(self, entry: Entry) -> Callable[[str], Awaitable[bool]]:
        async def mark(note: str) -> bool:
            return await inbox.mark(self._database, entry, note, lease_seconds=self._lease_seconds)

        return mark


def chat_of(event: IncomingEvent) -> str:
    """Where to answer: the chat, which may be a group, or else whoever wrote."""
    chat_id = getattr(event.payload, "chat_id", None)
    return chat_id if isinstance(chat_id, str) else event.user_id or ""
