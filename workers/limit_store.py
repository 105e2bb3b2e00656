"""What the processes share in Redis: buckets, pauses, blocks of a lane until tomorrow, and who is alive."""

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from workers.errors import LimitsAway
from workers.lanes import LANES
from workers.limit_script import BEAT, TAKE
from workers.quota import Quota

PREFIX: Final = "hoso:limit:"
MEMBERS_KEY: Final = f"{PREFIX}members"
KEEP_SECONDS = 300  # a bucket that nobody used for so long is full, and may be forgotten
_WIDTH = 3 + len(LANES)  # keys of an endpoint: bucket, facts, pause, blocks


@dataclass(frozen=True, slots=True)
class Grant:
    """What a bucket gave: permits, and the tokens that are left; or for how long it is shut, in seconds."""

    permits: int
    tokens: float
    pause_seconds: float
    block_seconds: float


@dataclass(frozen=True, slots=True)
class News:
    """What one process tells of an endpoint, or all of them know: how long it is shut, what the platform said.

    `blocks` are in the order of `LANES`; 0 seconds: not shut. `facts_seconds`: for how long quota and rate limit hold.
    """

    pause_seconds: float = 0.0
    blocks: tuple[float, ...] = (0.0,) * len(LANES)
    quota: Quota | None = None
    rate_limit: int | None = None
    facts_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Pulse:
    """The answer to a heartbeat: processes alive, Redis's clock (seconds since 1970), and the news by endpoint."""

    workers: int
    epoch_seconds: float
    news: Sequence[News]


class LimitStore:
    """Redis with one budget of time for each question. Lives on one event loop; `aclose` at the end."""

    def __init__(self, redis_url: str, *, budget_seconds: float, silent_seconds: float) -> None:
        self._redis = Redis.from_url(
            redis_url,
            socket_timeout=budget_seconds,
            socket_connect_timeout=budget_seconds,
            retry=Retry(NoBackoff(), 0),
        )
        self._take = self._redis.register_script(TAKE)
        self._beat = self._redis.register_script(BEAT)
        self._budget_seconds = budget_seconds
        self._silent_ms = round(silent_seconds * 1000)
        self._member = uuid.uuid4().hex

    async def take(
        self,
        endpoint: str,
        lane: str,
        *,
        rate: float,
        burst: float,
        reserve: float,
        want: int,
        cost: float,
        debt: float,
    ) -> Grant:
        """Take up to `want` permits of `cost` tokens each; `debt` tokens were spent without asking.

        Raises:
            LimitsAway: Redis is away, full, or too slow.
        """
        base = PREFIX + endpoint
        keys = [base, f"{base}:pause", f"{base}:block:{lane}"]
        answer = await self._ask(self._take, keys, [rate, burst, reserve, want, cost, debt, KEEP_SECONDS])
        return Grant(int(answer[0]), float(answer[1]), int(answer[2]) / 1000, int(answer[3]) / 1000)

    async def beat(self, news: Sequence[tuple[str, News]]) -> Pulse:
        """Say that this process lives, publish its news by endpoint, and return what all know of these endpoints.

        Raises:
            LimitsAway: Redis is away, full, or too slow; the news must be told again.
        """
        keys, words = [MEMBERS_KEY], [self._member, str(self._silent_ms), str(_WIDTH)]
        for endpoint, told in news:
            keys += _keys_of(PREFIX + endpoint)
            words += _words_of(told)
        answer = await self._ask(self._beat, keys, words)
        return Pulse(int(answer[0]), int(answer[1]) / 1000, [_read_news(row) for row in answer[2:]])

    async def aclose(self) -> None:
        """Leave the members and close the connections; Redis may be away."""
        try:
            async with asyncio.timeout(self._budget_seconds):
                await self._redis.zrem(MEMBERS_KEY, self._member)
        except (RedisError, OSError):
            pass  # the silence tells the others
        with suppress(RedisError, OSError):  # also of a busy loop: it is closed, but not as fast as redis-py wants it
            await self._redis.aclose()

    async def _ask(self, script: Any, keys: Sequence[str], words: Sequence[Any]) -> Any:
        try:
            async with asyncio.timeout(self._budget_seconds):
                return await script(keys=keys, args=words)
        except (RedisError, OSError) as error:  # a TimeoutError is an OSError
            raise LimitsAway(type(error).__name__) from error


def _keys_of(base: str) -> list[str]:
    return [base, f"{base}:facts", f"{base}:pause", *(f"{base}:block:{lane}" for lane in LANES)]


def _words_of(news: News) -> list[str]:
    quota = news.quota
    facts = (quota and quota.remaining, quota and quota.total, news.rate_limit)
    shuts = [_milliseconds(seconds) for seconds in (news.pause_seconds, *news.blocks)]
    return [*shuts, *("" if fact is None else str(fact) for fact in facts), _milliseconds(news.facts_seconds)]


def _milliseconds(seconds: float) -> str:
    return str(max(0, round(seconds * 1000)))


def _read_news(row: Sequence[Any]) -> News:
    shuts = [int(value) / 1000 for value in row[: 1 + len(LANES)]]
    remaining, total, limit = (int(value) if value else None for value in row[1 + len(LANES) : -1])
    quota = None if remaining is None else Quota(remaining, total)
    return News(shuts[0], tuple(shuts[1:]), quota, limit, int(row[-1]) / 1000)
