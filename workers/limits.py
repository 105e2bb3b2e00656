"""The gate before each send: rates, pauses and quotas that all processes on all machines share through Redis.

Each channel of an account has one token bucket. What is urgent may take its last token, a status notice leaves 5 %, a
broadcast a settable share of the burst, so a broadcast never delays a status notice. Permits are fetched in small
batches that are good for a quarter of a second. While Redis is away each process keeps to its fair share. See
docs/limits.md.
"""

import asyncio
import random as random_module
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import structlog

from channels.base import SendReceipt
from channels.errors import ChannelError, Later, RateLimited
from workers import metrics
from workers.errors import LimitsAway
from workers.lanes import BROADCAST_LANE, LANES
from workers.limit_bucket import Flow, seconds_until
from workers.limit_config import EndpointLimit, LimitsConfig
from workers.limit_endpoint import QUOTA_LOOK_SECONDS, Endpoint, Pool, Waiter
from workers.limit_store import LimitStore, Pulse
from workers.quota import Quota, seconds_to_reset

OUR_LIMIT: Final = "our_limit"
QUOTA_RESERVED: Final = "quota_reserved"
# docs: zalo 6.6. -147 is one template's quota: the other templates of a lane go on, but a broadcast has only that one.
LANES_WITHOUT_QUOTA: Final[Mapping[str, frozenset[str]]] = {
    "-144": frozenset(LANES),
    "-147": frozenset({BROADCAST_LANE}),
}
LONGEST_SLEEP_SECONDS = 1.0  # a bucket is looked at again by then: whoever waits may be told to go on elsewhere
SHORTEST_SLEEP_SECONDS = 0.005
LONGEST_RETRY_SECONDS = 30.0  # the lane looks again by then, for a share that it could not have in time
LONGEST_PAUSE_SECONDS = 3600.0

_log = structlog.get_logger(__name__)


