"""What both embedded servers have in common: being found, started, awaited, stopped and reaped."""

import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, ClassVar

from hoso.embedded.errors import EngineBusyError, PortTakenError, StartFailedError
from hoso.embedded.locks import is_held, open_lock, try_lock
from hoso.embedded.processes import ProcessId, end_process, identify, is_alive

POLL_SECONDS = 0.01
LOG_KEEP_BYTES = 10 * 1024 * 1024
REMAINS_SECONDS = 5.0
"""How long the children of a killed server may take to notice and end by themselves."""


class Server(ABC):
    """One kind of embedded server in its home directory. Callers hold the start lock around every method but `lives`.

    The server gets its own session, so that Ctrl-C in the terminal does not reach it before the application has
    drained, and inherits its life lock, so that "is anything of it running?" is answered by the kernel.
    """

    name: ClassVar[str]
    url_setting: ClassVar[str]
    stop_steps: ClassVar[Sequence[tuple[signal.Signals, float]]]
    log_marks: ClassVar[Sequence[str]]
    """Words that mark the line of the log which says why a start failed, most telling first."""

    def __init__(self, home: Path, *, timeout_seconds: float) -> None:
        self.home = home
        self.log_path = home / "server.log"
        self.life_lock = home / "server.lock"
        self._timeout_seconds = timeout_seconds
        self._child: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Address of the server, without a password."""

    @property
    @abstractmethod
    def pid_file(self) -> Path:
        """The file whose first line is the server's process number, written by the server."""

    @abstractmethod
    def _prepare(self) -> None:
        """Everything before the program starts: directories, configuration, first data."""

    @abstractmethod
    def _spawn(self, life_lock: int, log: BinaryIO) -> "subprocess.Popen[bytes]":
        """Start the program in its own session with the life lock inherited."""

    @abstractmethod
    def _answers(self, pid: int) -> bool:
        """Whether the server takes connections."""

    def _after_start(self) -> None:  # noqa: B027 (a server without such a step needs none)
        """What is done once through a connection to the server that has just started."""

    def _after_stop(self) -> None:  # noqa: B027 (a server that leaves nothing needs none)
        """Remove what a stopped server leaves outside its home."""

    def _end_remains(self) -> None:  # noqa: B027 (a server without children needs none)
        """End children that outlived a killed server and hold its life lock."""

    def complete_url(self, url: str) -> str:
        """The address with what the state file must not hold; the same when there is no password."""
        return url

    def lives(self, process: ProcessId) -> bool:
        """Whether this server process runs; reaps it when it was our child and has ended."""
        if self._child is not None and self._child.pid == process.pid:
            return self._child.poll() is None
        return is_alive(process)

    def find(self, recorded: ProcessId | None) -> ProcessId | None:
        """The running, answering server, or None after making sure that nothing of an old one is left.

        Raises EngineBusyError when something holds the life lock and neither answers nor ends.
        """
        begun = time.monotonic()
        remains_ended = False
        while is_held(self.life_lock):
            process = self._find_process(recorded)
            waited = time.monotonic() - begun
            if process is not None and self._answers(process.pid):
                return process
            if process is None and waited > REMAINS_SECONDS and not remains_ended:
                self._end_remains()
                remains_ended = True
            if waited > self._timeout_seconds:
                who = f"process {process.pid}" if process else "an unknown process"
                raise EngineBusyError(
                    f"{self.name}: {who} uses {self.home} but has not answered for {waited:.0f} s; end it and try again"
                )
            time.sleep(POLL_SECONDS)
        return None

    def start(self) -> ProcessId:
        """Start the server and wait until it takes connections. Raises an EmbeddedError with what to do."""
        self._prepare()
        descriptor = open_lock(self.life_lock)
        try:
            if not try_lock(descriptor):
                raise EngineBusyError(f"{self.name}: {self.home} is in use; end the process that uses it and try again")
            with _open_log(self.log_path) as log:
                log_start = log.tell()
                self._child = self._spawn(descriptor, log)
        finally:
            os.close(descriptor)  # from here on only the server itself holds the lock
        return self._await_start(self._child, log_start)

    def stop(self, process: ProcessId) -> None:
        """End the server in good order; by force when it does not end in its time."""
        if not end_process(process, self.stop_steps):
            raise EngineBusyError(f"{self.name}: process {process.pid} cannot be ended; end it by hand")
        if self._child is not None and self._child.pid == process.pid:
            self._child.wait()
        self._after_stop()

    def leave(self) -> "subprocess.Popen[bytes] | None":
        """Give away the handle of our child, for a server that is to outlive us."""
        child, self._child = self._child, None
        return child

    def _find_process(self, recorded: ProcessId | None) -> ProcessId | None:
        if recorded is not None and is_alive(recorded):
            return recorded
        try:
            pid = int(self.pid_file.read_text(encoding="utf-8").split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        # The recorded number with another birthday is a stranger who got the dead server's number.
        return None if recorded is not None and recorded.pid == pid else identify(pid)

    def _await_start(self, child: "subprocess.Popen[bytes]", log_start: int) -> ProcessId:
        deadline = time.monotonic() + self._timeout_seconds
        process = identify(child.pid)
        while process is None or not self._answers(child.pid):
            if child.poll() is not None:
                raise self._explain_failure(read_log_since(self.log_path, log_start))
            if time.monotonic() > deadline:
                end_process(process or ProcessId(child.pid, ""), self.stop_steps)
                child.wait()
                raise EngineBusyError(
                    f"{self.name} was not ready after {self._timeout_seconds:.0f} s; look into {self.log_path}, "
                    f"or set {self.url_setting} to a server of your own"
                )
            time.sleep(POLL_SECONDS)
        try:
            self._after_start()
        except BaseException:
            self.stop(process)
            raise
        return process

    def _explain_failure(self, log_text: str) -> StartFailedError:
        line = find_decisive_line(log_text, self.log_marks)
        return StartFailedError(
            f"{self.name} could not start in {self.home}: {line}; repair that, "
            f"or set {self.url_setting} to a server of your own"
        )


def find_decisive_line(log_text: str, marks: Sequence[str]) -> str:
    """The first line with the first mark that occurs, else the last line; one line without its time stamp."""
    lines = [line.strip() for line in log_text.splitlines() if line.strip()]
    for mark in marks:
        for line in lines:
            if mark in line:
                return line[line.index(mark) :]
    return lines[-1] if lines else "no message in its log"


def check_port(port: int | None, name: str) -> None:
    """Make sure that the TCP port can be opened on 127.0.0.1. Raises PortTakenError."""
    if port is None:
        return
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTakenError(
                f"{name}'s port {port} cannot be opened ({error.strerror}): choose another port, "
                "or none (the Unix socket needs no port)"
            ) from error


def read_log_since(path: Path, start: int) -> str:
    """What was written to the log after this offset in bytes."""
    with path.open("rb") as log:
        log.seek(start)
        return log.read().decode("utf-8", errors="replace")


def _open_log(path: Path) -> BinaryIO:
    if path.exists() and path.stat().st_size > LOG_KEEP_BYTES:
        path.replace(path.with_suffix(".old.log"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    log = os.fdopen(descriptor, "ab")
    log.seek(0, os.SEEK_END)
    return log
