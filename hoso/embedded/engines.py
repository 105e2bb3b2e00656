"""Starting, sharing, adopting and stopping the embedded servers of one data directory."""

import atexit
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from hoso.embedded.binaries import find_postgres, find_valkey
from hoso.embedded.errors import DataDirError
from hoso.embedded.locks import hold_lock
from hoso.embedded.places import FALLBACK_ROOT, PRIVATE_MODE, choose_postgres_home, make_directory, own_mode
from hoso.embedded.postgres import PostgresServer
from hoso.embedded.processes import ProcessId, identify, is_alive, service_user
from hoso.embedded.server import Server
from hoso.embedded.state import EngineRecord, read_state, write_state
from hoso.embedded.valkey import ValkeyServer

LOCK_FILE = "engines.lock"
START_TIMEOUT_SECONDS = 120.0
"""Long enough for PostgreSQL's recovery after a kill in the middle of heavy writing."""


class EngineSet:
    """The servers of one data directory as this process sees them: its own, or another process's that it joined."""

    def __init__(self, data_dir: Path, servers: Sequence[Server], *, timeout_seconds: float) -> None:
        self._data_dir = data_dir
        self._servers = {server.name: server for server in servers}
        self._timeout_seconds = timeout_seconds
        self._records: dict[str, EngineRecord] = {}
        self._owned: set[str] = set()
        self._mutex = threading.RLock()
        self._me = _this_process()
        self._stopped = False

    @property
    def postgres_url(self) -> str | None:
        """Address of PostgreSQL for libpq, such as `postgresql://hoso@/hoso?host=/…/run`; None when not asked for."""
        return self._url("postgres")

    @property
    def redis_url(self) -> str | None:
        """Address of Valkey for redis-py, such as `unix:///…/valkey.sock?db=0`; None when not asked for."""
        return self._url("redis")

    @property
    def owned(self) -> bool:
        """Whether this process started or adopted at least one of them, and so will stop it."""
        return bool(self._owned)

    @property
    def pids(self) -> dict[str, int]:
        """Process number by name: `postgres` (the postmaster), `redis`."""
        return {name: record.process.pid for name, record in self._records.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Join what runs, adopt what has lost its owner, start the rest, both at once. Raises EmbeddedError."""
        with self._locked() as state:
            try:
                self._join_or_start_all(state)
                write_state(self._data_dir, {**state, **self._records})
            except BaseException:
                self._stop_owned(state)
                raise

    def restart_dead(self) -> list[str]:
        """Restart our servers that died; returns their names. Cheap when all is well; call it every second.

        A joined server whose owner was killed is adopted on the way, so that it is watched and stopped again.
        """
        with self._mutex:
            if self._stopped or os.getpid() != self._me.pid or not any(map(self._needs_care, self._records)):
                return []
            restarted = []
            with self._locked() as state:
                for name in self._servers:
                    try:
                        if self._care_for(name, state.get(name)):
                            restarted.append(name)
                    finally:  # one that cannot start must not hide what became of the other
                        if name in state or name in self._owned:
                            state[name] = self._records[name]
                            write_state(self._data_dir, state)
            return restarted

    def stop(self) -> None:
        """Stop the servers this process owns: PostgreSQL by fast shutdown, then Valkey. Safe to call twice."""
        with self._mutex:
            if self._stopped or os.getpid() != self._me.pid:
                return
            self._stopped = True
            if self._owned:
                with self._locked() as state:
                    self._stop_owned(state)

    def leave_running(self) -> None:
        """Give up ownership without stopping: the next process that needs the servers adopts and stops them."""
        with self._mutex:
            if not self._owned:
                return
            with self._locked() as state:
                for name in self._owned:
                    state[name] = replace(self._records[name], owner=None)
                    if child := self._servers[name].leave():
                        atexit.register(_let_go, child)
                self._owned.clear()
                write_state(self._data_dir, state)

    def _url(self, name: str) -> str | None:
        record = self._records.get(name)
        return None if record is None else self._servers[name].complete_url(record.url)

    def _join_or_start_all(self, state: dict[str, EngineRecord]) -> None:
        with ThreadPoolExecutor(max_workers=max(1, len(self._servers))) as pool:
            futures = [pool.submit(self._join_or_start, name, state.get(name)) for name in self._servers]
        for future in futures:  # all have ended by now, so that a failure knows what there is to stop
            future.result()

    def _join_or_start(self, name: str, known: EngineRecord | None) -> None:
        running = self._servers[name].find(known.process if known else None)
        if running is None:
            self._start(name)
        elif known and known.process == running and known.owner and is_alive(known.owner):
            self._records[name] = known
        else:
            self._own(name, running, known)

    def _start(self, name: str) -> None:
        self._own(name, self._servers[name].start(), None)

    def _own(self, name: str, process: ProcessId, known: EngineRecord | None) -> None:
        url = known.url if known else self._servers[name].url
        started_at = known.started_at if known else datetime.now(UTC).isoformat(timespec="milliseconds")
        self._records[name] = EngineRecord(process=process, url=url, started_at=started_at, owner=self._me)
        self._owned.add(name)

    def _needs_care(self, name: str) -> bool:
        record = self._records[name]
        if not self._servers[name].lives(record.process):
            return True
        return record.owner is None or (name not in self._owned and not is_alive(record.owner))

    def _care_for(self, name: str, known: EngineRecord | None) -> bool:
        """Bring one server back; True when it was started anew."""
        if name not in self._owned:
            if known is None:  # its owner stopped it in good order: it is not ours to start again
                return False
            if known.owner and is_alive(known.owner):
                self._records[name] = known
                return False
        if self._servers[name].lives(self._records[name].process):
            self._own(name, self._records[name].process, known)
            return False
        running = self._servers[name].find(known.process if known else None)
        if running is not None:
            self._own(name, running, known)
            return False
        self._start(name)
        return True

    def _stop_owned(self, state: dict[str, EngineRecord]) -> None:
        for name in [name for name in self._servers if name in self._owned]:
            self._servers[name].stop(self._records[name].process)
            self._owned.discard(name)
            state.pop(name, None)
            write_state(self._data_dir, state)

    @contextmanager
    def _locked(self) -> Iterator[dict[str, EngineRecord]]:
        with hold_lock(self._data_dir / LOCK_FILE, timeout_seconds=self._timeout_seconds):
            yield read_state(self._data_dir)


def start_engines(
    data_dir: Path,
    *,
    postgres: bool = True,
    redis: bool = True,
    redis_databases: int = 16,
    postgres_port: int | None = None,
    redis_port: int | None = None,
    appendfsync: str = "everysec",
    postgres_user: str = "nobody",
    postgres_settings: Mapping[str, str] | None = None,
    timeout_seconds: float = START_TIMEOUT_SECONDS,
    postgres_finder: Callable[[], Path] = find_postgres,
    valkey_finder: Callable[[], Path] = find_valkey,
    fallback_root: Path = FALLBACK_ROOT,
) -> EngineSet:
    """Start or join the embedded servers of this data directory and wait until they take connections.

    The ports open them on 127.0.0.1 too, with generated passwords in `<data>/postgres/password` and
    `<data>/valkey/password`; without ports there are only Unix sockets. Joining a running server leaves it as it is.
    `appendfsync` is Valkey's: `everysec` loses at most a second at a power cut and nothing at a kill, `always` nothing.
    `postgres_user` runs PostgreSQL when we are root. Raises EmbeddedError with one line that says what to do.
    """
    try:
        data = make_directory(data_dir.resolve(), own_mode())
        servers: list[Server] = []
        if postgres:
            user = service_user(postgres_user)
            servers.append(
                PostgresServer(
                    choose_postgres_home(data, user, fallback_root),
                    user=user,
                    finder=postgres_finder,
                    port=postgres_port,
                    settings=postgres_settings or {},
                    timeout_seconds=timeout_seconds,
                )
            )
        if redis:
            servers.append(
                ValkeyServer(
                    make_directory(data / "valkey", PRIVATE_MODE),
                    finder=valkey_finder,
                    port=redis_port,
                    databases=redis_databases,
                    appendfsync=appendfsync,
                    timeout_seconds=timeout_seconds,
                )
            )
        engines = EngineSet(data, servers, timeout_seconds=timeout_seconds)
        engines.start()
    except OSError as error:
        raise DataDirError(
            f"cannot use the data directory {data_dir}: {error.strerror or error} "
            f"({error.filename or 'no file named'}); "
            "set HOSO_DATA_DIR to a directory that you may write to, with free space"
        ) from error
    return engines


def _let_go(child: "subprocess.Popen[bytes]") -> None:
    """Part at exit from a server left running on purpose: Python would complain that nobody waited for its end."""
    if child.poll() is None:
        child.returncode = 0


def _this_process() -> ProcessId:
    return identify(os.getpid()) or ProcessId(os.getpid(), "")