class Limits:
    """The gate of one process, on one event loop: `async with`, and `run` as a task beside the sends.

    Args:
        redis_url: what the processes share; may be away at any time.
        config: the endpoints and the reserves.
        clock: monotonic seconds.
        wall_clock: seconds since 1970; asked only until Redis has told its own time.
        random: 0…1, spreads the processes' questions.
    """

    def __init__(
        self,
        redis_url: str,
        config: LimitsConfig,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        self._config = config
        self._store = LimitStore(redis_url, budget_seconds=config.redis_seconds, silent_seconds=config.silent_seconds)
        self._clock = clock
        self._random = random
        self._epoch_offset = wall_clock() - clock()
        self._endpoints: dict[str, Endpoint] = {}
        self._pools: dict[tuple[str, str], tuple[Endpoint, Pool]] = {}
        self._news = asyncio.Event()
        self._beating: asyncio.Task[None] | None = None
        for channel in config.endpoints:
            self._endpoint(channel)  # so that the first heartbeat asks what is known of it
        self.workers = config.unknown_workers
        """How many processes shared the limits when Redis was last seen."""
        self.is_alone = False
        """Whether this process keeps to its fair share, because Redis is away."""

    async def __aenter__(self) -> "Limits":
        return self

    async def __aexit__(self, *_exc: object) -> None:
        tasks = [] if self._beating is None else [self._beating]
        for endpoint, pool in self._pools.values():
            pool.dismiss(float("inf"), partial(self._refusal, endpoint, pool, self._clock()))
            if pool.feeding is not None:
                pool.feeding.cancel()
                tasks.append(pool.feeding)
        if tasks:
            await asyncio.wait(tasks)
        await self._store.aclose()

    # -- the gate

    async def enter(self, channel: str, lane: str, *, seconds: float) -> None:
        """Wait for this send's share of the endpoint's rate and quota, at most `seconds`.

        Raises:
            RateLimited: `our_limit` or `quota_reserved`; it cannot be had in time. Nothing was sent.
        """
        found = self._pools.get((channel, lane))
        endpoint, pool = found if found is not None else self._open_pool(channel, lane)
        now = self._clock()
        if pool.shut_until <= now and (endpoint.flow is None or pool.take(now)):
            return
        await self._wait(endpoint, pool, now, seconds)

    def note_receipt(self, channel: str, lane: str, receipt: SendReceipt) -> None:  # noqa: ARG002 - the gate's contract
        """Learn from what the platform told beside its acceptance: rate headers and the day's quota."""
        if receipt.quota_remaining is None and receipt.rate_remaining is None:
            return
        endpoint, now = self._endpoint(channel), self._clock()
        if receipt.quota_remaining is not None and endpoint.limit.has_daily_quota:
            quota = Quota(receipt.quota_remaining, receipt.quota_total)
            if quota != endpoint.quota or now >= endpoint.quota_until:
                endpoint.note_quota(quota, now, self._seconds_to_reset(now), is_news=True)
        if receipt.rate_remaining is not None:
            was_paused_until = endpoint.pause.until
            endpoint.note_rate(receipt.rate_limit, receipt.rate_remaining, now)
            self._tell_if(endpoint.pause.until > was_paused_until)

    def note_error(self, channel: str, lane: str, error: ChannelError) -> None:
        """Learn from a refusal: "too fast" pauses the endpoint everywhere, a used-up quota the lane until tomorrow."""
        endpoint, now = self._endpoint(channel), self._clock()
        if isinstance(error, RateLimited) and error.code not in (OUR_LIMIT, QUOTA_RESERVED):
            seconds = min(error.retry_after_seconds, LONGEST_PAUSE_SECONDS)
            endpoint.pause_for(seconds, now, cause=error.code or "too_fast", is_news=True)
            self._tell_if(True)
        elif isinstance(error, Later) and lane in LANES_WITHOUT_QUOTA.get(error.code or "", ()):
            seconds = self._seconds_to_reset(now)
            endpoint.block_lane(lane, seconds, now, cause=error.code or "quota", is_news=True)
            self._tell_if(True)

    def quotas(self) -> dict[str, Quota]:
        """Return what the platforms said is left of today, by channel."""
        now = self._clock()
        return {
            channel: endpoint.quota
            for channel, endpoint in self._endpoints.items()
            if endpoint.quota is not None and now < endpoint.quota_until
        }

    # -- waiting

    async def _wait(self, endpoint: Endpoint, pool: Pool, now: float, seconds: float) -> None:
        if pool.shut_until - now > seconds:
            raise self._refusal(endpoint, pool, now)
        permit: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        pool.waiters.append(Waiter(permit, now + seconds))
        if pool.feeding is None or pool.feeding.done():
            pool.feeding = asyncio.create_task(self._feed(endpoint, pool))
        try:
            await permit  # the feeder ends it, one way or the other
        finally:
            pool.waits.observe(self._clock() - now)

    def _refusal(self, endpoint: Endpoint, pool: Pool, now: float) -> RateLimited:
        shut = pool.shut_until - now
        if shut > 0 and endpoint.quota_refuses(pool, now):
            detail = "the platform's quota of today is used up, or kept for status notices"
            return RateLimited(QUOTA_RESERVED, detail, retry_after_seconds=max(1.0, min(shut, QUOTA_LOOK_SECONDS)))
        if shut > 0:
            detail = "the platform asked for fewer messages"
            return RateLimited(OUR_LIMIT, detail, retry_after_seconds=max(1.0, shut))
        speed = (endpoint.flow or Flow.of(60)).rate
        ahead = sum(not waiter.permit.done() for waiter in pool.waiters) + 1
        detail = "our share of the platform's limit could not be had in time"
        return RateLimited(OUR_LIMIT, detail, retry_after_seconds=min(max(1.0, ahead / speed), LONGEST_RETRY_SECONDS))

    async def _feed(self, endpoint: Endpoint, pool: Pool) -> None:
        try:
            await self._serve(endpoint, pool)
        except Exception as error:  # noqa: BLE001 - a bug here must hang nobody: whoever waits is told to try again
            _log.error("limit_bug", channel=endpoint.channel, lane=pool.lane, error=type(error).__name__)
        finally:
            pool.dismiss(float("inf"), partial(self._refusal, endpoint, pool, self._clock()))

    async def _serve(self, endpoint: Endpoint, pool: Pool) -> None:
        """Fetch permits while somebody waits for one; let go who would wait in vain."""
        while True:
            now = self._clock()
            first_deadline = pool.dismiss(max(now, pool.shut_until), partial(self._refusal, endpoint, pool, now))
            if first_deadline is None:
                return
            if (shut := pool.shut_until - now) > 0:
                pause = min(shut, LONGEST_SLEEP_SECONDS)
            elif (flow := endpoint.flow) is None:
                pool.hand_out(len(pool.waiters), now)
                continue
            else:
                pause = await self._fetch(endpoint, pool, flow)
            if pool.waiters:
                await asyncio.sleep(max(0.0, min(pause, first_deadline - self._clock())))

    async def _fetch(self, endpoint: Endpoint, pool: Pool, flow: Flow) -> float:
        """Hand out what the bucket gives; return how many seconds to wait before asking again."""
        want = pool.plan_batch(self._clock(), flow.batch)
        reserve = flow.reserve(pool.lane, self._config.reserved_share)
        cost = 1.0
        if pool.lane == BROADCAST_LANE:
            cost = min(endpoint.broadcast_cost(self._clock()), max(1.0, flow.burst - reserve))
        granted, seconds = await self._take(endpoint, pool, flow, reserve=reserve, want=want, cost=cost)
        pool.hand_out(granted, self._clock())
        if granted >= want:
            return 0.0
        return min(max(seconds, SHORTEST_SLEEP_SECONDS), LONGEST_SLEEP_SECONDS) * (1 + 0.25 * self._random())

    async def _take(
        self, endpoint: Endpoint, pool: Pool, flow: Flow, *, reserve: float, want: int, cost: float
    ) -> tuple[int, float]:
        if not self.is_alone:
            try:
                return await self._take_shared(endpoint, pool, flow, reserve=reserve, want=want, cost=cost)
            except LimitsAway as error:
                self._go_alone(error)
        return endpoint.local.take(self._clock(), flow, self.workers, reserve=reserve, want=want, cost=cost)

    async def _take_shared(
        self, endpoint: Endpoint, pool: Pool, flow: Flow, *, reserve: float, want: int, cost: float
    ) -> tuple[int, float]:
        debt, endpoint.debt = endpoint.debt, 0.0
        try:
            grant = await self._store.take(
                endpoint.name,
                pool.lane,
                rate=flow.rate,
                burst=flow.burst,
                reserve=reserve,
                want=want,
                cost=cost,
                debt=min(debt, flow.burst),
            )
        except LimitsAway:
            endpoint.debt += debt
            raise
        now = self._clock()
        if grant.pause_seconds > 0:
            endpoint.pause_for(grant.pause_seconds, now, cause="shared", is_news=False)
        if grant.block_seconds > 0:
            endpoint.block_lane(pool.lane, grant.block_seconds, now, cause="shared", is_news=False)
        aim = min(want, flow.batch)
        return grant.permits, seconds_until(aim, grant.tokens, rate=flow.rate, reserve=reserve, cost=cost)

    # -- the heartbeat

    async def run(self) -> None:
        """Tell and learn what the other processes know, until cancelled; outlives every outage of Redis."""
        while True:
            self._news.clear()
            # redis-py 8.1 swallows a cancellation that comes in the middle of a call, so it must not get there.
            self._beating = asyncio.create_task(self.beat())
            await asyncio.shield(self._beating)
            try:
                async with asyncio.timeout(self._config.beat_seconds):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def beat(self) -> None:
        """One heartbeat: say that this process lives, publish its news, take over what the others were told."""
        endpoints, at = list(self._endpoints.values()), self._clock()
        told = [endpoint.tell(at) for endpoint in endpoints]
        try:
            pulse = await self._store.beat(
                [(endpoint.name, news) for endpoint, news in zip(endpoints, told, strict=True)]
            )
        except LimitsAway as error:
            self._go_alone(error)
            return
        for endpoint, news in zip(endpoints, told, strict=True):
            endpoint.mark_told(news, at)
        self._learn(endpoints, pulse)
        self._share_again()

    def _learn(self, endpoints: list[Endpoint], pulse: Pulse) -> None:
        now = self._clock()
        self.workers = max(1, pulse.workers)
        self._epoch_offset = pulse.epoch_seconds - now
        for endpoint, news in zip(endpoints, pulse.news, strict=True):
            endpoint.learn(news, now)
            if endpoint.quota is not None:
                is_known = now < endpoint.quota_until
                metrics.QUOTA.labels(endpoint.channel).set(endpoint.quota.remaining if is_known else float("nan"))

    def _go_alone(self, error: LimitsAway) -> None:
        if self.is_alone:
            return
        self.is_alone = True
        metrics.LIMITS_ALONE.set(1)
        _log.warning("limits_alone", cause=str(error), workers=self.workers)
        now = self._clock()
        for endpoint in self._endpoints.values():
            endpoint.local.start(now)
        self._drop_permits()

    def _share_again(self) -> None:
        if not self.is_alone:
            return
        self.is_alone = False
        metrics.LIMITS_ALONE.set(0)
        _log.info("limits_shared", workers=self.workers)
        for endpoint in self._endpoints.values():
            # Meanwhile the shared bucket has filled up, as if nobody had sent.
            endpoint.debt += endpoint.local.spent
        self._drop_permits()

    def _drop_permits(self) -> None:
        for _endpoint, pool in self._pools.values():
            pool.permits = 0

    # -- what there is

    def _endpoint(self, channel: str) -> Endpoint:
        endpoint = self._endpoints.get(channel)
        if endpoint is None:
            limit = self._config.endpoints.get(channel, EndpointLimit())
            endpoint = Endpoint(f"{limit.account}:{channel}", channel, limit, self._config.reserved_share)
            endpoint.local.start(self._clock())
            self._endpoints[channel] = endpoint
        return endpoint

    def _open_pool(self, channel: str, lane: str) -> tuple[Endpoint, Pool]:
        endpoint = self._endpoint(channel)
        self._pools[channel, lane] = (endpoint, endpoint.pool(lane))
        return self._pools[channel, lane]

    def _seconds_to_reset(self, now: float) -> float:
        return seconds_to_reset(now + self._epoch_offset)

    def _tell_if(self, is_news: bool) -> None:
        if is_news:
            self._news.set()
