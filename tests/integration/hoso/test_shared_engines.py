"""The databases that tests get are clean, their own, and quick to have."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import redis

from hoso.embedded import EngineSet
from tests.engines import (
    TEMPLATE_DATABASE,
    clean_database,
    clean_redis,
    create_run_dir,
    remove_dead_runs,
    remove_run_dir,
    start_shared_engines,
)

Ask = Callable[..., Any]


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_gets_a_database_without_rows_of_others(
    postgres_url: str, redis_url: str, ask_postgres: Ask, ask_redis: Ask, turn: int
) -> None:
    ask_postgres(postgres_url, "CREATE TABLE only_mine (id int)")
    assert ask_redis(redis_url, "SETNX", "only_mine", turn) == 1
    assert ask_redis(redis_url, "DBSIZE") == 1


def test_an_empty_database_has_no_table(empty_postgres_url: str, ask_postgres: Ask) -> None:
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
    assert ask_postgres(empty_postgres_url, tables) == 0


def test_a_database_is_dropped_although_somebody_is_still_connected(
    shared_engines: EngineSet, ask_postgres: Ask
) -> None:
    with clean_database(shared_engines.postgres_url) as url:
        left_open = psycopg.connect(url)
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")
    left_open.close()


def test_databases_of_valkey_are_handed_out_once(shared_engines: EngineSet) -> None:
    with clean_redis(shared_engines.redis_url) as first, clean_redis(shared_engines.redis_url) as second:
        assert first != second
        with redis.Redis.from_url(first) as client:
            client.set("a", 1)
        with redis.Redis.from_url(second) as client:
            assert client.dbsize() == 0


def test_cloning_the_migrated_database_takes_a_fraction_of_a_second(
    shared_engines: EngineSet, postgres_url: str, ask_postgres: Ask
) -> None:
    seconds = []
    for _ in range(5):
        begun = time.monotonic()
        with clean_database(shared_engines.postgres_url, template=TEMPLATE_DATABASE):
            seconds.append(time.monotonic() - begun)
    assert min(seconds) < 1, seconds  # some 0.1; the bound leaves room for a machine full of other work


def test_a_run_that_was_killed_is_cleaned_up_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests import engines

    monkeypatch.setattr(engines, "_run_lock", [])
    run_dir = create_run_dir()
    pids = start_shared_engines(run_dir).pids
    remove_dead_runs()
    assert all(map(psutil.pid_exists, pids.values())), "a run that goes on is left alone"
    engines.os.close(engines._run_lock.pop())
    remove_dead_runs()
    assert not run_dir.exists()
    for pid in pids.values():
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_removing_a_run_without_servers_is_harmless(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    remove_run_dir(tmp_path / "run")
    assert not (tmp_path / "run").exists()
