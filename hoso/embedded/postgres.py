"""The embedded PostgreSQL: durable, on a private Unix socket, as an unprivileged user when we are root.

Who may log in is decided by the kernel: the socket's directory is private, and `peer` authentication lets in only the
system user who started it. A TCP port, when asked for, takes the generated password in `<home>/password`.
"""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, ClassVar
from urllib.parse import quote

import psycopg
from psycopg import sql

from hoso.embedded.binaries import check_program, place_postgres
from hoso.embedded.errors import DataDirError, DataVersionError, StartFailedError
from hoso.embedded.places import PRIVATE_MODE, choose_socket_dir, make_socket_dir, remove_short_dir
from hoso.embedded.processes import RunAs, ServiceUser, end_process, find_titled, process_title, user_name
from hoso.embedded.server import Server, check_port, find_decisive_line

DATABASE = "hoso"
ROLE = "hoso"
DEFAULT_PORT = 5432
"""Part of the socket's file name even where no TCP port is open."""

SETTINGS: Mapping[str, str] = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "jit": "off",  # our statements are short; compiling them costs more than it saves
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    # Nothing of a citizen may reach the log: clients' errors are seen by the application, and what remains carries
    # neither statement, parameters nor the DETAIL line with a row's values.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "logging_collector": "off",
}
_HBA = "local all all peer map=hoso\nhost all all 127.0.0.1/32 scram-sha-256\n"


