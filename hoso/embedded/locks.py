"""Locks between processes, by `flock`: the kernel lets go of them whatever way a process ends.

Two kinds are used. The start lock is held by a `hoso` process for the moment in which it starts, adopts or stops
servers. The life lock of a server is inherited by the server itself and its children: it is held exactly as long as
any of them lives, so no stale pid file, zombie or recycled pid can be taken for a running server.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hoso.embedded.errors import EngineBusyError

POLL_SECONDS = 0.01


def open_lock(path: Path) -> int:
    """Open (and create) a lock file; returns the descriptor, not yet locked and not inheritable."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(descriptor: int) -> bool:
    """Take the lock if it is free; False when somebody holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Whether any living process holds the lock; a missing file is held by nobody."""
    if not path.exists():
        return False
    descriptor = open_lock(path)
    try:
        return not try_lock(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def hold_lock(path: Path, *, timeout_seconds: float) -> Iterator[None]:
    """Hold the lock for the length of the block; raises EngineBusyError when it stays taken."""
    descriptor = open_lock(path)
    try:
        deadline = time.monotonic() + timeout_seconds
        while not try_lock(descriptor):
            if time.monotonic() > deadline:
                raise EngineBusyError(
                    f"another hoso process has been starting or stopping its servers for {timeout_seconds:.0f} s "
                    f"({path}); wait for it or end it, then try again"
                )
            time.sleep(POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)
