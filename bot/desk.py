"""One inbox entry from reading to its end: who wrote, which handler, what became of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot import metrics, outcomes
from bot.answers import Answer
from bot.books import Books
from bot.context import Context
from bot.dispatcher import Dispatcher
from bot.errors import ConversationBusy, LeaseLost
from bot.fsm import States
from bot.interaction import opens_window
from bot.progress import Phase, Progress
from bot.reading import read_update
from bot.replies import CHAT_FEATURES, Replies, Reply
from bot.services import ChatServices
from bot.texts import words_for
from bot.transcript import Transcript
from bot.updates import Update, UpdateKind
from channels.base import IncomingEvent, WebhookRoute
from channels.content import Feature
from channels.errors import ChannelError
from storage.conversations import Arrival, Said
from storage.errors import DatabaseUnavailable
from storage.inbox import Entry, Finished

_log = structlog.get_logger()

FLOOD_WINDOW_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Talk:
    """How one platform's people are talked with.

    Attributes:
        door: the adapter's door, which reads the stored bodies again.
        dispatcher: finds the handler.
        reply: sends one message through the account's channel.
        features: what that channel can carry.
    """

    door: WebhookRoute
    dispatcher: Dispatcher
    reply: Reply
    features: Collection[Feature] = CHAT_FEATURES


class Desk:
    """Works on one entry at a time for each call; safe to call for many at once.

    Args:
        services: what handlers may use.
        states: where conversations stand.
        books: what is written down.
        talks: by platform.
        lease_seconds: lease that is renewed before each reply.
        handle_seconds: limit of one try; less than the lease.
        now: the time, with offset.
    """

    def __init__(
        self,
        *,
        services: ChatServices,
        states: States,
        books: Books,
        talks: Mapping[str, Talk],
        lease_seconds: float,
        handle_seconds: float,
        now: Callable[[], datetime],
    ) -> None:
        self._services = services
        self._states = states
        self._books = books
        per_minute = services.config.messages_per_minute
        self._message_costs_seconds = FLOOD_WINDOW_SECONDS / per_minute if per_minute else 0.0
        self._talks = talks
        self._lease_seconds = lease_seconds
        self._handle_seconds = handle_seconds
        self._now = now

    async def work(self, entry: Entry) -> tuple[Finished, Sequence[Said]]:
        """Answer an entry, and return how its work ended, with what was said and is not written down yet.

        Raises:
            LeaseLost: somebody else has the entry; nothing was sent since.
            DatabaseUnavailable: nothing can be decided now; the lease will end and the entry be taken again.
        """
        transcript = Transcript(entry)
        return await self._work(entry, transcript), transcript.take()

    async def _work(self, entry: Entry, transcript: Transcript) -> Finished:
        progress = Progress.read(entry.note)
        if progress.phase is Phase.REPEATING:
            return outcomes.finish_in_doubt(entry)  # sent, repeated once: whatever came of it, it is enough
        try:
            event = self._read(entry)
        except Exception as error:  # noqa: BLE001 - was readable at the door, so it is ours to look into
            return self._set_aside(entry, error)
        update = read_update(event)
        if update is None:
            return outcomes.finish_answered(entry, is_possible_duplicate=False, note="nobody's deed")
        talk = self._talks[entry.platform]
        replies = Replies(
            entry,
            update.chat_id,
            send=talk.reply,
            mark=self._mark_of(entry, transcript),
            progress=progress,
            features=talk.features,
            transcript=transcript,
            is_group=update.is_group,
        )
        if outcomes.count_tries(entry, progress) > outcomes.MAX_TRIES:
            return await self._apologise(entry, update, replies, None)
        return await self._try(entry, update, replies, transcript)

    async def _try(self, entry: Entry, update: Update, replies: Replies, transcript: Transcript) -> Finished:
        try:
            async with asyncio.timeout(self._handle_seconds):
                is_handled = await self._answer(entry, update, replies, transcript)
        except (LeaseLost, DatabaseUnavailable):
            raise
        except ConversationBusy:
            return outcomes.after_failure(entry, replies.progress.put_back())
        except ChannelError as error:
            return self._after_refusal(entry, error, replies.progress)
        except Exception as error:  # noqa: BLE001 - one message must not stop the others
            if replies.is_sending:
                return outcomes.finish_in_doubt(entry)
            if outcomes.count_tries(entry, replies.progress) >= outcomes.MAX_TRIES:
                return await self._apologise(entry, update, replies, error)
            _log.warning("entry_failed", entry=entry.id, tries=entry.tries, error=type(error).__name__)
            return outcomes.after_failure(entry, replies.progress)
        metrics.answer_seconds.observe(max((self._now() - entry.received_at).total_seconds(), 0))
        note = None if is_handled else "no handler"
        return outcomes.finish_answered(entry, is_possible_duplicate=replies.is_possible_duplicate, note=note)

    async def _answer(self, entry: Entry, update: Update, replies: Replies, transcript: Transcript) -> bool:
        citizen, conversation = await self._books.enter(self._arrival(entry, update))
        held = await self._states.hold(citizen.id, entry.id)
        standing = None
        try:
            context = Context(
                update=update,
                citizen=citizen,
                entry_id=entry.id,
                services=self._services,
                now=self._now(),
                say=replies,
                conversation=conversation,
                standing=held.standing,
                received_at=entry.received_at,
                transcript=transcript,
            )
            is_handled = await self._talks[entry.platform].dispatcher.dispatch(context)
            standing = context.standing
            return is_handled
        finally:
            await held.give_back(standing)

    def _arrival(self, entry: Entry, update: Update) -> Arrival:
        return Arrival(
            entry.platform,
            update.user_id,
            entry.account_id,
            entry.id,
            is_incoming=update.kind is not UpdateKind.STAFF_WROTE,
            interaction_at=(update.occurred_at or entry.received_at) if opens_window(update) else None,
            cost_seconds=self._message_costs_seconds if update.is_message else 0.0,
        )

    async def _apologise(self, entry: Entry, update: Update, replies: Replies, error: Exception | None) -> Finished:
        """Set a poison message aside, with one polite answer unless one may be out already."""
        is_silent = replies.progress.phase is Phase.SENDING or replies.progress.sent > 0
        if update.is_message and not is_silent:
            try:
                await replies(Answer(words_for("vi").apology))
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

    def _mark_of(self, entry: Entry, transcript: Transcript) -> Callable[[str], Awaitable[bool]]:
        async def mark(note: str) -> bool:
            return await self._books.mark(entry, note, transcript.take(), lease_seconds=self._lease_seconds)

        return mark
