"""How many messages a phone gets in a day (docs: public-services 6.4): the first as they are, the rest said together.

The last place of a day belongs to the one message that says all the rest. Without such a message they go one by one on
the next days, as broadcasts always do. What is urgent is never held, but takes a place.
"""

import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from status_bridge.choices import DailyLimit
from status_bridge.hours import URGENT_LANE, Hours, phone_key
from storage import waiting
from storage.crypto import Cipher
from storage.database import Connection
from storage.notices import NewNotice

REASON = "daily_limit"
BROADCAST_LANE = "broadcast"
_DAY = timedelta(days=1)
_MOST_DAYS = 366  # nothing waits longer for a place
# Other transactions may be writing for the same phones: so near the limit, they take turns.
_NEAR = 3
_LOCK_PLACES = 64  # a bounded number of locks, whatever the size of a batch


@dataclass(slots=True)
class DayBook:
    """What phones get on which day, and for which moments merged messages are planned already."""

    counts: Counter[tuple[str, date]] = field(default_factory=Counter)
    planned: defaultdict[str, set[datetime]] = field(default_factory=lambda: defaultdict(set))

    def most(self, phone: str) -> int:
        """Return the fullest day of a phone."""
        return max((count for (owner, _day), count in self.counts.items() if owner == phone), default=0)


def hold_back(notices: Sequence[NewNotice], book: DayBook, *, limit: DailyLimit, hours: Hours) -> list[NewNotice]:
    """Return the notices of a batch with those over the limit held; `book` is kept up to date. Pure otherwise."""
    return [_place(one, book, limit, hours) for one in notices]


def _place(notice: NewNotice, book: DayBook, limit: DailyLimit, hours: Hours) -> NewNotice:
    if not _takes_a_place(notice) or notice.phone is None or notice.due_at is None:
        return notice
    day = hours.day_of(notice.due_at)
    if notice.urgent_until is not None or book.counts[notice.phone, day] < limit.alone:
        book.counts[notice.phone, day] += 1
        return notice
    # A broadcast is no news of a dossier: it is not merged with any, but waits for a day with a place for it.
    find = _find_digest if limit.merges and notice.lane != BROADCAST_LANE else _find_day
    return replace(notice, state="held", reason=REASON, due_at=find(notice.phone, notice.due_at, book, limit, hours))


def _takes_a_place(notice: NewNotice) -> bool:
    return notice.phone is not None and notice.lane != URGENT_LANE and notice.state in ("held", "pending")


def _find_digest(phone: str, wanted: datetime, book: DayBook, limit: DailyLimit, hours: Hours) -> datetime:
    """Return when the rest of the day is said: at the digest's time, or on the first morning with a place for it."""
    moment = next_digest(wanted, limit=limit, hours=hours, key=phone_key(phone))
    for _ in range(_MOST_DAYS):
        if moment in book.planned[phone]:
            return moment
        if book.counts[phone, hours.day_of(moment)] < limit.messages:
            break
        moment = _morning_after(moment, hours, phone_key(phone))
    book.planned[phone].add(moment)
    book.counts[phone, hours.day_of(moment)] += 1
    return moment


def next_digest(wanted: datetime, *, limit: DailyLimit, hours: Hours, key: int) -> datetime:
    """Return the digest's time on the day of `wanted`, or the next decent morning when that time is past."""
    at = datetime.combine(hours.day_of(wanted), limit.digest_time, hours.zone).astimezone(wanted.tzinfo)
    return hours.release(at, key=key) if wanted < at else _morning_after(wanted, hours, key)


def _find_day(phone: str, wanted: datetime, book: DayBook, limit: DailyLimit, hours: Hours) -> datetime:
    """Return the first morning of a day on which the phone has a place left, and take it."""
    moment = wanted
    for _ in range(_MOST_DAYS):
        moment = _morning_after(moment, hours, phone_key(phone))
        if book.counts[phone, hours.day_of(moment)] < max(limit.alone, 1):
            break
    book.counts[phone, hours.day_of(moment)] += 1
    return moment


def _morning_after(moment: datetime, hours: Hours, key: int) -> datetime:
    start = hours.start_of(hours.day_of(moment) + _DAY).astimezone(moment.tzinfo)
    return hours.release(start, key=key)


async def hold_back_batch(
    connection: Connection, cipher: Cipher, notices: Sequence[NewNotice], *, limit: DailyLimit, hours: Hours
) -> list[NewNotice]:
    """Hold what is over the limit among the notices that this transaction is going to write.

    Whoever writes notices calls this, for broadcasts too.
    """
    new = Counter(one.phone for one in notices if _takes_a_place(one) and one.phone is not None)
    book = await _read(connection, cipher, list(new), limit, hours)
    near = [phone for phone, count in new.items() if book.most(phone) + count > limit.alone - _NEAR]
    if near:
        await waiting.lock_phones(connection, [zlib.crc32(phone.encode()) % _LOCK_PLACES for phone in near])
        book = await _read(connection, cipher, list(new), limit, hours)
    return hold_back(notices, book, limit=limit, hours=hours)


async def _read(
    connection: Connection, cipher: Cipher, phones: Sequence[str], limit: DailyLimit, hours: Hours
) -> DayBook:
    owners: Mapping[bytes, str] = {value: phone for phone in phones for value in cipher.lookup_hashes(phone)}
    book = DayBook()
    for row in await waiting.count_by_day(connection, list(owners), zone=hours.zone.key):
        phone = owners[row.hash]
        if row.waits_for is None or not limit.merges:
            book.counts[phone, row.day] += row.notices
        else:
            book.counts[phone, row.day] += row.waits_for not in book.planned[phone]
            book.planned[phone].add(row.waits_for)
    return book
