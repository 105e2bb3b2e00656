"""What a broadcast would do, counted before anybody approves it: people by channel, money, time, quota, and how often
they were written to already.

Each person is put to the same router that delivery asks, so the count says what will be tried first. People come in
pages, and what is the same for many is decided once: a million people take bounded memory.
"""

from __future__ import annotations

import asyncio
import math
import uuid
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from channels.base import OutgoingMessage
from status_bridge.broadcasts.audience_rows import AT_ONCE, Known, Recipient, count, known, with_values
from status_bridge.broadcasts.config import BroadcastConfig
from status_bridge.broadcasts.render import KIND, Writer
from status_bridge.route_policy import Question
from status_bridge.routing import TEMPLATE_BY_PHONE, NoRoute, route, template_of
from storage import broadcast_facts, broadcasts
from storage.audiences import Audience
from storage.broadcast_facts import UNKNOWN, PhoneFacts
from storage.broadcasts import Broadcast, Estimate
from storage.crypto import Cipher
from storage.database import Database
from storage.notices import ClaimedNotice, RecipientFacts

PAGE: Final = 5000
WEEK_BUCKETS: Final = ("0", "1-2", "3-5", "6+")
BROADCAST_LANE: Final = "broadcast"
_DAY_SECONDS: Final = 86_400
_SOMEBODY: Final = "84900000000"
_NOTHING_CLOSED: Final[frozenset[tuple[str, str]]] = frozenset()


class Way(NamedTuple):
    """How somebody is reached first: the channel (None: not at all), its cost, why, and the message."""

    channel: str | None
    cost_vnd: int
    reason: str
    message: OutgoingMessage | None = None


class Ways:
    """Finds the first way of one broadcast's people, as delivery will."""

    def __init__(self, broadcast: Broadcast, config: BroadcastConfig, now: datetime) -> None:
        self._config = config
        self._now = now
        self._short = config.route.short
        self.writer = Writer.of(broadcast, is_unicode=self._short.is_unicode)
        self._longest = self.writer.longest().as_content()
        self._has_own_sms = bool(broadcast.message.sms) and bool(self.writer.names)
        self._known: dict[tuple[bool, str, frozenset[tuple[str, str]]], Way] = {}

    def of(self, person: Known | Recipient, facts: PhoneFacts = UNKNOWN) -> Way:
        """Return the first way of a person, without its message; without its cost where that is each person's own."""
        key = person.linked, person.language, frozenset(facts.closed.items()) if facts.closed else _NOTHING_CLOSED
        way = self._known.get(key)
        if way is None:
            way = self._ask(person, facts, self._longest)._replace(message=None)
            self._known[key] = way = way._replace(cost_vnd=0) if self.has_own_cost(way) else way
        return way

    def has_own_cost(self, way: Way) -> bool:
        """Return whether what it costs depends on what is put in for the person."""
        return self._has_own_sms and way.channel is not None and way.channel == self._config.route.sms_channel

    def own_cost_vnd(self, recipient: Recipient) -> int:
        """Return what this person's short message costs."""
        return self._short.cost_vnd(self.writer.write(recipient).sms or "")

    def shown(self, recipient: Recipient, facts: PhoneFacts = UNKNOWN) -> tuple[Way, Mapping[str, Any]]:
        """Return the first way of a person with its message, and the whole content."""
        content = self.writer.write(recipient).as_content()
        return self._ask(recipient, facts, content), content

    def _ask(self, recipient: Known | Recipient, facts: PhoneFacts, content: Mapping[str, Any]) -> Way:
        notice = claimed(content, self._now, language=recipient.language)
        seen = RecipientFacts(user_id="linked" if recipient.linked else None, closed_channels=facts.closed)
        notice = replace(notice, known=seen)
        prices = self._config.prices(template_of(notice, self._config.route.templates))
        routed = route(Question(notice, prices), self._config.route, self._now)
        if isinstance(routed, NoRoute):
            return Way(None, 0, routed.reason)
        return Way(routed.channel, routed.cost_vnd or 0, routed.reason, routed.message)


def claimed(content: Mapping[str, Any], now: datetime, *, language: str) -> ClaimedNotice:
    """Return a notice of a broadcast as delivery would hold it, to somebody of whom nothing is known."""
    return ClaimedNotice(
        id=uuid.UUID(int=0),
        created_at=now,
        token=uuid.UUID(int=0),
        dossier_code=None,
        kind=KIND,
        language=language,
        demands_action=False,
        sends=1,
        tries=0,
        phone=_SOMEBODY,
        content=content,
        route=(),
        lane=BROADCAST_LANE,
    )


@dataclass
class _Sum:
    asked: int = 0
    channels: Counter[str] = field(default_factory=Counter)
    no_way: int = 0
    cost_vnd: int = 0
    week: Counter[str] = field(default_factory=Counter)
    overlap: int = 0

    def add(self, way: Way, facts: PhoneFacts) -> None:
        self.asked += 1
        self.week[bucket_of(facts.week)] += 1
        self.overlap += facts.was_told
        if way.channel is None:
            self.no_way += 1
        else:
            self.channels[way.channel] += 1
            self.cost_vnd += way.cost_vnd


def bucket_of(messages: int) -> str:
    """Return which of `WEEK_BUCKETS` a number of messages falls into."""
    if messages <= 2:
        return WEEK_BUCKETS[1] if messages else WEEK_BUCKETS[0]
    return WEEK_BUCKETS[2] if messages <= 5 else WEEK_BUCKETS[3]


def _ignore(_people: int) -> None:
    """Show nobody how far it has come."""


