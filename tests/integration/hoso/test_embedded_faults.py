"""What the embedded servers accepted is there after any kill, and whatever a kill leaves behind is cleaned up."""

import json
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import redis

import hoso.embedded.server
from hoso.embedded import StartFailedError, start_engines

Ask = Callable[..., Any]
Wait = Callable[..., None]


def insert_until_killed(url: str, acknowledged: list[int]) -> None:
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            while True:
                connection.execute("INSERT INTO kept VALUES (%s)", [len(acknowledged)])
                acknowledged.append(len(acknowledged))
    except psycopg.OperationalError:
        return


def add_until_killed(url: str, acknowledged: list[str]) -> None:
    try:
        with redis.Redis.from_url(url, retry=None) as client:
            while True:
                acknowledged.append(client.xadd("kept", {"n": len(acknowledged)}).decode())
    except redis.ConnectionError:
        return


def test_every_acknowledged_row_survives_a_kill_of_postgres(
    data_dir: Path, ask_postgres: Ask, wait_until: Wait
) -> None:
    with start_engines(data_dir, redis=False) as engines:
        ask_postgres(engines.postgres_url, "CREATE TABLE kept (id int)")
        acknowledged: list[int] = []
        writer = threading.Thread(target=insert_until_killed, args=(engines.postgres_url, acknowledged))
        writer.start()
        wait_until(lambda: len(acknowledged) > 100, "rows")
        assert engines.restart_dead() == []
        before = engines.pids["postgres"]
        os.kill(before, signal.SIGKILL)
        writer.join(timeout=20)
        wait_until(lambda: engines.restart_dead() == ["postgres"], "a restart")
        assert engines.pids["postgres"] != before
        assert ask_postgres(engines.postgres_url, "SELECT count(DISTINCT id) FROM kept") >= len(acknowledged)
        missing = "SELECT count(*) FROM generate_series(0, %s) AS n WHERE n NOT IN (SELECT id FROM kept)"
        assert ask_postgres(engines.postgres_url, missing, len(acknowledged) - 1) == 0
        assert engines.restart_dead() == []


def test_every_acknowledged_entry_survives_a_kill_of_valkey(data_dir: Path, ask_redis: Ask, wait_until: Wait) -> None:
    with start_engines(data_dir, postgres=False) as engines:
        acknowledged: list[str] = []
        writer = threading.Thread(target=add_until_killed, args=(engines.redis_url, acknowledged))
        writer.start()
        wait_until(lambda: len(acknowledged) > 500, "entries")
        os.kill(engines.pids["redis"], signal.SIGKILL)
        writer.join(timeout=20)
        wait_until(lambda: engines.restart_dead() == ["redis"], "a restart")
        kept = {entry[0] for entry in ask_redis(engines.redis_url, "XRANGE", "kept", "-", "+")}
        assert set(acknowledged) <= kept


def test_a_busy_child_of_a_killed_postgres_does_not_block_the_restart(
    data_dir: Path, ask_postgres: Ask, wait_until: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hoso.embedded.server, "REMAINS_SECONDS", 0.3)
    with start_engines(data_dir, redis=False) as engines:
        with closing(psycopg.connect(engines.postgres_url, autocommit=True)) as connection:
            busy = psutil.Process(connection.info.backend_pid)
            connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 10000000000::bigint)")
            wait_until(lambda: busy.cpu_times().user > 0.1, "a busy child")
            os.kill(engines.pids["postgres"], signal.SIGKILL)
            wait_until(lambda: engines.restart_dead() == ["postgres"], "a restart")
        assert not busy.is_running() or busy.status() == psutil.STATUS_ZOMBIE
        assert ask_postgres(engines.postgres_url, "SELECT 1") == 1


def test_half_a_command_at_the_end_of_the_file_costs_only_itself(data_dir: Path, ask_redis: Ask) -> None:
    with start_engines(data_dir, postgres=False) as engines:
        for key in ("first", "second", "third"):
            ask_redis(engines.redis_url, "SET", key, "kept")
    (file,) = (data_dir / "valkey" / "appendonlydir").glob("*.incr.aof")
    with file.open("ab") as tail:
        tail.write(b"*3\r\n$3\r\nSET\r\n$4\r\nhal")
    with start_engines(data_dir, postgres=False) as engines:
        assert ask_redis(engines.redis_url, "DBSIZE") == 3


def test_a_damaged_file_is_told_in_one_line_rather_than_emptied(data_dir: Path, ask_redis: Ask) -> None:
    with start_engines(data_dir, postgres=False) as engines:
        ask_redis(engines.redis_url, "SET", "first", "kept")
    (file,) = (data_dir / "valkey" / "appendonlydir").glob("*.incr.aof")
    file.write_bytes(b"rubbish\r\n" + file.read_bytes())
    with pytest.raises(StartFailedError) as caught:
        start_engines(data_dir, postgres=False)
    assert "\n" not in str(caught.value)
    assert "Bad file format" in str(caught.value)


def test_stale_files_of_a_killed_pair_are_no_obstacle(data_dir: Path, ask_postgres: Ask, ask_redis: Ask) -> None:
    """The old numbers now belong to a living stranger: this test's own process."""
    with start_engines(data_dir) as engines:
        ask_postgres(engines.postgres_url, "CREATE TABLE kept AS SELECT 1 AS id")
        ask_redis(engines.redis_url, "SET", "kept", "1")
    me = os.getpid()
    data, run = data_dir / "postgres" / "data", data_dir / "postgres" / "run"
    text = f"{me}\n{data}\n1700000000\n5432\n{run}\n\n  1234567  0\nready   \n"
    (data / "postmaster.pid").write_text(text)
    (run / ".s.PGSQL.5432.lock").write_text(text)
    (data_dir / "valkey" / "valkey.pid").write_text(f"{me}\n")
    for path in (run / ".s.PGSQL.5432", data_dir / "valkey" / "run" / "valkey.sock"):
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
    record = {"url": "nowhere", "started_at": "2026-01-01T00:00:00+00:00", "owner": {"pid": me, "born": "1"}}
    stale = {name: {**record, "process": {"pid": me, "born": "1"}} for name in ("postgres", "redis")}
    (data_dir / "engines.json").write_text(json.dumps({"version": 1, "engines": stale}))
    with start_engines(data_dir) as engines:
        assert engines.owned
        assert me not in engines.pids.values()
        assert ask_postgres(engines.postgres_url, "SELECT id FROM kept") == 1
        assert ask_redis(engines.redis_url, "GET", "kept") == "1"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"engines": 1}', '{"engines": {"redis": {"process": 7}}}'])
def test_a_broken_state_file_is_no_obstacle(data_dir: Path, text: str, ask_redis: Ask) -> None:
    data_dir.mkdir()
    (data_dir / "engines.json").write_text(text)
    with start_engines(data_dir, postgres=False) as engines:
        assert ask_redis(engines.redis_url, "PING") is True


def test_both_killed_at_once_are_both_restarted_and_leave_no_zombie(data_dir: Path, wait_until: Wait) -> None:
    with start_engines(data_dir) as engines:
        killed = engines.pids
        for pid in killed.values():
            os.kill(pid, signal.SIGKILL)
        restarted: set[str] = set()

        def all_are_back() -> bool:
            restarted.update(engines.restart_dead())
            return restarted == {"postgres", "redis"}

        wait_until(all_are_back, "both")
        zombies = [child for child in psutil.Process().children() if child.pid in killed.values()]
        assert zombies == []
    assert engines.restart_dead() == []
