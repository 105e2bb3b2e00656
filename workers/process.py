"""The worker process: RQ listens in the main thread, everything else lives on the runtime's loop.

Redis may go and come back: the listening starts anew, and meanwhile the sweeper delivers. SIGTERM claims nothing more,
finishes what is under way, records it, and leaves.
"""

import os
import signal
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from types import FrameType

import structlog
from redis.exceptions import RedisError
from rq.exceptions import StopRequested

from workers.config import WorkerConfig
from workers.errors import RuntimeClosed
from workers.listening import LaneWorker
from workers.queues import QUEUE, worker_connection
from workers.rq_logging import quiet_rq
from workers.runtime import WorkerRuntime, WorkerServices, install

_log = structlog.get_logger(__name__)


class _Stop:
    """Whether to leave. The first signal is a request; later ones change nothing, for leaving has its own deadlines."""

    def __init__(self) -> None:
        self.requested = threading.Event()
        self.runtime: WorkerRuntime | None = None
        self.worker: LaneWorker | None = None

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Ask everybody to finish; runs in the main thread, possibly in the middle of RQ's blocking read."""
        if self.requested.is_set():
            return
        self.requested.set()
        if self.runtime is not None:
            self.runtime.stop_claiming()
        if self.worker is not None:
            self.worker.stop()


def run_worker(
    redis_url: str,
    open_services: Callable[[], AbstractAsyncContextManager[WorkerServices]],
    *,
    config: WorkerConfig | None = None,
    name: str | None = None,
    queue: str = QUEUE,
) -> None:
    """Work until SIGTERM or SIGINT. Call it in the main thread of a process of its own.

    Args:
        redis_url: where the bell hangs; may be away at any time, also at the start.
        open_services: entered on the worker's loop, left at the end.
        config: RQ's registration and pauses.
        name: shown by RQ's tools; unique, so by default host, process id and a random part.
        queue: the one queue that is listened to (`workers.queues.queue_for`).

    Raises:
        Exception: whatever `open_services` raises at the start; the process cannot work then.
        RuntimeClosed: the loop ended without being asked to.
    """
    config = config or WorkerConfig()
    quiet_rq()
    stop = _Stop()
    name = name or f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    with _signals(stop), WorkerRuntime(open_services, start_seconds=config.start_seconds) as runtime:
        stop.runtime = runtime
        install(runtime)
        try:
            _log.info("worker_started", worker=name, queue=queue, lanes=sorted(runtime.services.lanes))
            _listen(redis_url, name, queue, stop, config)
            if not stop.requested.is_set():
                raise RuntimeClosed("the worker's loop ended by itself; start the process again")
            _log.info("worker_stopping", worker=name)
        finally:
            install(None)
    _log.info("worker_stopped", worker=name)


@contextmanager
def _signals(stop: _Stop) -> Iterator[None]:
    before = {number: signal.signal(number, stop.on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listen(redis_url: str, name: str, queue: str, stop: _Stop, config: WorkerConfig) -> None:
    """Listen until asked to stop. RQ's loop ends by itself on a timeout or any error, so it is started again."""
    pause = config.redis_retry_seconds
    session = 0
    while not stop.requested.is_set() and stop.runtime is not None and stop.runtime.is_alive:
        session += 1
        try:
            # A name of its own each time: the one before may still be registered, and RQ refuses a second.
            _listen_once(redis_url, f"{name}-{session}", queue, stop, config)
            pause = config.redis_retry_seconds
        except StopRequested:
            return
        except (RedisError, OSError) as error:
            _log.warning("bell_unheard", error=type(error).__name__, retry_in_seconds=pause)
            stop.requested.wait(pause)
            pause = min(pause * 2, config.max_redis_retry_seconds)
        else:
            stop.requested.wait(0 if stop.requested.is_set() else config.redis_retry_seconds)


def _listen_once(redis_url: str, name: str, queue: str, stop: _Stop, config: WorkerConfig) -> None:
    connection = worker_connection(redis_url, worker_ttl_seconds=config.worker_ttl_seconds)
    try:
        worker = LaneWorker(connection, name, worker_ttl_seconds=config.worker_ttl_seconds, queue=queue)
        stop.worker = worker
        if not stop.requested.is_set():
            worker.work(logging_level="WARNING")
    finally:
        stop.worker = None
        connection.close()
