"""The end of the process that started this one: noticed at once, and followed in order.

Imports nothing heavy, because every process of a site begins here.
"""

import os
import select
import signal
import threading
import time
from collections.abc import Callable

SUPERVISOR_PID_VARIABLE = "HOSO_SUPERVISOR_PID"
ORPHAN_POLL_SECONDS = 0.5


def end_with_supervisor() -> None:
    """Stop in order when the supervisor that started us is gone: killed, it had no chance to tell us."""
    supervisor = os.environ.get(SUPERVISOR_PID_VARIABLE)
    if supervisor is not None and supervisor.isdigit():
        watch_parent(int(supervisor), lambda: os.kill(os.getpid(), signal.SIGTERM))


def watch_parent(expected_ppid: int, on_orphan: Callable[[], None]) -> threading.Thread:
    """Call `on_orphan`, once and from a thread of its own, when the parent process is no longer this one.

    On Linux the kernel tells the end of the parent at once; elsewhere it is noticed within half a second.
    """
    thread = threading.Thread(
        target=_wait_for_orphanhood, args=(expected_ppid, on_orphan), name="watch-parent", daemon=True
    )
    thread.start()
    return thread


def _wait_for_orphanhood(expected_ppid: int, on_orphan: Callable[[], None]) -> None:
    try:
        descriptor = os.pidfd_open(expected_ppid)
    except (AttributeError, OSError):  # not Linux, an old kernel, or the parent has ended already
        descriptor = None
    # Asked after opening: had the parent ended before, the descriptor might be of a stranger with its number.
    while os.getppid() == expected_ppid:
        if descriptor is None:
            time.sleep(ORPHAN_POLL_SECONDS)
        else:
            select.select([descriptor], [], [], ORPHAN_POLL_SECONDS)
    if descriptor is not None:
        os.close(descriptor)
    on_orphan()
