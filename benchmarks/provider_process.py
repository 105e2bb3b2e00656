"""The provider as whoever measures sees it: started, asked, waited for, stopped."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hoso.ports import free_ports

READY_SECONDS = 20
SILENCE_SECONDS = 30.0
"""Nothing arrived for so long: something is broken, and no figure comes of it."""


@dataclass(frozen=True)
class Provider:
    """A running provider on this machine."""

    port: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str) -> Any:
        """Return the answer of one of the addresses for whoever measures."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", f"/_bench/{path}")
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def reset(self, delay_ms: int = 0) -> None:
        """Forget what arrived; answer after so long from now on."""
        self.ask(f"reset?{delay_ms}")

    def wait_for(self, count: int) -> dict[str, Any]:
        """Wait until so many different messages arrived, and return the count.

        Raises:
            RuntimeError: nothing came for a long time, or something came twice.
        """
        seen, since = -1, time.monotonic()
        while (counted := self.ask("count"))["messages"] < count:
            if counted["messages"] != seen:
                seen, since = counted["messages"], time.monotonic()
            elif time.monotonic() - since > SILENCE_SECONDS:
                raise RuntimeError(f"{seen} of {count} messages arrived, and nothing more comes")
            time.sleep(0.02)
        if counted["requests"] != counted["messages"]:
            raise RuntimeError(f"{counted['requests']} requests for {counted['messages']} messages")
        return dict(counted)


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Start a provider on a free port, and stop it afterwards."""
    provider = Provider(free_ports(1)[0])
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.provider", str(provider.port)])
    try:
        _until_ready(provider)
        yield provider
    finally:
        process.terminate()
        process.wait()


def _until_ready(provider: Provider) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            provider.reset()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
