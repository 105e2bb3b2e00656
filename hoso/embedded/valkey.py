"""The embedded Valkey: append-only file on, on a private Unix socket, never evicting."""

import os
import secrets
import signal
import socket
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, ClassVar
from urllib.parse import quote

from hoso.embedded.binaries import check_program
from hoso.embedded.places import choose_socket_dir, make_socket_dir, remove_short_dir
from hoso.embedded.server import Server, check_port

SOCKET_NAME = "valkey.sock"
ANSWER_SECONDS = 1.0


class ValkeyServer(Server):
    """Valkey in its home directory, run as the user we are. Called `redis`, as its setting is."""

    name: ClassVar[str] = "redis"
    url_setting: ClassVar[str] = "HOSO_REDIS_URL"
    stop_steps: ClassVar[Sequence[tuple[signal.Signals, float]]] = ((signal.SIGTERM, 20.0), (signal.SIGKILL, 5.0))
    log_marks: ClassVar[Sequence[str]] = (
        "FATAL",
        "Could not create server TCP",
        "Bad file format",
        "Can't",
        "No space left",
        "Failed",
    )

    def __init__(
        self,
        home: Path,
        *,
        finder: Callable[[], Path],
        port: int | None,
        databases: int,
        appendfsync: str,
        timeout_seconds: float,
    ) -> None:
        super().__init__(home, timeout_seconds=timeout_seconds)
        self._finder = finder
        self._port = port
        self._databases = databases
        self._appendfsync = appendfsync
        self._socket = choose_socket_dir(home, SOCKET_NAME) / SOCKET_NAME
        self._password_file = home / "password"

    @property
    def url(self) -> str:
        """`redis.from_url` address over the Unix socket."""
        return f"unix://{quote(str(self._socket), safe='/')}?db=0"

    @property
    def pid_file(self) -> Path:
        """Written by Valkey."""
        return self.home / "valkey.pid"

    def complete_url(self, url: str) -> str:
        """The address with the password, which exists only where a TCP port is open."""
        if not self._password_file.exists():
            return url
        return url.replace("unix://", f"unix://:{self._password_file.read_text(encoding='ascii')}@", 1)

    def _prepare(self) -> None:
        check_program(self._finder(), "Valkey", self.url_setting)
        check_port(self._port, "Valkey")
        make_socket_dir(self._socket.parent, None)
        if self._port is None:
            self._password_file.unlink(missing_ok=True)
        elif not self._password_file.exists():  # kept over restarts, so that addresses handed out stay good
            self._password_file.touch(mode=0o600)
            self._password_file.write_text(secrets.token_urlsafe(24), encoding="ascii")

    def _spawn(self, life_lock: int, log: BinaryIO) -> "subprocess.Popen[bytes]":
        child = subprocess.Popen(
            [self._finder(), "-"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=self.home,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            umask=0o077,
            start_new_session=True,
            pass_fds=(life_lock,),
        )
        if child.stdin is None:
            raise RuntimeError("stdin was asked for")
        # By standard input rather than arguments: blanks in paths survive, and no password shows in `ps`.
        with child.stdin as configuration:
            configuration.write(self._configuration().encode())
        return child

    def _after_stop(self) -> None:
        remove_short_dir(self._socket.parent)

    def _configuration(self) -> str:
        lines = [
            f"port {self._port or 0}",
            "bind 127.0.0.1",
            f"unixsocket {_quoted(self._socket)}",
            "unixsocketperm 700",
            f"dir {_quoted(self.home)}",
            f"pidfile {_quoted(self.pid_file)}",
            f"databases {self._databases}",
            "daemonize no",
            "appendonly yes",
            f"appendfsync {self._appendfsync}",
            # A kill in the middle of a write leaves half a command at the end of the file: drop it, keep the rest.
            "aof-load-truncated yes",
            'save ""',
            "maxmemory-policy noeviction",
            "hide-user-data-from-log yes",
            "loglevel notice",
        ]
        if self._port is not None:
            lines.append(f"requirepass {self._password_file.read_text(encoding='ascii')}")
        return "\n".join(lines) + "\n"

    def _answers(self, pid: int) -> bool:
        # PING is refused while the append-only file is being loaded; INFO tells whose socket this is.
        request = b"PING\r\nINFO server\r\n"
        if self._password_file.exists():
            request = b"AUTH " + self._password_file.read_bytes() + b"\r\n" + request
        answer = b""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(ANSWER_SECONDS)
            try:
                client.connect(str(self._socket))
                client.sendall(request)
                while b"uptime_in_seconds" not in answer and b"-NOAUTH" not in answer:
                    chunk = client.recv(4096)
                    if not chunk:
                        return False
                    answer += chunk
            except OSError:
                return False
        return b"+PONG" in answer and f"process_id:{pid}\r\n".encode() in answer


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
