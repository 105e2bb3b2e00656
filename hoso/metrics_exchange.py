"""The metrics of processes without a web server, shown by the one that has it.

Each process puts what it counts into Redis every few seconds, where it goes by itself soon after the process has gone;
`/metrics` of `hoso serve` adds them to its own, with the labels `process` and `id`. While Redis is away the page shows
the server's own and says with `hoso_metrics_complete 0` that the others are missing.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import structlog
from prometheus_client import REGISTRY, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from workers.queues import web_connection

INDEX = "hoso:metrics"
PUBLISH_SECONDS = 5.0
# Three snapshots may get lost before a process counts as gone.
KEEP_SECONDS = 20

_log = structlog.get_logger(__name__)


class MetricsExchange:
    """Puts this process's metrics up, and gathers everybody's. Never raises because of Redis; `aclose` at the end."""

    def __init__(self, redis_url: str) -> None:
        self._redis = web_connection(redis_url)

    async def publish(self, process: str) -> None:
        """Put this process's metrics up every few seconds until cancelled; `process` is its kind: worker, bot, …."""
        name = f"{process}|{socket.gethostname()}-{os.getpid()}"
        while True:
            await self._ask(lambda: self._put(name, generate_latest(REGISTRY)))
            await asyncio.sleep(PUBLISH_SECONDS)

    async def gather(self) -> bytes:
        """Return the text of `/metrics`: this process's metrics and the others'."""
        snapshots = await self._ask(self._get)
        return await asyncio.to_thread(lambda: generate_latest(Merged(REGISTRY.collect(), snapshots)))

    async def aclose(self) -> None:
        """Close the connections."""
        await asyncio.to_thread(self._redis.close)

    def _put(self, name: str, text: bytes) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.set(f"{INDEX}:{name}", text, ex=KEEP_SECONDS)
        pipeline.sadd(INDEX, name)
        pipeline.execute()

    def _get(self) -> Mapping[str, str]:
        known: Any = self._redis.smembers(INDEX)
        names = sorted(member.decode() for member in known)
        texts: Any = self._redis.mget([f"{INDEX}:{name}" for name in names]) if names else []
        found = dict(zip(names, texts, strict=True))
        if gone := [name for name, text in found.items() if text is None]:
            self._redis.srem(INDEX, *gone)
        return {name: text.decode() for name, text in found.items() if text is not None}

    async def _ask(self, ask: Callable[[], Any]) -> Any:
        try:
            return await asyncio.to_thread(ask)
        except (RedisError, OSError) as error:
            _log.debug("metrics_not_exchanged", error=type(error).__name__)
            return None


@asynccontextmanager
async def publishing(redis_url: str, process: str | None) -> AsyncIterator[None]:
    """Put this process's metrics up while the block runs; `process` None: nothing."""
    if process is None:
        yield
        return
    exchange = MetricsExchange(redis_url)
    task = asyncio.create_task(exchange.publish(process))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await exchange.aclose()


class Merged(Collector):
    """Own metrics together with the snapshots of others; `snapshots` None: they are not known."""

    def __init__(self, own: Iterable[Metric], snapshots: Mapping[str, str] | None) -> None:
        self._own = own
        self._snapshots = snapshots

    def collect(self) -> Iterable[Metric]:
        """Return each metric once, with everybody's samples."""
        merged = {metric.name: _copy(metric) for metric in self._own}
        for name, text in (self._snapshots or {}).items():
            process, _, identifier = name.partition("|")
            _add(merged, text, {"process": process, "id": identifier})
        return [*merged.values(), *self._about()]

    def _about(self) -> Iterable[Metric]:
        complete = GaugeMetricFamily(
            "hoso_metrics_complete", "1 when the other processes' metrics are here too, else 0"
        )
        complete.add_metric([], 0.0 if self._snapshots is None else 1.0)
        processes = GaugeMetricFamily("hoso_processes", "Processes that told their metrics lately", labels=["process"])
        kinds = [name.partition("|")[0] for name in self._snapshots or ()]
        for kind in sorted(set(kinds)):
            processes.add_metric([kind], float(kinds.count(kind)))
        return complete, processes


def _copy(metric: Metric) -> Metric:
    copy = Metric(metric.name, metric.documentation, metric.type, metric.unit)
    copy.samples = list(metric.samples)
    return copy


def _add(merged: dict[str, Metric], text: str, labels: Mapping[str, str]) -> None:
    for theirs in text_string_to_metric_families(text):
        if theirs.name.endswith("_created"):
            continue  # written beside each counter; as families of their own they would stand there twice
        ours = merged.setdefault(theirs.name, Metric(theirs.name, theirs.documentation, theirs.type, theirs.unit))
        if ours.type != theirs.type:
            continue  # another version's: it will be gone soon
        for sample in theirs.samples:
            ours.add_sample(sample.name, {**sample.labels, **labels}, sample.value)
