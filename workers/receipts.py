"""Receipts from the inbox: what became of messages on people's phones moves their notices on.

Harmless in any order and number: a receipt may come twice, days late, before our own record of the send, or for a
message that is not ours. The two kinds of reference differ: our tracking id is in the notice from the start, the
platform's message id only once our record is written, so an unknown message id is looked up again a few times.
A message that did not arrive has its notice looked at by `workers.silence`, which knows what comes next.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from channels.base import IncomingEvent
from channels.errors import ChannelError, MalformedWebhook
from channels.zalo.events import Receipt as ZaloReceipt
from channels.zalo.events import ReceiptKind, TemplateFeedback
from channels.zalo.webhook import parse_verified
from storage import inbox, notices, silence
from storage.crypto import Cipher
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.inbox import Entry, Finished
from storage.notices import Receipt
from storage.silence import NamedMessage
from workers import metrics

KIND = "receipt"
BATCH = 200
LEASE_SECONDS = 30.0
# Our record follows the platform's answer within milliseconds, or within seconds when PostgreSQL was away.
RETRY_SECONDS = (1.0, 3.0, 10.0, 60.0)
# Whoever must confirm a receipt may be away for longer than that, and hurrying would not bring it back.
CONFIRM_RETRY_SECONDS = (10.0, 60.0, 300.0, 900.0, 3600.0)
NOT_OURS = "not_ours"
UNCONFIRMED = "unconfirmed"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReceiptSignal:
    """One receipt as a platform gave it: our tracking id, or its own message ids, or both; `rating` 1 to 5.

    `is_failed`: the message did not arrive. `reference` is our tracking id as a platform without signatures tells it:
    believed only for a message whose id we never learned.
    """

    tracking_id: str | None = None
    message_ids: tuple[str, ...] = ()
    is_read: bool = False
    rating: int | None = None
    is_failed: bool = False
    reference: str | None = None


def parse_zalo(raw: str) -> list[ReceiptSignal]:
    """Read a stored, verified body of Zalo's webhook.

    Raises:
        MalformedWebhook: it is no JSON that could have come from there.
    """
    return read_signals(parse_verified({}, raw.encode()))


async def read_zalo(raw: str) -> Sequence[ReceiptSignal]:
    """The receipts in a body of Zalo's, signed and so believed."""
    return parse_zalo(raw)


def read_signals(events: Iterable[IncomingEvent]) -> list[ReceiptSignal]:
    """Return the receipts among typed events of Zalo (docs: zalo 7.4); everything else is left out."""
    signals = []
    for event in events:
        match event.payload:
            case ZaloReceipt() as receipt:
                is_read = receipt.kind is ReceiptKind.READ
                signals.append(ReceiptSignal(receipt.tracking_id, receipt.message_ids, is_read))
            case TemplateFeedback() as feedback:
                ids = () if feedback.message_id is None else (feedback.message_id,)
                rating = feedback.rate if feedback.rate in range(1, 6) else None
                # Whoever rates a message has read it.
                signals.append(ReceiptSignal(feedback.tracking_id, ids, is_read=True, rating=rating))
    return signals


Reader = Callable[[str], Awaitable[Sequence[ReceiptSignal]]]
"""Reads the receipts in a stored body, well within `LEASE_SECONDS`, because neighbours wait for it.

One that must confirm them first raises `ChannelError` when nobody answers.
"""
READERS: Mapping[str, Reader] = {"zalo": read_zalo}


async def apply_receipts(
    database: Database,
    cipher: Cipher,
    readers: Mapping[str, Reader] = READERS,
    *,
    batch: int = BATCH,
    lease_seconds: float = LEASE_SECONDS,
) -> int:
    """Apply all receipts that wait in the inbox and return how many notices moved. Safe to run twice, or beside itself.

    `readers` by the platform of an entry; those of other platforms are set aside.

    Raises:
        DatabaseUnavailable: what was claimed is taken up again when its lease ends.
    """
    moved = 0
    while True:
        entries = await inbox.claim(
            database, cipher, kinds=(KIND,), limit=batch, lease_seconds=lease_seconds, in_order=False
        )
        moved += await _apply_safely(database, entries, readers)
        if len(entries) < batch:
            return moved


async def _apply_safely(database: Database, entries: Sequence[Entry], readers: Mapping[str, Reader]) -> int:
    """One receipt that our code or the database chokes on is set aside; its neighbours are applied."""
    if not entries:
        return 0
    try:
        return await _apply(database, entries, readers)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, one bad receipt must not hold up the others
        _log.error("receipts_refused", error=type(error).__name__, entries=len(entries), first=entries[0].id)
        if len(entries) == 1:
            metrics.RECEIPTS.labels("failed").inc()
            await inbox.finish(database, [_set_aside(entries[0], f"bug_{type(error).__name__}")])
            return 0
    return sum([await _apply_safely(database, [entry], readers) for entry in entries])


