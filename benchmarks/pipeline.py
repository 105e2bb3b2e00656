"""The whole durable way of a notice: event, row, doorbell, worker, claim, send, outcome row; every part the real one.

What a round measures: from the first event offered to the intake until the last outcome row is committed. The events
come while notices go out, as on a working day; intake, PostgreSQL, worker and provider share the machine. No figure
comes of a round in which a message is missing or came twice, or a row is in another state than `accepted`.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from benchmarks.processes import cpu_seconds, run_module, running
from benchmarks.provider_process import Provider
from hoso.embedded import EngineSet
from storage.crypto import generate_key
from storage.migrations import migrate

WARM_UP = 500
BATCH = 250
WRITTEN_SECONDS = 20.0
"""Between the last arrival and the last outcome row; a lane that takes longer is stuck."""
_FRESH = "created_at > now() - interval '1 hour'"
_TABLES = "dossiers, event_keys, dossier_events, notices, attempts"


@dataclass(frozen=True)
class Round:
    """What came of one round: messages a second, and CPU microseconds a message by who took them."""

    per_s: float
    cpu_us: dict[str, float] = field(default_factory=dict)


@dataclass
class PipelineSite:
    """Servers, and the environment by which every process of ours finds them and the provider."""

    engines: EngineSet
    environment: dict[str, str]
    provider: Provider
    runs: int = 0
    keeps_old: bool = False
    """Old notices stay in the tables; those of a measurement are of the last hour."""

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """Return a connection of whoever measures."""
        assert self.engines.postgres_url is not None
        return psycopg.connect(self.engines.postgres_url, autocommit=True)

    def feed(self, count: int, *, batch: int = BATCH, rate: float = 0) -> dict[str, object]:
        """Offer fresh events and return when it began and what it took."""
        self.runs += 1
        done: dict[str, object] = run_module(
            "benchmarks.feeder", self.runs, count, batch, rate, environment=self.environment
        )
        return done

    def until_written(self, count: int) -> float:
        """Wait until all notices are accepted, and return the moment.

        Raises:
            RuntimeError: some are not.
        """
        deadline = time.monotonic() + WRITTEN_SECONDS
        with self.connect() as connection:
            while True:
                rows = connection.execute(
                    f"SELECT state, count(*) FROM notices WHERE {_FRESH} GROUP BY state"
                ).fetchall()
                moment = time.time()
                if rows == [("accepted", count)]:
                    return moment
                if time.monotonic() > deadline:
                    raise RuntimeError(f"of {count} notices: {dict(rows)}")  # type: ignore[arg-type]  # pairs
                time.sleep(0.02)

    def forget(self) -> None:
        """Empty the tables."""
        with self.connect() as connection:
            if self.keeps_old:
                connection.execute(f"DELETE FROM notices WHERE {_FRESH}")
            else:
                connection.execute(f"TRUNCATE {_TABLES} CASCADE")


def make_site(folder: Path, engines: EngineSet, provider: Provider) -> PipelineSite:
    """Migrate the servers and return the site: Zalo's side is the provider, everything else as installed."""
    assert engines.postgres_url is not None
    assert engines.redis_url is not None
    migrate(engines.postgres_url)
    own = {name: value for name, value in os.environ.items() if not name.startswith("HOSO_")}
    environment = own | {
        "HOSO_ENV_FILE": "",
        "HOSO_DATA_DIR": str(folder),
        "HOSO_DATABASE_URL": engines.postgres_url,
        "HOSO_REDIS_URL": engines.redis_url,
        "HOSO_ENCRYPTION_KEYS": generate_key(),
        "HOSO_ZALO_TEMPLATE_BASE": provider.url,
        "HOSO_LOG_LEVEL": "error",
    }
    return PipelineSite(engines, environment, provider)


@contextmanager
def working(site: PipelineSite, workers: int) -> Iterator[list[int]]:
    """Start worker processes, see that they send, and hand out their process ids."""
    site.forget()
    site.provider.reset()
    command = [sys.executable, "-m", "hoso", "worker"]
    with running([command] * workers, site.environment) as pids:
        site.feed(WARM_UP)
        site.provider.wait_for(WARM_UP)
        site.until_written(WARM_UP)
        yield pids


def measure_round(site: PipelineSite, count: int, *, delay_ms: int, workers: int) -> Round:
    """Send `count` notices to a provider that answers after `delay_ms`."""
    with working(site, workers) as pids:
        site.forget()
        site.provider.reset(delay_ms)
        servers = {
            "worker": pids,
            "postgresql": [site.engines.pids["postgres"]],
            "valkey": [site.engines.pids["redis"]],
        }
        before = {name: cpu_seconds(those) for name, those in servers.items()}
        fed = site.feed(count)
        site.provider.wait_for(count)
        ended = site.until_written(count)
        took = {name: cpu_seconds(those) - before[name] for name, those in servers.items()}
    took["intake"] = float(str(fed["cpu"]))
    return Round(count / (ended - float(str(fed["began"]))), {name: t / count * 1e6 for name, t in took.items()})


def measure_waits(site: PipelineSite, rate: int, seconds: int, *, workers: int) -> list[float]:
    """Return milliseconds from each event's commit until the provider had the message, at a steady rate; sorted."""
    count = rate * seconds
    with working(site, workers):
        site.forget()
        site.provider.reset()
        fed = site.feed(count, batch=1, rate=rate)
        site.provider.wait_for(count)
        arrivals: dict[str, float] = site.provider.ask("arrivals")
        with site.connect() as connection:
            rows = connection.execute(
                "SELECT e.event_id, n.id::text FROM notices n JOIN dossier_events e ON e.key = n.event_key"
            ).fetchall()
    committed = fed["committed"]
    assert isinstance(committed, dict)
    waits = [arrivals[f"n-{str(notice).replace('-', '')}"] - committed[event] for event, notice in rows]
    return sorted(max(0.0, wait) * 1000 for wait in waits)
