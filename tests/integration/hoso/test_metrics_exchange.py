"""What every process counts is shown by the one with a web server, once and without personal data."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from prometheus_client import Counter, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import CollectorRegistry

from hoso.metrics_exchange import INDEX, Merged, MetricsExchange, publishing
from workers.queues import web_connection

DEAD_REDIS = "redis://127.0.0.1:1/0"


@pytest.fixture
async def exchange(redis_url: str) -> AsyncIterator[MetricsExchange]:
    made = MetricsExchange(redis_url)
    yield made
    await made.aclose()


def read(page: bytes) -> dict[tuple[str, str], float]:
    """Samples by name and process."""
    families = list(text_string_to_metric_families(page.decode()))
    names = [family.name for family in families]
    assert len(names) == len(set(names)), "each metric stands there once"
    samples = [sample for family in families for sample in family.samples]
    return {(sample.name, sample.labels.get("process", "")): sample.value for sample in samples}


async def wait_for_samples(exchange: MetricsExchange, process: str) -> dict[tuple[str, str], float]:
    async with asyncio.timeout(5):
        while True:
            samples = read(await exchange.gather())
            if ("hoso_processes", process) in samples:
                return samples
            await asyncio.sleep(0.02)


async def test_another_process_is_on_the_page_beside_our_own(exchange: MetricsExchange, redis_url: str) -> None:
    async with publishing(redis_url, "worker"):
        samples = await wait_for_samples(exchange, "worker")
    assert samples["hoso_metrics_complete", ""] == 1
    assert samples["hoso_processes", "worker"] == 1
    for process in ("", "worker"):
        assert samples["process_resident_memory_bytes", process] > 1_000_000


async def test_who_has_gone_is_forgotten(exchange: MetricsExchange, redis_url: str) -> None:
    async with publishing(redis_url, "bot"):
        await wait_for_samples(exchange, "bot")
    redis = web_connection(redis_url)
    for key in redis.scan_iter(f"{INDEX}:*"):
        assert 0 < int(redis.ttl(key)) <= 20
        redis.delete(key)  # as its end of life does
    assert ("hoso_processes", "bot") not in read(await exchange.gather())
    assert redis.smembers(INDEX) == set()
    redis.close()


async def test_while_redis_is_away_the_page_says_that_others_are_missing() -> None:
    exchange = MetricsExchange(DEAD_REDIS)
    async with publishing(DEAD_REDIS, "worker"):
        samples = read(await exchange.gather())
    await exchange.aclose()
    assert samples["hoso_metrics_complete", ""] == 0
    assert ("process_resident_memory_bytes", "") in samples


def test_the_same_metric_of_many_processes_is_one_metric() -> None:
    def page(count: int) -> CollectorRegistry:
        registry = CollectorRegistry()
        counter = Counter("hoso_sends", "Attempts", ["channel"], registry=registry)
        counter.labels("zalo_template").inc(count)
        return registry

    snapshots = {f"worker|a-{number}": generate_latest(page(number)).decode() for number in (1, 2)}
    text = generate_latest(Merged(page(5).collect(), snapshots)).decode()
    assert text.count("# TYPE hoso_sends_total counter") == 1
    values = [line.rsplit(" ", 1)[1] for line in text.splitlines() if line.startswith("hoso_sends_total{")]
    assert values == ["5.0", "1.0", "2.0"]


def test_a_metric_of_another_kind_under_the_same_name_is_left_out() -> None:
    registry = CollectorRegistry()
    Counter("hoso_sends", "Attempts", registry=registry).inc(3)
    theirs = "# HELP hoso_sends Attempts\n# TYPE hoso_sends gauge\nhoso_sends 7\n"
    text = generate_latest(Merged(registry.collect(), {"worker|old-1": theirs})).decode()
    assert "7" not in [line.rsplit(" ", 1)[1] for line in text.splitlines() if line.startswith("hoso_sends")]
    assert "hoso_sends_total 3.0" in text