class PostgresServer(Server):
    """PostgreSQL with its database `hoso`, owned by the role `hoso`."""

    name: ClassVar[str] = "postgres"
    url_setting: ClassVar[str] = "HOSO_DATABASE_URL"
    # Fast shutdown, then immediate (as safe as a power cut), then by force.
    stop_steps: ClassVar[Sequence[tuple[signal.Signals, float]]] = (
        (signal.SIGINT, 30.0),
        (signal.SIGQUIT, 5.0),
        (signal.SIGKILL, 5.0),
    )
    log_marks: ClassVar[Sequence[str]] = ("PANIC:", "could not bind", "FATAL:", "initdb: error:", "error:", "ERROR:")

    def __init__(
        self,
        home: Path,
        *,
        user: ServiceUser | None,
        finder: Callable[[], Path],
        port: int | None,
        settings: Mapping[str, str],
        timeout_seconds: float,
    ) -> None:
        super().__init__(home, timeout_seconds=timeout_seconds)
        self._data = home / "data"
        self._user = self._owner_of_data(user)
        self._finder = finder
        self._port = port
        self._settings = {**SETTINGS, **settings}
        self._install = Path()
        self._socket_dir = choose_socket_dir(home, f".s.PGSQL.{port or DEFAULT_PORT}")

    @property
    def url(self) -> str:
        """libpq URL over the Unix socket; `psycopg.connect` and SQLAlchemy (after its prefix) take it."""
        port = f"&port={self._port}" if self._port else ""
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self._socket_dir), safe='/')}{port}"

    @property
    def pid_file(self) -> Path:
        """Written by PostgreSQL: pid, directory, start, port, socket directory, address, memory key, status."""
        return self._data / "postmaster.pid"

    def _owner_of_data(self, user: ServiceUser | None) -> ServiceUser | None:
        if not self._data.exists():
            return user
        owner = self._data.stat()
        if user is not None and owner.st_uid != 0:
            return ServiceUser(user_name(owner.st_uid), owner.st_uid, owner.st_gid)
        if owner.st_uid != os.geteuid() or user is not None:
            raise DataDirError(
                f"{self._data} belongs to user '{user_name(owner.st_uid)}': "
                "run as the user who created it (or as root, where that was not root), or set HOSO_DATA_DIR elsewhere"
            )
        return None

    def _prepare(self) -> None:
        check_program(self._finder() / "bin" / "postgres", "PostgreSQL", self.url_setting)
        check_port(self._port, "PostgreSQL")
        make_socket_dir(self._socket_dir, self._user)
        self._install, major = place_postgres(self._finder(), self.home, self._user)
        if (self._data / "PG_VERSION").exists():
            self._check_version(major)
            self._remove_stale_files()
        else:
            self._initialise()
        self._write_readable("hba.conf", _HBA)
        self._write_readable("ident.conf", f'hoso "{user_name(os.geteuid())}" {ROLE}\n')

    def _check_version(self, major: int) -> None:
        found = (self._data / "PG_VERSION").read_text(encoding="utf-8").strip()
        if found != str(major):
            raise DataVersionError(
                f"the data in {self._data} belongs to PostgreSQL {found}, the installed program is {major}: "
                "dump it with the old version and load it into a new HOSO_DATA_DIR, or install the old version"
            )

    def _remove_stale_files(self) -> None:
        """Remove what a killed server left, where its number now belongs to a stranger.

        PostgreSQL refuses to start when that number is alive under its user. Our life lock says that no server of
        ours runs; one that somebody started by hand is left for PostgreSQL to refuse.
        """
        try:
            pid = int(self.pid_file.read_text(encoding="utf-8").split("\n", 1)[0])
        except (OSError, ValueError):
            pid = 0
        if "postgres" not in process_title(pid):
            self.pid_file.unlink(missing_ok=True)
            for name in (f".s.PGSQL.{self._port or DEFAULT_PORT}", f".s.PGSQL.{self._port or DEFAULT_PORT}.lock"):
                (self._socket_dir / name).unlink(missing_ok=True)

    def _initialise(self) -> None:
        """Create the first data beside its place and move it there, so that a half-made one is never used."""
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=PRIVATE_MODE)
        if self._user:
            os.chown(fresh, self._user.uid, self._user.gid)
        argv = [str(self._install / "bin" / "initdb"), "-D", str(fresh), "-U", ROLE]
        argv += ["--auth=reject", "--encoding=UTF8"]
        argv += ["--locale-provider=builtin", "--locale=C.UTF-8", "--lc-messages=C", "--data-checksums"]
        answer = subprocess.run(
            argv, capture_output=True, check=False, cwd="/", env=self._environment(), **self._run_as()
        )
        if answer.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise self._explain_failure(answer.stderr.decode("utf-8", errors="replace"))
        fresh.rename(self._data)

    def _spawn(self, life_lock: int, log: BinaryIO) -> "subprocess.Popen[bytes]":
        settings = {
            **self._settings,
            "listen_addresses": "127.0.0.1" if self._port else "",
            "port": str(self._port or DEFAULT_PORT),
            "unix_socket_directories": f'"{self._socket_dir}"',
            "unix_socket_permissions": "0700",
            "hba_file": str(self.home / "hba.conf"),
            "ident_file": str(self.home / "ident.conf"),
            "cluster_name": self._cluster_name(),
        }
        argv = [str(self._install / "bin" / "postgres"), "-D", str(self._data)]
        for key, value in settings.items():
            argv += ["-c", f"{key}={value}"]
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=self._environment(),
            start_new_session=True,
            pass_fds=(life_lock,),
            **self._run_as(),
        )

    def _answers(self, pid: int) -> bool:
        # The status line is what pg_ctl waits for; asking by connections would fill the log with refusals.
        try:
            lines = self.pid_file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _after_start(self) -> None:
        try:
            with psycopg.connect(self.url.replace(f"/{DATABASE}?", "/postgres?"), autocommit=True) as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
                if known is None:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
                if self._port is not None:
                    self._set_password(connection)
        except psycopg.Error as error:
            reason = find_decisive_line(str(error), self.log_marks)
            raise StartFailedError(f"{self.name} started but refuses its own role: {reason}") from error

    def _set_password(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        path = self.home / "password"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(24), encoding="ascii")
        verifier = connection.pgconn.encrypt_password(path.read_bytes(), ROLE.encode(), b"scram-sha-256")
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(ROLE), sql.Literal(verifier.decode()))
        connection.execute(statement)

    def _after_stop(self) -> None:
        remove_short_dir(self._socket_dir)

    def _end_remains(self) -> None:
        if not self._data.exists():
            return
        for process in find_titled(f"postgres: {self._cluster_name()}: "):
            end_process(process, self.stop_steps[1:])

    def _cluster_name(self) -> str:
        """Part of the title of every child process, so that a killed server's children can be told from others'."""
        return f"hoso-{self._data.stat().st_ino}"

    def _environment(self) -> dict[str, str]:
        # Deliberately not ours: it may hold secrets, and PG* variables would change the server.
        return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(self.home)}

    def _run_as(self) -> RunAs:
        return self._user.run_as if self._user else {}

    def _write_readable(self, name: str, text: str) -> None:
        path = self.home / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
