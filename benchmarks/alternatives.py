"""The usual job queues beside the pipeline: each with two worker processes, in the configuration that suits it best.

None of them writes a durable row. A round goes from the first job made until the provider has the last message.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pipeline import Round
from benchmarks.processes import cpu_seconds, run_module, running
from benchmarks.provider_process import Provider

LIBRARIES = Path(__file__).parent.parent / ".bench-peers"
"""Where `make bench` installs them (`benchmarks/requirements-peers.lock`): they are no part of the product."""
WITH_OUR_CLIENT = "_with_our_client"
WARM_UP = 100
WARM_UP_PER_S = 40


@dataclass(frozen=True)
class Alternative:
    """One job queue: how its workers are started, and how many messages a round has (all take a few seconds)."""

    name: str
    how: str
    messages: int
    command: tuple[str, ...]
    processes: int = 1
    """How many times the command is started; those that make their own processes are told to make two."""
    has_our_client: bool = False
    """Its jobs send through our HTTP client instead of httpx, which is no part of the queue."""

    @property
    def module(self) -> str:
        """Where its jobs are."""
        return f"benchmarks.peers.{self.name.removesuffix(WITH_OUR_CLIENT)}_jobs"


_CELERY = ("celery", "-A", "benchmarks.peers.celery_jobs", "worker", "-P", "prefork", "-c", "2", "-Q", "bench-celery")
_TASKIQ = ("taskiq", "worker", "benchmarks.peers.taskiq_jobs:broker", "--workers", "2", "--max-async-tasks", "100")

ALTERNATIVES = (
    Alternative("rq", "two `SimpleWorker` processes: no fork a job", 800, ("benchmarks.peers.rq_jobs",), 2),
    Alternative("celery", "prefork, two processes, acknowledged late", 1_000, (*_CELERY, "-l", "ERROR")),
    Alternative(
        "dramatiq",
        "two processes of eight threads, as it starts by itself",
        2_000,
        ("dramatiq", "benchmarks.peers.dramatiq_jobs", "-p", "2", "-t", "8"),
    ),
    Alternative("taskiq", "two processes, stream broker, 100 at once each", 2_000, (*_TASKIQ, "--log-level", "ERROR")),
    Alternative(
        f"taskiq{WITH_OUR_CLIENT}",
        "the same with our HTTP client",
        3_000,
        (*_TASKIQ, "--log-level", "ERROR"),
        has_our_client=True,
    ),
)


def environment(redis_url: str, provider: Provider) -> dict[str, str]:
    """Return the environment in which the peers' libraries, the broker and the provider are found."""
    return os.environ | {
        "PYTHONPATH": os.pathsep.join((str(LIBRARIES), str(LIBRARIES.parent))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        "BENCH_REDIS_URL": redis_url,
        "BENCH_PROVIDER_URL": provider.url,
    }


@contextmanager
def _working(peer: Alternative, redis_url: str, provider: Provider) -> Iterator[tuple[list[int], dict[str, str]]]:
    own = environment(redis_url, provider) | {"BENCH_OUR_CLIENT": "1" if peer.has_our_client else "0"}
    provider.reset()
    with running([[sys.executable, "-m", *peer.command]] * peer.processes, own, is_quiet=True) as pids:
        _produce(peer, own, -WARM_UP, WARM_UP, WARM_UP_PER_S)
        provider.wait_for(WARM_UP)
        yield pids, own


def _produce(peer: Alternative, own: dict[str, str], first: int, count: int, rate: float) -> dict[str, object]:
    made: dict[str, object] = run_module("benchmarks.peers.produce", peer.module, first, count, rate, environment=own)
    return made


def measure_round(peer: Alternative, redis_url: str, provider: Provider) -> Round:
    """Send a round's messages to a provider that answers at once."""
    with _working(peer, redis_url, provider) as (pids, own):
        provider.reset()
        before = cpu_seconds(pids)
        made = _produce(peer, own, 0, peer.messages, 0)
        counted = provider.wait_for(peer.messages)
        took = cpu_seconds(pids) - before
    seconds = counted["last"] - float(str(made["began"]))
    cpu = {"worker": took, "producer": float(str(made["cpu"]))}
    return Round(peer.messages / seconds, {name: each / peer.messages * 1e6 for name, each in cpu.items()})


def measure_waits(peer: Alternative, redis_url: str, provider: Provider, rate: int, seconds: int) -> list[float]:
    """Return milliseconds from each job made until the provider had its message, at a steady rate; sorted."""
    with _working(peer, redis_url, provider) as (_pids, own):
        provider.reset()
        made = _produce(peer, own, 0, rate * seconds, rate)
        provider.wait_for(rate * seconds)
        arrivals: dict[str, float] = provider.ask("arrivals")
    moments = made["made"]
    assert isinstance(moments, dict)
    return sorted(max(0.0, arrivals[message] - moment) * 1000 for message, moment in moments.items())
