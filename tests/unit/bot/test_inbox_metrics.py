"""The counters of the hot path look to Prometheus like any others."""

from collections.abc import Iterator

import pytest
from prometheus_client import REGISTRY, generate_latest

from bot.metrics import Tally, Timings


@pytest.fixture
def tally() -> Iterator[Tally]:
    found = Tally("test_tally", "counted", ["kind"])
    yield found
    REGISTRY.unregister(found)


@pytest.fixture
def timings() -> Iterator[Timings]:
    found = Timings("test_timings", "timed", ["route"])
    yield found
    REGISTRY.unregister(found)


def test_a_tally_counts_by_label(tally: Tally) -> None:
    tally.count("a")
    tally.count("a")
    tally.count(200)
    assert REGISTRY.get_sample_value("test_tally_total", {"kind": "a"}) == 2
    assert REGISTRY.get_sample_value("test_tally_total", {"kind": "200"}) == 1
    assert 'test_tally_total{kind="a"} 2.0' in generate_latest().decode()


def test_timings_fill_cumulative_buckets(timings: Timings) -> None:
    for seconds in (0.001, 0.004, 0.004, 99.0):
        timings.observe("/x", seconds=seconds)

    def bucket(bound: str) -> float | None:
        return REGISTRY.get_sample_value("test_timings_bucket", {"route": "/x", "le": bound})

    assert [bucket(bound) for bound in ("0.001", "0.0025", "0.005", "5.0", "+Inf")] == [1, 1, 3, 3, 4]
    assert REGISTRY.get_sample_value("test_timings_count", {"route": "/x"}) == 4
    assert REGISTRY.get_sample_value("test_timings_sum", {"route": "/x"}) == pytest.approx(99.009)
