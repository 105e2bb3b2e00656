"""Runs `hoso` commands by forks of a process that has imported them: a command of a test costs a tenth of its CPU.

What forks is the product's own fork server; here its forks read from and write to files besides. A test worker has one,
from its first command until it ends.
"""

import atexit
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from importlib import import_module
from pathlib import Path
from typing import Any

from hoso.cli import GROUPS
from hoso.fork_server import ForkServer

ROOT = Path(__file__).parent.parent
FOLDER = "HOSO_TEST_COMMAND_FOLDER"
"""In a fork's environment: the folder with `stdin`, for `stdout` and `stderr`."""


class CommandServer:
    """One process that forks, and this side's thread that hears who ended."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        with theirs:
            argv = [sys.executable, "-m", "tests.command_server", str(theirs.fileno())]
            self._process = subprocess.Popen(argv, cwd=ROOT, pass_fds=[theirs.fileno()], start_new_session=True)
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._asked: dict[int, tuple[Future[int], Future[int]]] = {}
        self._living: dict[int, Future[int]] = {}
        threading.Thread(target=self._listen, name="command-server", daemon=True).start()
        atexit.register(self.close)

    def run(
        self, *arguments: str, environment: Mapping[str, str], stdin: bytes, timeout: float
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run `hoso` with these arguments to its end. Raises subprocess.TimeoutExpired when it takes longer."""
        pid: Future[int] = Future()
        code: Future[int] = Future()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "stdin").write_bytes(stdin)
            with self._lock:
                number = next(self._ids)
                self._asked[number] = (pid, code)
                given = {**environment, FOLDER: name}
                asked = {"id": number, "arguments": list(arguments), "environment": given}
                self._ours.sendall(json.dumps(asked).encode() + b"\n")
            try:
                returncode = code.result(timeout)
            except TimeoutError:
                os.killpg(pid.result(), 9)
                code.result(timeout)
                raise subprocess.TimeoutExpired(["hoso", *arguments], timeout) from None
            written = [(folder / stream).read_bytes() for stream in ("stdout", "stderr")]
        return subprocess.CompletedProcess(["hoso", *arguments], returncode, *written)

    def close(self) -> None:
        """End it."""
        self._ours.shutdown(socket.SHUT_RDWR)
        self._process.wait(timeout=10)

    def _listen(self) -> None:
        with self._ours.makefile("rb") as lines:
            for line in lines:
                self._hear(json.loads(line))
        for pid, code in self._asked.values():
            pid.set_exception(ConnectionError("the command server has ended"))
            code.set_exception(ConnectionError("the command server has ended"))
        for code in self._living.values():
            code.set_exception(ConnectionError("the command server has ended"))

    def _hear(self, said: dict[str, Any]) -> None:
        if "ended" in said:
            self._living.pop(said["ended"]).set_result(said["returncode"])
            return
        pid, code = self._asked.pop(said["id"])
        if "error" in said:
            code.set_exception(OSError(said["error"]))
            return
        self._living[said["pid"]] = code
        pid.set_result(said["pid"])


_server: CommandServer | None = None
_starting = threading.Lock()


def run_command(
    *arguments: str, environment: Mapping[str, str], stdin: bytes = b"", timeout: float = 60
) -> "subprocess.CompletedProcess[bytes]":
    """Run a `hoso` command as its own process, in exactly this environment, to its end."""
    global _server
    with _starting:
        _server = _server or CommandServer()
    return _server.run(*arguments, environment=environment, stdin=stdin, timeout=timeout)


def run_in_text(*arguments: str, environment: Mapping[str, str], said: str = "") -> "subprocess.CompletedProcess[str]":
    """As `run_command`, with text to read and text that it wrote."""
    done = run_command(*arguments, environment=environment, stdin=said.encode())
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def main() -> None:
    """Fork on request; a fork reads from and writes to the files of its folder."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    for name in GROUPS:
        import_module(f"hoso.commands.{name}")
    if (birth := ForkServer(requests).serve()) is None:
        return
    environment = dict(birth.environment)
    folder = Path(environment.pop(FOLDER))
    for stream in (sys.stdout, sys.stderr):
        with (folder / stream.name.strip("<>")).open("wb") as file:
            os.dup2(file.fileno(), stream.fileno())
    type(birth)(birth.arguments, environment).become(reads=folder / "stdin")


if __name__ == "__main__":
    main()
