"""Processes and questions for the tests of the embedded servers."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

ROOT = Path(__file__).parents[3]


class EngineProcess:
    """A running `engine_process.py`."""

    def __init__(self, data_dir: Path, log: Any, *arguments: str) -> None:
        argv = [sys.executable, "-m", "tests.integration.hoso.engine_process", str(data_dir), *arguments]
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=ROOT, text=True, start_new_session=True
        )

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the process ended without an answer"
        return json.loads(line)

    def tell(self, word: str) -> dict[str, Any]:
        assert self.process.stdin
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return self.hear()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.close()

    def close(self) -> int:
        with suppress(BrokenPipeError, ValueError):  # it has ended, or was closed before
            self.process.communicate(timeout=40)
        return self.process.wait(timeout=40)


StartProcess = Callable[..., EngineProcess]


@pytest.fixture
def start_process(process_log: Callable[[str], Any]) -> Iterator[StartProcess]:
    """Starts processes that use embedded servers; all of them are closed at the end."""
    started: list[EngineProcess] = []

    def start(data_dir: Path, *arguments: str) -> EngineProcess:
        started.append(EngineProcess(data_dir, process_log(f"engines-{len(started)}"), *arguments))
        return started[-1]

    yield start
    for process in started:
        process.close()


@pytest.fixture
def ask_postgres() -> Callable[..., Any]:
    """First column of the first row, on a connection of its own."""

    def ask(url: str | None, statement: str, *parameters: object) -> Any:
        assert url
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(statement, parameters)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    return ask


@pytest.fixture
def ask_redis() -> Callable[..., Any]:
    """The answer to one command, on a connection of its own."""

    def ask(url: str | None, *command: object) -> Any:
        assert url
        with redis.Redis.from_url(url, decode_responses=True) as client:
            return client.execute_command(*command)

    return ask


@pytest.fixture
def wait_until() -> Callable[..., None]:
    """Polls a condition until it holds or the time is over."""

    def wait(holds: Callable[[], object], what: str, timeout_seconds: float = 20) -> None:
        deadline = time.monotonic() + timeout_seconds
        while not holds():
            assert time.monotonic() < deadline, f"not in {timeout_seconds} s: {what}"
            time.sleep(0.02)

    return wait


@pytest.fixture
def ordinary_user() -> str | None:
    """Name of a user without rights to become, None when we are ordinary already."""
    return "nobody" if os.geteuid() == 0 else None
