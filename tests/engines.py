"""The servers that all tests of one run share, and clean databases inside them.

One run of pytest has one directory under the temporary folder. The first worker that needs a server starts it there
and leaves it running; the run's controller stops it at the end. A run that was killed is cleaned up by the next one.
"""

import importlib.util
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from hoso.embedded import EmbeddedError, EngineSet, start_engines
from hoso.embedded.locks import hold_lock, is_held, open_lock, try_lock
from tests.log_leaks import RUN_DIR_VARIABLE, register_name, register_secret

__all__ = ["RUN_DIR_VARIABLE", "fresh_data_dir", "register_name", "register_secret", "start_shared_engines"]

REDIS_DATABASES = 4096
TEMPLATE_DATABASE = "hoso_template"
# Safe for a throw-away server only, and many times faster at creating databases. The tests of durability start
# servers of their own, as the product does.
THROW_AWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}
MEMORY_DISK = Path("/dev/shm")
MEMORY_DISK_BYTES = 4 * 2**30
"""A full run has held less than half of it at once."""
_RUN_PREFIX = f"hoso-tests-{os.geteuid()}-"
_run_lock: list[int] = []


def choose_temporary_folder() -> None:
    """Put the temporary files of this run and of its processes into memory, where there is room and no other wish.

    A thousand databases are copied and dropped again; on a disk, and while servers with `fsync` on run beside it, that
    takes longer than the tests. What a killed process wrote is still there, as on a disk.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY_DISK, os.W_OK | os.X_OK):
        return
    room = os.statvfs(MEMORY_DISK)
    if room.f_bavail * room.f_frsize >= MEMORY_DISK_BYTES and not room.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = str(MEMORY_DISK)
        tempfile.tempdir = None


def create_run_dir() -> Path:
    """The directory of this run; held by a lock for the life of this process."""
    run_dir = Path(tempfile.mkdtemp(prefix=_RUN_PREFIX))
    run_dir.chmod(0o711)  # PostgreSQL, run as another user when we are root, passes through
    _run_lock.append(open_lock(run_dir / "run.lock"))
    try_lock(_run_lock[-1])
    return run_dir


def remove_run_dir(run_dir: Path) -> None:
    """Stop what runs in a run's directory and remove it."""
    data_dir = run_dir / "var"
    for home in ("postgres", "valkey"):
        if is_held(data_dir / home / "server.lock"):
            with suppress(EmbeddedError):
                start_engines(data_dir, postgres=home == "postgres", redis=home == "valkey", timeout_seconds=20).stop()
    shutil.rmtree(run_dir, ignore_errors=True)


def remove_dead_runs() -> None:
    """Clean up after runs whose controller was killed."""
    for run_dir in Path(tempfile.gettempdir()).glob(f"{_RUN_PREFIX}*"):
        if (run_dir / "run.lock").exists() and not is_held(run_dir / "run.lock"):
            remove_run_dir(run_dir)


def is_live_run(name: str) -> bool:
    """Whether a run of this name still goes on."""
    return is_held(Path(tempfile.gettempdir()) / name / "run.lock")


def start_shared_engines(run_dir: Path) -> EngineSet:
    """The run's servers, started by whoever comes first and left running for the others."""
    engines = start_engines(
        run_dir / "var", redis_databases=REDIS_DATABASES, postgres_settings=THROW_AWAY_SETTINGS, timeout_seconds=60
    )
    engines.leave_running()
    return engines


def ensure_template(run_dir: Path, postgres_url: str) -> None:
    """Create, once a run, the migrated database that the tests' databases are cloned from."""
    with hold_lock(run_dir / "template.lock", timeout_seconds=120):
        if (run_dir / "template.ready").exists():
            return
        create_database(postgres_url, TEMPLATE_DATABASE)
        if importlib.util.find_spec("storage.migrations"):
            from storage.migrations import migrate

            migrate(database_url(postgres_url, TEMPLATE_DATABASE))
        (run_dir / "template.ready").touch()


@contextmanager
def clean_database(postgres_url: str, *, template: str = "template1") -> Iterator[str]:
    """The address of a database of its own, dropped at the end whoever is still connected."""
    name = f"test_{secrets.token_hex(6)}"
    create_database(postgres_url, name, template=template)
    try:
        yield database_url(postgres_url, name)
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def create_database(postgres_url: str, name: str, *, template: str = "template1") -> None:
    """Copy the template file by file: with fsync off that beats the copy through the log."""
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))


def database_url(postgres_url: str, name: str) -> str:
    """The same server's address with another database."""
    return postgres_url.replace("/hoso?", f"/{name}?", 1)


@contextmanager
def clean_redis(redis_url: str) -> Iterator[str]:
    """The address of an empty Valkey database that no other running test uses."""
    with redis.Redis.from_url(redis_url) as client:
        number = int(client.incr("tests:databases-given")) % (REDIS_DATABASES - 1) + 1
    url = redis_url.replace("db=0", f"db={number}", 1)
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()


@contextmanager
def fresh_data_dir() -> Iterator[Path]:
    """An empty directory that an unprivileged PostgreSQL can reach, removed at the end.

    pytest's own `tmp_path` lies under a folder closed to others, which sends root's PostgreSQL elsewhere.
    """
    parent = Path(tempfile.mkdtemp(prefix="hoso-data-"))
    parent.chmod(0o711)
    try:
        yield parent / "var"
    finally:
        shutil.rmtree(parent, ignore_errors=True)
