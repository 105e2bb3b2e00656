"""Processes under measurement: started, stopped, and what they took of the processor."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psutil

STOP_SECONDS = 20


@contextmanager
def running(
    commands: Iterable[Sequence[str]], environment: Mapping[str, str], *, is_quiet: bool = False
) -> Iterator[list[int]]:
    """Start the commands as process groups of their own, hand out their process ids, and stop them afterwards.

    With `is_quiet` nobody hears what they say on standard error: some tell of every start and stop.
    """
    errors = subprocess.DEVNULL if is_quiet else None
    processes = [
        subprocess.Popen(
            command, env=dict(environment), stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
        )
        for command in commands
    ]
    try:
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, 9)
                process.wait()


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return what these processes, their children and their ended children have taken so far."""
    total = 0.0
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            for each in (process, *process.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    total += sum(each.cpu_times()[:4])  # user, system, and the same of ended children
    return total


def run_module(module: str, *arguments: object, environment: Mapping[str, str] | None = None) -> Any:
    """Run one of our modules to its end and return the JSON of its last line."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(
        command, env=None if environment is None else dict(environment), stdout=subprocess.PIPE, check=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])
