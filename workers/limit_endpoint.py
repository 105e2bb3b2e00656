"""What one process knows of one endpoint: its flow, why it is shut and until when, and the permits in hand by lane.

Pure but for the futures of those who wait. Moments are the owner's monotonic seconds.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import structlog

from workers import metrics
from workers.lanes import BROADCAST_LANE, LANES, STATUS_LANE
from workers.limit_bucket import Flow, LocalBucket
from workers.limit_config import SMALLEST_PER_MINUTE, VALID_SECONDS, EndpointLimit
from workers.limit_store import News
from workers.quota import Quota, broadcast_share

LOW_RATE_SECONDS = 5.0
"""For so long a low `X-RateLimit-Remain` is believed: when its period ends is not told (docs: zalo 4.7)."""
NO_RATE_LEFT_PAUSE_SECONDS = 15.0  # cheaper than the minute that the next request's -32 would cost (docs: zalo 4.8)
QUOTA_LOOK_SECONDS = 900.0  # whoever must wait until tomorrow looks again now and then: a quota may be raised

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Shut:
    """Nothing may be sent before `until`; the other processes know of it up to `told`."""

    until: float = 0.0
    told: float = 0.0

    def extend(self, until: float, *, is_news: bool) -> bool:
        """Move the end on, never back; say whether it moved."""
        if until <= self.until:
            return False
        self.until = until
        if not is_news:
            self.told = until
        return True

    def news_seconds(self, now: float) -> float:
        """Return for how long the others must be told to wait; 0 when they know."""
        return max(0.0, self.until - now) if self.until > self.told else 0.0


class Waiter(NamedTuple):
    """Somebody who waits for a permit until `deadline`."""

    permit: asyncio.Future[None]
    deadline: float


class Pool:
    """The permits of one lane at one endpoint, and those who wait for one."""

    __slots__ = ("batch", "block", "feeding", "good_until", "lane", "permits", "shut_until", "waiters", "waits")

    def __init__(self, channel: str, lane: str) -> None:
        self.waits = metrics.LIMIT_WAITS.labels(channel, lane)
        self.lane = lane
        self.permits = 0
        self.good_until = 0.0
        self.batch = 1
        """How many permits to fetch at once: grows while they are used up, shrinks when they go bad."""
        self.waiters: deque[Waiter] = deque()
        self.feeding: asyncio.Task[None] | None = None
        self.block = Shut()
        self.shut_until = 0.0
        """The latest of all reasons to send nothing: all that a send looks at first."""

    def take(self, now: float) -> bool:
        """Use a permit in hand, if there is one that is still good."""
        if self.permits > 0 and now < self.good_until:
            self.permits -= 1
            return True
        return False

    def plan_batch(self, now: float, largest: int) -> int:
        """Return how many permits to ask for: one for each who waits, and a store for those who will come."""
        was_used_up = self.permits == 0 and now < self.good_until
        self.batch = min(self.batch * 2, largest) if was_used_up else max(1, self.batch // 2)
        return max(len(self.waiters), self.batch)

    def hand_out(self, permits: int, now: float) -> None:
        """Give permits to those who wait, in their order; keep the rest for a moment."""
        while permits > 0 and self.waiters:
            permit = self.waiters.popleft().permit
            if not permit.done():  # whoever gave up needs none
                permit.set_result(None)
                permits -= 1
        self.permits, self.good_until = permits, now + VALID_SECONDS

    def dismiss(self, moment: float, refuse: Callable[[], Exception]) -> float | None:
        """Let go those whose patience ends by `moment`: what they hold, a slot and a lease, others could use.

        Returns the first deadline of those who stay; None when nobody does.
        """
        staying: deque[Waiter] = deque()
        first = None
        for waiter in self.waiters:
            permit, deadline = waiter
            if permit.done():  # cancelled
                continue
            if deadline > moment:
                staying.append(waiter)
                first = deadline if first is None or deadline < first else first
            else:
                permit.set_exception(refuse())
                permit.exception()  # seen, should its owner be cancelled at this moment
        self.waiters = staying
        return first


class Endpoint:
    """One channel's door at its platform, as this process knows it."""

    def __init__(self, name: str, channel: str, limit: EndpointLimit, reserved_share: float) -> None:
        self.name = name
        self.channel = channel
        self.limit = limit
        self.reserved_share = reserved_share
        self.flow = Flow.of(limit.per_minute) if limit.per_minute else None
        """None: no limit of ours."""
        self.local = LocalBucket()
        self.debt = 0.0
        self.pause = Shut()
        self.quota: Quota | None = None
        self.quota_until = 0.0
        self.rate_limit: int | None = None
        self.are_facts_news = False
        self._quota_share = 1.0
        self._rate_share = 1.0
        self._rate_until = 0.0
        self._is_halted = False
        self.pools = {lane: Pool(channel, lane) for lane in LANES}

    def pool(self, lane: str) -> Pool:
        """Return the lane's pool; a lane that nobody knows counts as status."""
        return self.pools.get(lane) or self.pools[STATUS_LANE]

    # -- reasons to wait

    def pause_for(self, seconds: float, now: float, *, cause: str, is_news: bool) -> None:
        """Send nothing to this endpoint, whatever the lane."""
        was_open = self.pause.until <= now
        if self.pause.extend(now + seconds, is_news=is_news) and was_open:
            _log.warning("limit_paused", channel=self.channel, seconds=round(seconds, 1), cause=cause)
        self._close_pools(now)

    def block_lane(self, lane: str, seconds: float, now: float, *, cause: str, is_news: bool) -> None:
        """Send nothing of this lane: its quota is used up."""
        pool = self.pool(lane)
        was_open = pool.block.until <= now
        if pool.block.extend(now + seconds, is_news=is_news) and was_open:
            _log.warning("limit_blocked", channel=self.channel, lane=lane, seconds=round(seconds), cause=cause)
        self._close_pools(now)

    def quota_refuses(self, pool: Pool, now: float) -> bool:
        """Whether what shuts this pool is the day's quota rather than the speed."""
        is_reserved = pool.lane == BROADCAST_LANE and now < self.quota_until and self._quota_share <= 0
        return pool.block.until > now or is_reserved

    def _close_pools(self, now: float) -> None:
        for pool in self.pools.values():
            pool.shut_until = max(self.pause.until, pool.block.until)
        pool = self.pools[BROADCAST_LANE]
        if now < self.quota_until and self._quota_share <= 0:
            pool.shut_until = max(pool.shut_until, self.quota_until)
        if now < self._rate_until and self._rate_share <= 0:
            pool.shut_until = max(pool.shut_until, self._rate_until)

    # -- what the platform says

    def note_quota(self, quota: Quota, now: float, seconds_to_reset: float, *, is_news: bool) -> None:
        """Believe the platform's count for today."""
        self.are_facts_news = is_news
        self.quota, self.quota_until = quota, now + seconds_to_reset
        self._quota_share = broadcast_share(quota.remaining, quota.total, reserved=self.reserved_share)
        is_halted = self._quota_share <= 0
        if is_halted or self._is_halted:
            self._close_pools(now)
        if is_halted != self._is_halted:
            self._is_halted = is_halted
            report = _log.warning if is_halted else _log.info
            word = "broadcast_halted" if is_halted else "broadcast_goes_on"
            report(word, channel=self.channel, quota_remaining=quota.remaining, quota_total=quota.total)

    def note_rate(self, limit: int | None, remaining: int, now: float) -> None:
        """Keep to the platform's own limit where it is lower, and slow down before its count is at zero."""
        self.adopt_rate_limit(limit, is_news=True)
        if remaining <= 0:
            self.pause_for(NO_RATE_LEFT_PAUSE_SECONDS, now, cause="no_rate_left", is_news=True)
        share = broadcast_share(remaining, limit, reserved=self.reserved_share)
        if share < 1 or self._rate_share < 1:
            self._rate_share, self._rate_until = share, now + LOW_RATE_SECONDS
            self._close_pools(now)

    def adopt_rate_limit(self, limit: int | None, *, is_news: bool) -> None:
        """Follow a limit that the platform told, where it is below ours; 0 of ours stays without limit."""
        if limit is None or limit <= 0 or limit == self.rate_limit:
            return
        self.rate_limit, self.are_facts_news = limit, is_news
        if self.flow is not None:
            self.flow = Flow.of(max(min(self.limit.per_minute, limit), SMALLEST_PER_MINUTE))

    def broadcast_cost(self, now: float) -> float:
        """Return how many tokens a broadcast's permit costs: more than one slows it down, in proportion."""
        share = min(
            self._quota_share if now < self.quota_until else 1.0, self._rate_share if now < self._rate_until else 1.0
        )
        return 1 / max(share, 0.001)

    # -- what all processes know

    def tell(self, now: float) -> News:
        """Return what the others do not know yet."""
        facts_seconds = max(self.quota_until - now, 60.0) if self.are_facts_news else 0.0
        return News(
            pause_seconds=self.pause.news_seconds(now),
            blocks=tuple(self.pools[lane].block.news_seconds(now) for lane in LANES),
            quota=self.quota if now < self.quota_until else None,
            rate_limit=self.rate_limit,
            facts_seconds=facts_seconds,
        )

    def mark_told(self, told: News, at: float) -> None:
        """Note that `told`, as it was at `at`, has reached the others; what came up meanwhile is still news."""
        self.are_facts_news &= (told.quota, told.rate_limit) != (self.quota, self.rate_limit)
        shuts = (self.pause, *(self.pools[lane].block for lane in LANES))
        for shut, seconds in zip(shuts, (told.pause_seconds, *told.blocks), strict=True):
            if seconds > 0:
                shut.told = max(shut.told, at + seconds)

    def learn(self, news: News, now: float) -> None:
        """Take over what another process was told."""
        if news.pause_seconds > 0 and now + news.pause_seconds > self.pause.until + 1:
            self.pause_for(news.pause_seconds, now, cause="shared", is_news=False)
        for lane, seconds in zip(LANES, news.blocks, strict=True):
            if seconds > 0 and now + seconds > self.pools[lane].block.until + 1:
                self.block_lane(lane, seconds, now, cause="shared", is_news=False)
        if self.are_facts_news or news.facts_seconds <= 0:
            return
        self.adopt_rate_limit(news.rate_limit, is_news=False)
        if news.quota is not None and news.quota != self.quota:
            self.note_quota(news.quota, now, news.facts_seconds, is_news=False)