async def estimate(
    database: Database,
    cipher: Cipher,
    broadcast: Broadcast,
    config: BroadcastConfig,
    *,
    content_hash: bytes,
    now: datetime,
    tell: Callable[[int], None] = _ignore,
) -> Estimate:
    """Count a broadcast; `tell` hears after each page how many people were looked at."""
    previous = await broadcasts.previous_of_unit(database, broadcast.unit, before=broadcast.id)
    total = await _walk(database, cipher, broadcast, config, previous=previous, now=now, tell=tell)
    counts = await count(database, broadcast.audience, zone=config.audience.zone)
    remaining, quota = await broadcasts.quota_of(database, config.account_id)
    by_phone = total.channels[TEMPLATE_BY_PHONE]
    return Estimate(
        counted_at=now,
        content_hash=content_hash.hex(),
        asked=total.asked,
        people=total.channels.total(),
        by_channel=dict(sorted(total.channels.items())),
        opted_out=counts.opted_out,
        no_way=total.no_way + counts.no_mobile,
        cost_vnd=total.cost_vnd,
        seconds=seconds_of(total.channels, remaining, quota, config, share=broadcast.canary_percent),
        quota_remaining=remaining,
        quota_left_for_status=left_for_status(by_phone, remaining, quota, config.reserved_share),
        week={name: total.week[name] for name in WEEK_BUCKETS},
        previous=_told_of(previous, total.overlap),
    )


async def _walk(
    database: Database,
    cipher: Cipher,
    broadcast: Broadcast,
    config: BroadcastConfig,
    *,
    previous: Broadcast | None,
    now: datetime,
    tell: Callable[[int], None],
) -> _Sum:
    ways, total = Ways(broadcast, config, now), _Sum()
    async with aclosing(_pages(database, cipher, broadcast.audience, config)) as pages:
        async for people in pages:
            seen = await facts_of(database, cipher, people, previous)
            dear: list[Known] = []
            for number, one in enumerate(people, 1):
                facts = seen.get(one.phone_hash, UNKNOWN)
                way = ways.of(one, facts)
                total.add(way, facts)
                if ways.has_own_cost(way):
                    dear.append(one)
                if number % AT_ONCE == 0:
                    await asyncio.sleep(0)
            for recipient in await with_values(database, cipher, dear, config.audience):
                total.cost_vnd += ways.own_cost_vnd(recipient)
            tell(total.asked)
    return total


async def _pages(
    database: Database, cipher: Cipher, audience: Audience, config: BroadcastConfig
) -> AsyncGenerator[list[Known], None]:
    """Hand out page after page; the server looks for the next one while one is counted."""

    async def look(after: str | None) -> list[Known]:
        return await known(database, cipher, audience, after=after, limit=PAGE, zone=config.audience.zone)

    coming = asyncio.create_task(look(None))
    try:
        while people := await coming:
            coming = asyncio.create_task(look(people[-1].key))
            yield people
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


async def facts_of(
    database: Database, cipher: Cipher, people: Sequence[Known | Recipient], previous: Broadcast | None
) -> dict[bytes, PhoneFacts]:
    """Return what is known of a page of people, by the hash under the first key."""
    owner = {hashed: one.phone_hash for one in people for hashed in _hashes(one, cipher)}
    found = await broadcast_facts.of_phones(
        database,
        list(owner),
        previous=None if previous is None else previous.id,
        since=None if previous is None else previous.started_at,
    )
    together: dict[bytes, PhoneFacts] = {}
    for hashed, facts in found.items():
        before = together.get(owner[hashed])
        together[owner[hashed]] = facts if before is None else _joined(before, facts)
    return together


def _joined(one: PhoneFacts, other: PhoneFacts) -> PhoneFacts:
    return PhoneFacts({**one.closed, **other.closed}, one.week + other.week, one.was_told or other.was_told)


def _hashes(one: Known | Recipient, cipher: Cipher) -> list[bytes]:
    return cipher.lookup_hashes(one.phone) if cipher.has_older_keys else [one.phone_hash]


def seconds_of(
    people: Mapping[str, int], remaining: int | None, quota: int | None, config: BroadcastConfig, *, share: float
) -> float:
    """Return how long it takes at the present limits, waiting for the first share's outcome and for quota included.

    Quiet hours and holidays come on top: they depend on when it is started.
    """
    longest = max((number * 60 / _per_minute(channel, config) for channel, number in people.items()), default=0.0)
    wait = config.canary_wait.total_seconds() if people and share < 100 else 0.0
    return longest + wait + _days_of_quota(people.get(TEMPLATE_BY_PHONE, 0), remaining, quota, config) * _DAY_SECONDS


def _per_minute(channel: str, config: BroadcastConfig) -> float:
    return (config.per_minute.get(channel, 0) or config.unlimited_per_minute) * (1 - config.reserved_share)


def _days_of_quota(by_phone: int, remaining: int | None, quota: int | None, config: BroadcastConfig) -> int:
    """Return how many midnights must come before the quota suffices."""
    if remaining is None or not quota:
        return 0
    kept = quota * config.reserved_share
    rest = by_phone - max(0, remaining - kept)
    return max(0, math.ceil(rest / max(1.0, quota - kept)))


def left_for_status(by_phone: int, remaining: int | None, quota: int | None, reserved: float) -> int | None:
    """Return what is left of today's quota when all has been sent: never less than the share that is kept."""
    if remaining is None:
        return None
    kept = min(remaining, math.ceil((quota or 0) * reserved))
    return max(kept, remaining - by_phone)


def _told_of(previous: Broadcast | None, overlap: int) -> dict[str, Any] | None:
    if previous is None:
        return None
    told = previous.estimate
    return {
        "number": previous.number,
        "people": previous.rows or (told.people if told else 0),
        "cost_vnd": told.cost_vnd if told else 0,
        "overlap": overlap,
    }