async def _apply(database: Database, entries: Sequence[Entry], readers: Mapping[str, Reader]) -> int:
    readings = await asyncio.gather(*(_read(entry, readers) for entry in entries))
    known = await _look_up(database, readings)
    receipts = [receipt for reading in readings for receipt in _to_receipts(reading, known)]
    moved = await notices.apply_receipts(database, receipts)
    if failed := sorted({message_id for reading in readings for message_id in reading.failed_ids}):
        moved |= await silence.heard_of_failure(database, failed)
    finished = [_finish(reading, known, moved) for reading in readings]
    for entry in finished:
        metrics.RECEIPTS.labels(entry.note if entry.state != "pending" else "waits").inc()
    await inbox.finish(database, finished)
    return len(moved)


async def _look_up(database: Database, readings: Sequence["_Reading"]) -> dict[str, UUID]:
    """The notices behind the message ids: by the ids themselves, else by the reference that came along."""
    wanted = {message_id for reading in readings for message_id in reading.message_ids}
    if not wanted:
        return {}
    known = await notices.ids_of_messages(database, sorted(wanted))
    named = {one.message_id: one for reading in readings for one in reading.named if one.message_id not in known}
    return known | await silence.adopt_messages(database, list(named.values()))


@dataclass(frozen=True, slots=True)
class _Reading:
    """An entry and what was read in it; `trouble` when nothing could be."""

    entry: Entry
    signals: Sequence[ReceiptSignal] = field(default=())
    trouble: str | None = None
    is_unconfirmed: bool = False
    """The platform that must confirm it did not answer."""

    @property
    def message_ids(self) -> list[str]:
        """The message ids that must be looked up: where no tracking id names the notice."""
        return [mid for signal in self.signals if signal.tracking_id is None for mid in signal.message_ids]

    @property
    def failed_ids(self) -> list[str]:
        """The ids of messages that did not arrive."""
        return [mid for signal in self.signals if signal.is_failed for mid in signal.message_ids]

    @property
    def named(self) -> list[NamedMessage]:
        """The messages that came with our reference beside the platform's id."""
        named = []
        for signal in self.signals:
            notice = notices.notice_of_tracking_id(signal.reference)
            if notice is not None:
                platform, is_failed = self.entry.platform, signal.is_failed
                named += [NamedMessage(notice, mid, platform, is_failed) for mid in signal.message_ids]
        return named


async def _read(entry: Entry, readers: Mapping[str, Reader]) -> _Reading:
    if not entry.is_readable:
        return _Reading(entry, trouble="undecipherable")
    reader = readers.get(entry.platform)
    if reader is None:
        return _Reading(entry, trouble="no_reader")
    try:
        return _Reading(entry, await reader(entry.raw))
    except MalformedWebhook:
        return _Reading(entry, trouble="unreadable")
    except ChannelError as error:
        _log.warning("receipt_unconfirmed", entry=entry.id, error=type(error).__name__, code=error.code)
        return _Reading(entry, is_unconfirmed=True)


def _to_receipts(reading: _Reading, known: dict[str, UUID]) -> list[Receipt]:
    return [
        Receipt(
            notice,
            read=signal.is_read,
            rating=signal.rating,
            platform=reading.entry.platform,
            message_id=signal.message_ids[0] if signal.message_ids else None,
        )
        for signal in reading.signals
        if not signal.is_failed
        for notice in _notices_of(signal, known)
    ]


def _notices_of(signal: ReceiptSignal, known: dict[str, UUID]) -> list[UUID]:
    if signal.tracking_id is not None:
        notice = notices.notice_of_tracking_id(signal.tracking_id)
        return [] if notice is None else [notice]
    return [known[message_id] for message_id in signal.message_ids if message_id in known]


def _finish(reading: _Reading, known: dict[str, UUID], moved: set[UUID]) -> Finished:
    entry = reading.entry
    if reading.trouble is not None:
        return _set_aside(entry, reading.trouble)
    if reading.is_unconfirmed:
        if entry.tries <= len(CONFIRM_RETRY_SECONDS):
            return Finished(entry.id, entry.token, "pending", UNCONFIRMED, CONFIRM_RETRY_SECONDS[entry.tries - 1])
        return _set_aside(entry, UNCONFIRMED)
    named = {notice for signal in reading.signals for notice in _notices_of(signal, known)}
    is_unknown = any(message_id not in known for message_id in reading.message_ids)
    if is_unknown and entry.tries <= len(RETRY_SECONDS):
        return Finished(entry.id, entry.token, "pending", NOT_OURS, RETRY_SECONDS[entry.tries - 1])
    if not named:
        return Finished(entry.id, entry.token, note=NOT_OURS)
    return Finished(entry.id, entry.token, note="applied" if named & moved else "no_change")


def _set_aside(entry: Entry, note: str) -> Finished:
    _log.error("receipt_set_aside", entry=entry.id, note=note)
    return Finished(entry.id, entry.token, "failed", note)
